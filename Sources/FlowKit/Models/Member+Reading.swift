extension Model.Member {
  /// Reads a member from a group of its own, or from the root.
  ///
  /// - Parameter provenance: whether what stands there is about this member alone.
  init(
    _ group: borrowing HDF5.Group, _ registry: Registry, includingTraining: Bool, provenance isOwn: Bool
  ) throws(FlowError) {
    let json = try group.dataset("architecture").readTexts().first ?? ""
    let architecture: Architecture
    do throws(FlowError) {
      architecture = try Architecture(jsonText: json, "the architecture", registry: registry)
    } catch {
      throw error.at(group.location.objectPath == "/" ? group.location.file : "\(group.location)")
    }
    var parameters: [Scalar] = []
    for shape in architecture.parameterShapes {
      let dataset = try group.dataset("flow/\(shape.name)")
      guard dataset.shape == shape.dimensions else {
        throw FlowError(
          .format, "\(dataset.location) has shape \(dataset.shape), but the architecture wants \(shape.dimensions)")
      }
      parameters += try dataset.read(as: Scalar.self)
    }
    let history = try Self.history(group)
    let selection = try group.contains("selection") ? Self.history(group.group("selection")) : []
    self.init(
      flow: Flow(architecture: architecture, parameters: parameters), history: history,
      provenance: isOwn ? try Self.provenance(group) : [:],
      training: includingTraining ? try TrainingCheckpoint(group, history, beside: parameters) : nil,
      selectionHistory: selection)
  }

  static func provenance(_ group: borrowing HDF5.Group) throws(FlowError) -> [String: MetadataValue] {
    let group = try group.group("provenance")
    var provenance: [String: MetadataValue] = [:]
    for name in try group.attributeNames() { provenance[name] = try group.attribute(name) }
    return provenance
  }

  private static func history(_ group: borrowing HDF5.Group) throws(FlowError) -> [EpochReport] {
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
    return history
  }
}
