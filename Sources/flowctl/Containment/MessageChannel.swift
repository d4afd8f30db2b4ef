import FlowKit
import Glibc

// The method of this name hides the system's.
private let systemSend = send

/// Messages through a socket: a value as JSON and, behind it, numbers.
///
///     0 ..< 8    the length of the JSON in bytes
///     8 ..< 16   the number of Doubles
///     16 ...     the JSON, the Doubles, in this machine's byte order
struct MessageChannel {
  /// The other side is gone, or does not keep to the form.
  struct Broken: Error {}

  let descriptor: Int32
  /// No list of names that a file can hold is longer.
  private static let textLimit = 1 << 30

  func send(_ message: some Encodable, _ numbers: [Double] = []) throws(Broken) {
    let text: String
    do { text = try message.jsonText() } catch { throw Broken() }
    // In one piece: the other side wakes up once.
    let head = [text.utf8.count, numbers.count].withUnsafeBytes { Array($0) } + Array(text.utf8)
    try check(head.withUnsafeBytes(put))
    try check(numbers.withUnsafeBytes(put))
  }

  /// The next message; `numbers` takes as many Doubles as belong to it.
  ///
  /// - Parameter count: how many there may be, none or this many.
  /// - Returns: the message, and whether numbers came with it.
  func receive<Message: Decodable>(
    _: Message.Type, _ numbers: inout [Double], count: Int
  ) throws(Broken) -> (Message, hasNumbers: Bool) {
    var lengths = [0, 0]
    try check(lengths.withUnsafeMutableBytes(take))
    guard 0...Self.textLimit ~= lengths[0], lengths[1] == 0 || lengths[1] == count else { throw Broken() }
    var text = [UInt8](repeating: 0, count: lengths[0])
    try check(text.withUnsafeMutableBytes(take))
    if lengths[1] > 0 {
      if numbers.count > count { numbers.removeLast(numbers.count - count) }
      if numbers.count < count { numbers.append(contentsOf: repeatElement(0, count: count - numbers.count)) }
      try check(numbers.withUnsafeMutableBytes(take))
    }
    do {
      return (try Message(jsonText: String(decoding: text, as: UTF8.self), "a message"), lengths[1] > 0)
    } catch {
      throw Broken()
    }
  }

  private func check(_ isWhole: Bool) throws(Broken) { if !isWhole { throw Broken() } }

  private func put(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var position = 0
    while position < bytes.count {
      // Without a signal: a process whose partner has died says so in its own words.
      let flags = Int32(MSG_NOSIGNAL)
      let count = systemSend(descriptor, bytes.baseAddress! + position, bytes.count - position, flags)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      position += count
    }
    return true
  }

  private func take(_ bytes: UnsafeMutableRawBufferPointer) -> Bool {
    var position = 0
    while position < bytes.count {
      let count = recv(descriptor, bytes.baseAddress! + position, bytes.count - position, 0)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      position += count
    }
    return true
  }
}
