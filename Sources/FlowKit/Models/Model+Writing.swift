extension Model {
  /// Writes the model as an HDF5 file: built in memory, then put in the file's place in one durable step. A failure
  /// leaves what was there before, and so does a layer whose parameters break its promises (`Bijector.check`), or a part
  /// that would be read back as another one.
  public func write(to path: String) throws(FlowError) {
    let chain = flow.architecture.chain
    try chain.check(Parameters(flow.parameters).slice(0..<chain.parameterCount))
    try flow.architecture.checkCoding(flow.parameters)
    try AtomicFile.write(try fileBytes(name: path), to: path)
  }

  private func fileBytes(name: String) throws(FlowError) -> [UInt8] {
    let file = try HDF5.File(inMemory: name, userBlock: IntegrityBlock.size)
    let root = try file.root()
    try root.setAttributes([
      ModelMark.formatKey: .text(ModelMark.format), ModelFormat.versionKey: .integer(ModelFormat.version(of: flow)),
      "element_type": .text(Scalar.elementTypeName), "dimension": .integer(flow.dimension),
      "context_dimension": .integer(flow.contextDimension), "layers": .text(flow.architecture.layerList),
      "base": .text(flow.architecture.base.text), "columns": .texts(columns),
      "context_columns": .texts(contextColumns),
    ])
    if let units = ColumnUnits.attribute(units) { try root.setAttribute("units", units) }
    if let units = ColumnUnits.attribute(contextUnits) { try root.setAttribute("context_units", units) }
    try root.write(try flow.architecture.jsonText(), to: "architecture")
    var offset = 0
    for shape in flow.architecture.parameterShapes {
      let values = Array(flow.parameters[offset..<(offset + shape.count)])
      try root.write(values, shape: shape.dimensions, to: "flow/\(shape.name)")
      offset += shape.count
    }
    try writeHistory(to: root)
    try root.makeGroup("provenance").setAttributes(provenance)
    try training?.write(to: root, beside: flow.parameters)
    return IntegrityBlock.sealed(try file.image(), version: ModelFormat.version(of: flow))
  }

  private func writeHistory(to root: borrowing HDF5.Group) throws(FlowError) {
    try root.write(history.map(\.epoch), shape: [history.count], to: "history/epoch")
    for column in HistoryColumn.all {
      try root.write(history.map { $0[keyPath: column.path] }, shape: [history.count], to: "history/\(column.name)")
    }
    try root.write(history.map { $0.valid ?? .nan }, shape: [history.count], to: "history/valid")
    if history.contains(where: { $0.companion != nil }) {
      try root.write(history.map { $0.companion ?? .nan }, shape: [history.count], to: "history/companion")
    }
  }
}
