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
    let members = try Self.members(root, registry, includingTraining: includingTraining)
    let flow = members[0].flow
    let encoding =
      try root.contains(ModelFormat.encoder)
      ? Encoding(root.group(ModelFormat.encoder), registry, includingTraining: includingTraining) : nil
    if let latents = encoding?.encoder.latentDimension, latents != flow.dimension {
      throw FlowError(.format, "\(path) has a flow of \(flow.dimension) latents, but its encoder makes \(latents)")
    }
    if let encoding {
      let wanted = encoding.classes?.classes.count ?? encoding.encoder.contextDimension
      guard wanted == flow.contextDimension else {
        throw FlowError(
          .format,
          "\(path) has a flow on latents with \(flow.contextDimension) columns of context, but its encoder has "
            + "\(encoding.classes == nil ? "\(wanted)" : "\(wanted) classes")")
      }
    }
    let columns = try Self.texts("columns", root, count: encoding?.encoder.dimension ?? flow.dimension, path)
    let contextColumns = try Self.texts("context_columns", root, count: flow.contextDimension, path)
    for (index, member) in members.enumerated()
    where member.flow.dimension != flow.dimension || member.flow.contextDimension != flow.contextDimension {
      throw FlowError(
        .format,
        "\(path):/\(ModelFormat.group(ofMember: index)) has \(member.flow.dimension) features and "
          + "\(member.flow.contextDimension) of context, but the first member \(flow.dimension) and \(flow.contextDimension)"
      )
    }
    self.init(
      members: members, columns: columns, contextColumns: contextColumns,
      units: ColumnUnits.units(from: try root.attribute("units"), count: columns.count),
      contextUnits: ColumnUnits.units(from: try root.attribute("context_units"), count: contextColumns.count),
      provenance: try Member.provenance(root), encoding: encoding)
    if try root.contains(ModelFormat.dependentColumns) {
      dependent = try Self.dependentColumns(root, kept: columns.count, path)
    }
    if includingTraining { automatic = try AutomaticFitState(root) }
  }

  private static func dependentColumns(
    _ root: borrowing HDF5.Group, kept: Int, _ path: String
  ) throws(FlowError) -> DependentColumns {
    let name = ModelFormat.dependentColumns
    let text = try root.dataset(name).readTexts().first ?? ""
    let columns = try [DependentColumns.Column](jsonText: text, "\(path):/\(name)")
    let places = Set(columns.map(\.place))
    guard columns.allSatisfy({ $0.coefficients.count == kept }), places.count == columns.count,
      places.allSatisfy({ 0..<(kept + columns.count) ~= $0 })
    else { throw FlowError(.format, "\(path):/\(name) does not fit the model's \(kept) columns") }
    return DependentColumns(columns)
  }

  private static func members(
    _ root: borrowing HDF5.Group, _ registry: Registry, includingTraining: Bool
  ) throws(FlowError) -> [Member] {
    guard try root.contains("members") else {
      return [try Member(root, registry, includingTraining: includingTraining, provenance: false)]
    }
    let found = try root.group("members").members().count
    guard let count = try root.attribute(ModelFormat.membersKey)?.integer, count > 0, count <= found else {
      throw FlowError(.format, "\(root.location) holds \(found) members, but does not say so; it was edited")
    }
    var members: [Member] = []
    for index in 0..<count {
      let group = try root.group(ModelFormat.group(ofMember: index))
      members.append(try Member(group, registry, includingTraining: includingTraining, provenance: true))
    }
    return members
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
}
