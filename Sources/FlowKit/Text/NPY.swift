/// NumPy's format for one array (numpy.lib.format): a header that is a Python dictionary, then the values.
enum NPY {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// The header of an array of little-endian doubles, version 1.0.
  static func header(shape: [Int]) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(sizes)), }"
    // With the 10 bytes before it and the line's end, a multiple of 64.
    let padding = (64 - (10 + text.utf8.count + 1) % 64) % 64
    let length = text.utf8.count + padding + 1
    return magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(text.utf8)
      + [UInt8](repeating: UInt8(ascii: " "), count: padding) + [UInt8(ascii: "\n")]
  }
}
