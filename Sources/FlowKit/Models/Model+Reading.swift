extension Model {
  /// Reads a model.
  ///
  /// - Parameters:
  ///   - registry: the kinds of layers and bases that the file may hold.
  ///   - includingTraining: reads the state to resume training from, too.
  ///   - acceptingEdited: reads a file also if its bytes do not match its digest.
  /// - Throws: an error if the file is no model, is damaged, or comes from a newer program.
  public init(
    reading path: String, registry: Registry = .standard, includingTraining: Bool = false,
    acceptingEdited: Bool = false
  ) throws(FlowError) {
    let isSealed = try IntegrityBlock.isPresent(at: path)
    let file = isSealed ? try Self.opened(path, acceptingEdited) : try HDF5.File(reading: path)
    let root = try file.root()
    try Self.checkFormat(root, path, isSealed: isSealed || acceptingEdited)
    let json = try root.dataset("architecture").readTexts().first ?? ""
    let architecture = try Self.architecture(json, path, registry)
    var parameters: [Scalar] = []
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
    let units = ColumnUnits.units(from: try root.attribute("units"), count: columns.count)
    let contextUnits = ColumnUnits.units(from: try root.attribute("context_units"), count: contextColumns.count)
    let history = try Self.readHistory(root)
    let group = try root.group("provenance")
    var provenance: [String: MetadataValue] = [:]
    for name in try group.attributeNames() { provenance[name] = try group.attribute(name) }
    self.init(
      flow: Flow(architecture: architecture, parameters: parameters), columns: columns,
      contextColumns: contextColumns, units: units, contextUnits: contextUnits, history: history,
      provenance: provenance,
      training: includingTraining ? try TrainingCheckpoint(root, history, beside: parameters) : nil)
  }

  private static func architecture(
    _ json: String, _ path: String, _ registry: Registry
  ) throws(FlowError) -> Architecture {
    do throws(FlowError) {
      return try Architecture(jsonText: json, "the architecture", registry: registry)
    } catch {
      throw error.at(path)
    }
  }

  /// The bytes are read once, and those that were verified are those that the library parses.
  private static func opened(_ path: String, _ acceptingEdited: Bool) throws(FlowError) -> HDF5.File {
    let bytes = try AtomicFile.read(path)
    if !acceptingEdited { try IntegrityBlock.verify(bytes, path, newest: ModelFormat.newest) }
    return try HDF5.File(image: bytes, name: path)
  }

  private static func checkFormat(
    _ root: borrowing HDF5.Group, _ path: String, isSealed: Bool
  ) throws(FlowError) {
    guard try ModelMark.isPresent(in: root) else {
      throw FlowError(
        .format, "\(path) is an HDF5 file but holds no FlowKit model", fix: .giveModel)
    }
    guard let version = try root.attribute(ModelFormat.versionKey)?.integer, version > 0 else {
      throw FlowError(.format, "\(path) does not say which version of the model format it has; it was edited")
    }
    guard version <= ModelFormat.newest else {
      throw FlowError(
        .format,
        "\(path) has model format \(version), newer than the \(ModelFormat.newest) that this program reads; use a newer FlowKit"
      )
    }
    guard isSealed || version == 1 else {
      throw FlowError(
        .file,
        "\(path) is damaged or was edited: the block with its digest is missing", fix: .acceptEdited)
    }
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
    if try root.contains("history/companion") {
      let companion = try root.dataset("history/companion").read(as: Double.self)
      for index in history.indices.prefix(companion.count) where !companion[index].isNaN {
        history[index].companion = companion[index]
      }
    }
    return history
  }
}
