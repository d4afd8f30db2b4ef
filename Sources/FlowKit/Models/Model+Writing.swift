extension Model {
  /// Writes the model as an HDF5 file: built in memory, then put in the file's place in one durable step. A failure
  /// leaves what was there before, and so does a layer whose parameters break its promises (`Bijector.check`), or a part
  /// that would be read back as another one.
  ///
  /// - Parameter keepingState: writes the optimizer's state also where training has ended, several times the parameters' size,
  ///   so that it can go on for more epochs.
  public func write(to path: String, keepingState: Bool = false) throws(FlowError) {
    for member in members { try member.check() }
    try encoding?.check()
    try AtomicFile.write(try fileBytes(name: path, keepingState), to: path)
  }

  private func fileBytes(name: String, _ keepingState: Bool) throws(FlowError) -> [UInt8] {
    let file = try HDF5.File(inMemory: name, userBlock: IntegrityBlock.size)
    let root = try file.root()
    let isEnsemble = members.count > 1
    let isPlain = !isEnsemble && dependent.isEmpty && members[0].flow.architecture.broad == nil
    let version =
      encoding != nil ? ModelFormat.newest : isPlain ? ModelFormat.plainVersion : ModelFormat.flowVersion
    let own = isEnsemble ? [ModelFormat.membersKey: .integer(members.count)] : members[0].attributes
    try root.setAttributes(
      own.merging([
        ModelMark.formatKey: .text(ModelMark.format), ModelFormat.versionKey: .integer(version),
        "element_type": .text(Scalar.elementTypeName), "dimension": .integer(columns.count),
        "context_dimension": .integer(contextColumns.count), "columns": .texts(columns),
        "context_columns": .texts(contextColumns),
      ]) { $1 })
    if let units = ColumnUnits.attribute(units) { try root.setAttribute("units", units) }
    if let units = ColumnUnits.attribute(contextUnits) { try root.setAttribute("context_units", units) }
    if !dependent.isEmpty { try root.write(try dependent.columns.jsonText(), to: ModelFormat.dependentColumns) }
    if isEnsemble {
      for (index, member) in members.enumerated() {
        let group = try root.makeGroup(ModelFormat.group(ofMember: index))
        try group.setAttributes(member.attributes)
        try member.write(to: group, keepingState, member.provenance)
      }
      try root.makeGroup("provenance").setAttributes(provenance)
    } else {
      try members[0].write(to: root, keepingState, provenance.merging(members[0].provenance) { $1 })
    }
    try encoding?.write(to: root.makeGroup(ModelFormat.encoder), keepingState)
    try automatic?.write(to: root)
    return IntegrityBlock.sealed(try file.image(), version: version)
  }
}

extension Model.Member {
  fileprivate func check() throws(FlowError) {
    let chain = flow.architecture.chain
    try chain.check(Parameters(flow.parameters).slice(0..<chain.parameterCount))
    try flow.architecture.checkCoding(flow.parameters)
  }

  fileprivate var attributes: [String: MetadataValue] {
    ["layers": .text(flow.architecture.layerList), "base": .text(flow.architecture.base.text)]
  }

  /// Writes the member into a group of its own, or the root.
  fileprivate func write(
    to group: borrowing HDF5.Group, _ keepingState: Bool, _ provenance: [String: MetadataValue]
  ) throws(FlowError) {
    try group.write(try flow.architecture.jsonText(), to: "architecture")
    try group.write(flow.parameters, of: flow.architecture.layout, under: "flow")
    try history.write(to: group)
    if !selectionHistory.isEmpty { try selectionHistory.write(to: group.makeGroup("selection")) }
    try group.makeGroup("provenance").setAttributes(provenance)
    try training?.write(to: group, beside: flow.parameters, keepingState: keepingState)
  }
}
