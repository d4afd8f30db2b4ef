/// Writes bytes in pieces to a file that takes its place in `finish()`; one that is given up before leaves nothing behind.
final class ByteWriter {
  private let file: OpenFile
  private var temporary: TemporaryFile
  private var pending: [UInt8] = []

  init(to path: String) throws(FlowError) {
    temporary = try TemporaryFile(for: path)
    file = try OpenFile(writing: temporary.path, "cannot write \(path)")
  }

  func append(_ bytes: [UInt8]) throws(FlowError) {
    pending += bytes
    guard pending.count > 1 << 20 else { return }
    try file.write(pending)
    pending.removeAll(keepingCapacity: true)
  }

  func finish() throws(FlowError) {
    try file.write(pending)
    pending = []
    try temporary.commit()
  }
}
