/// A fitted flow and what belongs to it in a file: the columns it was fitted to, how training went, where it came from.
public struct Model: Sendable {
  public var flow: Flow
  /// The names of the D event columns; indices where the data gave no names.
  public var columns: [String]
  /// The names of the C context columns.
  public var contextColumns: [String]
  public var history: [EpochReport]
  /// Where the model comes from: program, command, data, options and result of training.
  public var provenance: [String: MetadataValue]

  public init(
    flow: Flow, columns: [String], contextColumns: [String] = [], history: [EpochReport] = [],
    provenance: [String: MetadataValue] = [:]
  ) {
    precondition(
      columns.count == flow.dimension && contextColumns.count == flow.contextDimension, "one name per column")
    (self.flow, self.columns, self.contextColumns) = (flow, columns, contextColumns)
    (self.history, self.provenance) = (history, provenance)
  }
}

/// The layout of a model in an HDF5 file, version 1:
///
///     /                    attributes format, format_version, element_type, dimension, context_dimension, base, layers,
///                          columns, context_columns
///     /architecture        text: the architecture as JSON
///     /flow/<nn>-<layer>/… one dataset per parameter, attribute shape implied
///     /history/…           epoch, train, valid (NaN without validation), seconds, events_per_second, learning_rate
///     /provenance          attributes
///
/// Data are recorded in the element type they were computed in; either build reads both.
enum ModelFormat {
  static let name = "FlowKit model"
  static let version = 1
  static let formatKey = "format"
  static let versionKey = "format_version"
}

extension Model {
  /// Writes the model as an HDF5 file: built in memory, then put in the file's place in one durable step. A failure
  /// leaves what was there before, and so does a layer whose parameters break its promises (`Bijector.check`).
  public func write(to path: String) throws(FlowError) {
    let chain = flow.architecture.chain
    try chain.check(Parameters(flow.parameters).slice(0..<chain.parameterCount))
    try AtomicFile.write(try fileImage(name: path), to: path)
  }

  private func fileImage(name: String) throws(FlowError) -> [UInt8] {
    let file = try HDF5.File(inMemory: name)
    let root = try file.root()
    try root.setAttributes([
      ModelFormat.formatKey: .text(ModelFormat.name), ModelFormat.versionKey: .integer(ModelFormat.version),
      "element_type": .text(Scalar.elementTypeName), "dimension": .integer(flow.dimension),
      "context_dimension": .integer(flow.contextDimension), "layers": .text(flow.architecture.layerList),
      "base": .text(flow.architecture.base.text), "columns": .texts(columns),
      "context_columns": .texts(contextColumns),
    ])
    try root.write(try flow.architecture.jsonText(), to: "architecture")
    var offset = 0
    for shape in flow.architecture.parameterShapes {
      let values = Array(flow.parameters[offset..<(offset + shape.count)])
      try root.write(values, shape: shape.dimensions, to: "flow/\(shape.name)")
      offset += shape.count
    }
    try writeHistory(to: root)
    try root.makeGroup("provenance").setAttributes(provenance)
    return try file.image()
  }

  private func writeHistory(to root: borrowing HDF5.Group) throws(FlowError) {
    try root.write(history.map(\.epoch), shape: [history.count], to: "history/epoch")
    for column in HistoryColumn.all {
      try root.write(history.map { $0[keyPath: column.path] }, shape: [history.count], to: "history/\(column.name)")
    }
    try root.write(history.map { $0.valid ?? .nan }, shape: [history.count], to: "history/valid")
  }

  /// Reads a model.
  ///
  /// - Parameter registry: the kinds of layers the file may hold.
  /// - Throws: an error if the file is no model, is damaged, or comes from a newer program.
  public init(reading path: String, registry: LayerRegistry = .standard) throws(FlowError) {
    let file = try HDF5.File(image: try AtomicFile.read(path), name: path)
    let root = try file.root()
    try Self.checkFormat(root, path)
    let json = try root.dataset("architecture").readTexts().first ?? ""
    let architecture = try Architecture(jsonText: json, "the architecture in \(path)", registry: registry)
    var parameters: [Scalar] = []
    parameters.reserveCapacity(architecture.parameterCount)
    for shape in architecture.parameterShapes {
      let dataset = try root.dataset("flow/\(shape.name)")
      guard dataset.shape == shape.dimensions else {
        throw FlowError(
          .format,
          "\(path):/flow/\(shape.name) has shape \(dataset.shape), but the architecture wants \(shape.dimensions)")
      }
      parameters += try dataset.read(as: Scalar.self)
    }
    let columns = try Self.texts("columns", root, count: architecture.dimension, path)
    let contextColumns = try Self.texts("context_columns", root, count: architecture.contextDimension, path)
    let history = try Self.readHistory(root)
    let group = try root.group("provenance")
    var provenance: [String: MetadataValue] = [:]
    for name in try group.attributeNames() { provenance[name] = try group.attribute(name) }
    self.init(
      flow: Flow(architecture: architecture, parameters: parameters), columns: columns,
      contextColumns: contextColumns, history: history, provenance: provenance)
  }

  private static func checkFormat(_ root: borrowing HDF5.Group, _ path: String) throws(FlowError) {
    guard try isModel(root) else {
      throw FlowError(
        .format, "\(path) is an HDF5 file but holds no FlowKit model; give a file that 'flowctl fit' wrote")
    }
    let version = try root.attribute(ModelFormat.versionKey)?.integer ?? 0
    guard version <= ModelFormat.version else {
      throw FlowError(
        .format,
        "\(path) has model format \(version), newer than the \(ModelFormat.version) that this program reads; use a newer FlowKit"
      )
    }
  }

  static func isModel(_ root: borrowing HDF5.Group) throws(FlowError) -> Bool {
    guard try root.attributeNames().contains(ModelFormat.formatKey) else { return false }
    return try root.attribute(ModelFormat.formatKey)?.text == ModelFormat.name
  }

  private static func texts(
    _ name: String, _ root: borrowing HDF5.Group, count: Int, _ path: String
  ) throws(FlowError) -> [String] {
    let names: [String] = if case .texts(let texts) = try root.attribute(name) { texts } else { [] }
    guard names.count == count else {
      throw FlowError(.format, "\(path) names \(names.count) \(name), but the model has \(count)")
    }
    return names
  }

  private static func readHistory(_ root: borrowing HDF5.Group) throws(FlowError) -> [EpochReport] {
    var history = try root.dataset("history/epoch").read(as: Int.self).map { EpochReport(epoch: $0) }
    for column in HistoryColumn.all {
      let values = try root.dataset("history/\(column.name)").read(as: Double.self)
      for index in history.indices.prefix(values.count) { history[index][keyPath: column.path] = values[index] }
    }
    let valid = try root.dataset("history/valid").read(as: Double.self)
    for index in history.indices.prefix(valid.count) where !valid[index].isNaN { history[index].valid = valid[index] }
    return history
  }
}

/// The columns of a history that every epoch has.
private struct HistoryColumn {
  let name: String
  let path: WritableKeyPath<EpochReport, Double>

  static var all: [HistoryColumn] {
    [
      HistoryColumn(name: "train", path: \.train), HistoryColumn(name: "seconds", path: \.seconds),
      HistoryColumn(name: "events_per_second", path: \.eventsPerSecond),
      HistoryColumn(name: "learning_rate", path: \.learningRate),
    ]
  }
}
