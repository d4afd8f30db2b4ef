import FlowKit

/// A model file as somebody might edit it: without digest, of some parts, or with another architecture.
struct EditedModel {
  static let partCount = 9

  /// The architecture's text; that of the model where nil.
  var architecture: String?
  /// How many of the parts are there, in the order in which they are read.
  var parts = Self.partCount

  func write(_ model: Model, to path: String) throws {
    let file = try HDF5.File(inMemory: path)
    let root = try file.root()
    let flow = model.flow
    let text = try architecture ?? flow.architecture.jsonText()
    let steps: [(borrowing HDF5.Group) throws -> Void] = [
      { try $0.setAttribute("format", "FlowKit model") },
      { try $0.setAttribute("format_version", 2) },
      { try $0.write(text, to: "architecture") },
      { root in
        var offset = 0
        for shape in flow.architecture.parameterShapes {
          let values = Array(flow.parameters[offset..<(offset + shape.count)])
          try root.write(values, shape: shape.dimensions, to: "flow/\(shape.name)")
          offset += shape.count
        }
      },
      { try $0.setAttribute("columns", .texts(model.columns)) },
      { try $0.setAttribute("context_columns", .texts(model.contextColumns)) },
      { try $0.write([] as [Int], shape: [0], to: "history/epoch") },
      { root in
        for name in ["train", "valid", "seconds", "events_per_second", "learning_rate"] {
          try root.write([] as [Double], shape: [0], to: "history/\(name)")
        }
      },
      { try $0.makeGroup("provenance").setAttributes(model.provenance) },
    ]
    precondition(steps.count == Self.partCount)
    for step in steps.prefix(parts) { try step(root) }
    try AtomicFile.write(try file.image(), to: path)
  }
}
