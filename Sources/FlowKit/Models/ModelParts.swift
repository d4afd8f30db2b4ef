// What a model file holds of each trained part: its parameters by name, and the history of its training.

extension HDF5.Group {
  /// One dataset per parameter of a layout, under `name`.
  func write(_ parameters: [Scalar], of layout: ParameterLayout, under name: String) throws(FlowError) {
    var offset = 0
    for shape in layout.parameterShapes {
      let values = Array(parameters[offset..<(offset + shape.count)])
      try write(values, shape: shape.dimensions, to: "\(name)/\(shape.name)")
      offset += shape.count
    }
  }

  /// The same, read.
  func parameters(of layout: ParameterLayout, under name: String) throws(FlowError) -> [Scalar] {
    var parameters: [Scalar] = []
    for shape in layout.parameterShapes {
      let dataset = try self.dataset("\(name)/\(shape.name)")
      guard dataset.shape == shape.dimensions else {
        throw FlowError(
          .format, "\(dataset.location) has shape \(dataset.shape), but the architecture wants \(shape.dimensions)")
      }
      parameters += try dataset.read(as: Scalar.self)
    }
    return parameters
  }
}

extension [EpochReport] {
  /// Writes them as the group `history`.
  func write(to group: borrowing HDF5.Group) throws(FlowError) {
    try group.write(map(\.epoch), shape: [count], to: "history/epoch")
    for column in HistoryColumn.all {
      try group.write(map { $0[keyPath: column.path] }, shape: [count], to: "history/\(column.name)")
    }
    try group.write(map { $0.valid ?? .nan }, shape: [count], to: "history/valid")
    if contains(where: { $0.companion != nil }) {
      try group.write(map { $0.companion ?? .nan }, shape: [count], to: "history/companion")
    }
  }

  init(reading group: borrowing HDF5.Group) throws(FlowError) {
    var history = try group.dataset("history/epoch").read(as: Int.self).map { EpochReport(epoch: $0) }
    for column in HistoryColumn.all {
      let values = try group.dataset("history/\(column.name)").read(as: Double.self)
      for index in history.indices.prefix(values.count) { history[index][keyPath: column.path] = values[index] }
    }
    let valid = try group.dataset("history/valid").read(as: Double.self)
    for index in history.indices.prefix(valid.count) where !valid[index].isNaN { history[index].valid = valid[index] }
    if try group.contains("history/companion") {
      let companion = try group.dataset("history/companion").read(as: Double.self)
      for index in history.indices.prefix(companion.count) where !companion[index].isNaN {
        history[index].companion = companion[index]
      }
    }
    self = history
  }
}
