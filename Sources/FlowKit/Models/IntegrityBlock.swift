/// The first 512 bytes of a model file, an HDF5 user block, by which a reader tells a whole file from a damaged one
/// before the HDF5 library sees any of it.
///
///     0 ..< 16   "FlowKit model\r\n\u{1A}"
///     16 ..< 20  the format version, little-endian as all numbers here
///     20 ..< 24  0
///     24 ..< 32  the length of the file in bytes, this block included
///     32 ..< 64  SHA-256 of the whole file but these 32 bytes
///     64 ..< 512 0
///
/// The places of magic, length and digest stay the same in all versions of the format.
package enum IntegrityBlock {
  package static let size = 512
  private static let versionBytes = 16..<20
  private static let lengthBytes = 24..<32
  private static let digestBytes = 32..<64

  /// Whether the file at a path has the block, or had it before it was cut.
  package static func isPresent(at path: String) throws(FlowError) -> Bool { try ModelMark.isPresent(at: path) }

  /// The block, and behind it the bytes of an HDF5 file that was made with room for it.
  package static func sealed(_ contents: [UInt8], version: Int) -> [UInt8] {
    let magic = ModelMark.magic
    var bytes = magic + [UInt8](repeating: 0, count: size - magic.count) + contents
    put(version, into: &bytes, versionBytes)
    put(bytes.count, into: &bytes, lengthBytes)
    bytes.replaceSubrange(digestBytes, with: digest(bytes))
    return bytes
  }

  /// Checks a file's bytes, which have the block, against it.
  ///
  /// - Throws: an error if they are not to the bit what `seal` left, or are of a newer format.
  static func verify(_ bytes: [UInt8], _ path: String, newest: Int) throws(FlowError) {
    guard bytes.count >= digestBytes.upperBound else { throw truncated(path, "\(bytes.count) bytes are there") }
    let length = number(bytes, lengthBytes)
    guard bytes.count >= length else { throw truncated(path, "\(bytes.count) of \(length) bytes are there") }
    guard bytes.count == length, digest(bytes) == Array(bytes[digestBytes]) else {
      throw FlowError(
        .file,
        "\(path) is damaged or was edited: its bytes do not match its digest", fix: .acceptEdited)
    }
    let version = number(bytes, versionBytes)
    guard version <= newest else {
      throw FlowError(
        .format,
        "\(path) has model format \(version), newer than the \(newest) that this program reads; use a newer FlowKit")
    }
  }

  /// The digest that stands in a file's block, as hexadecimal digits; nil where there is no block.
  static func storedDigest(_ bytes: [UInt8]) -> String? {
    guard ModelMark.isPresent(in: Array(bytes.prefix(ModelMark.magic.count))), bytes.count >= digestBytes.upperBound
    else { return nil }
    return SHA256.text(of: Array(bytes[digestBytes]))
  }

  /// The digest that ought to stand there.
  static func digestText(_ bytes: [UInt8]) -> String { SHA256.text(of: digest(bytes)) }

  private static func truncated(_ path: String, _ size: String) -> FlowError {
    FlowError(.file, "\(path) is truncated: \(size); copy or download it again")
  }

  private static func digest(_ bytes: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.add(bytes[..<digestBytes.lowerBound])
    hash.add(bytes[digestBytes.upperBound...])
    return hash.digest()
  }

  private static func put(_ number: Int, into bytes: inout [UInt8], _ range: Range<Int>) {
    for (place, index) in range.enumerated() { bytes[index] = UInt8(truncatingIfNeeded: number >> (8 * place)) }
  }

  private static func number(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
    range.reversed().reduce(0) { $0 << 8 | UInt64(bytes[$1]) }
  }
}
