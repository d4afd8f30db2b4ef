/// By what a FlowKit model is told from a file of data: models are no tables, though they hold datasets.
enum ModelMark {
  /// The first bytes of a model since format version 2.
  static let magic = Array("FlowKit model\r\n\u{1A}".utf8)
  /// The attribute of the root by which all versions are known, and its value.
  static let formatKey = "format"
  static let format = "FlowKit model"

  /// Whether a file that begins with these bytes, all of it or the first 16, is a model, or was one before it was cut.
  static func isPresent(in start: [UInt8]) -> Bool { !start.isEmpty && magic.starts(with: start) }

  /// Whether the file at a path begins as a model does.
  static func isPresent(at path: String) throws(FlowError) -> Bool {
    guard case .file = FileSystem.entry(at: path) else { return false }
    return isPresent(in: try FileSystem.read(path, atMost: magic.count))
  }

  static func isPresent(in root: borrowing HDF5.Group) throws(FlowError) -> Bool {
    guard try root.attributeNames().contains(formatKey) else { return false }
    return try root.attribute(formatKey)?.text == format
  }
}
