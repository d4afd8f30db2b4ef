#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Writes bytes in pieces to a file that takes its place when all are written.
final class ByteWriter {
  private let descriptor: Int32
  private let what: String
  private var pending: [UInt8] = []

  private init(_ descriptor: Int32, _ what: String) { (self.descriptor, self.what) = (descriptor, what) }

  static func write(
    to path: String, _ body: (ByteWriter) throws(FlowError) -> Void
  ) throws(FlowError) {
    let what = "cannot write \(path)"
    var temporary = try TemporaryFile(for: path)
    let descriptor = try FileSystem.openToWrite(temporary.path, what)
    defer { close(descriptor) }
    let writer = ByteWriter(descriptor, what)
    try body(writer)
    try FileSystem.write(writer.pending, to: descriptor, what)
    try temporary.commit()
  }

  func append(_ bytes: [UInt8]) throws(FlowError) {
    pending += bytes
    guard pending.count > 1 << 20 else { return }
    try FileSystem.write(pending, to: descriptor, what)
    pending.removeAll(keepingCapacity: true)
  }
}
