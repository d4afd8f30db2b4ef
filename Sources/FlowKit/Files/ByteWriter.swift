/// Writes bytes in pieces to a file that takes its place when all are written.
final class ByteWriter {
  private let file: OpenFile
  private var pending: [UInt8] = []

  private init(_ file: consuming OpenFile) { self.file = file }

  static func write(
    to path: String, _ body: (ByteWriter) throws(FlowError) -> Void
  ) throws(FlowError) {
    let what = "cannot write \(path)"
    var temporary = try TemporaryFile(for: path)
    let writer = ByteWriter(try OpenFile(writing: temporary.path, what))
    try body(writer)
    try writer.file.write(writer.pending)
    try temporary.commit()
  }

  func append(_ bytes: [UInt8]) throws(FlowError) {
    pending += bytes
    guard pending.count > 1 << 20 else { return }
    try file.write(pending)
    pending.removeAll(keepingCapacity: true)
  }
}
