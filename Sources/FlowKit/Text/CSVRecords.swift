/// The records of a file of text, one after the other.
final class CSVRecords {
  private let path: String
  private let file: OpenFile
  private var buffer: [UInt8] = []
  private var position = 0
  /// Where in the file the buffer begins.
  private var bufferStart: Int
  private var line: Int
  private var isAtEnd = false
  /// The last line of comment that was met, without its `#`.
  private(set) var lastComment: String?

  /// A place between two records: the byte at which the next one begins, and how many lines are before it.
  struct Place: Sendable {
    var offset = 0
    var line = 0
  }

  init(_ path: String, from place: Place = Place()) throws(FlowError) {
    guard case .file = FileSystem.entry(at: path) else {
      throw FlowError(.file, "\(path) does not exist or is not a file; check the path and the working folder")
    }
    self.path = path
    file = try OpenFile(reading: path)
    (bufferStart, line) = (place.offset, place.line)
  }

  /// Where the next record begins, or empty lines and comments before it.
  var place: Place { Place(offset: bufferStart + position, line: line) }

  /// The fields of the next record, and the number of the line on which it begins, counted from 1.
  func next(separator: UInt8) throws(FlowError) -> (fields: [String], line: Int)? {
    while true {
      let start = line + 1
      guard let first = try nextLine() else { return nil }
      let isBlank = first.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      if isBlank { continue }
      if CSV.isComment(first, separator: separator) {
        lastComment = String(decoding: first.dropFirst(), as: UTF8.self)
        continue
      }
      if first.contains(UInt8(ascii: "\"")) { return (try quoted(first, separator, start), start) }
      return (Self.fields(of: first, separator), start)
    }
  }

  /// What stands between separators, without quotes.
  static func fields(of line: some Sequence<UInt8>, _ separator: UInt8) -> [String] {
    // Columns of text are often padded: several spaces are one separator.
    let parts = Array(line).split(separator: separator, omittingEmptySubsequences: separator == UInt8(ascii: " "))
    return parts.map { String(decoding: $0, as: UTF8.self) }
  }

  private func quoted(_ first: [UInt8], _ separator: UInt8, _ start: Int) throws(FlowError) -> [String] {
    let quote = UInt8(ascii: "\"")
    let isPadded = separator == UInt8(ascii: " ")
    var (text, index) = (first, 0)
    var fields: [[UInt8]] = [[]]
    var (isQuoted, wasQuoted) = (false, false)
    while true {
      guard index < text.count else {
        guard isQuoted else { break }
        guard fields[fields.count - 1].count < 1 << 20, let more = try nextLine() else {
          throw FlowError(.data, "\(path), line \(start): a quote is opened and not closed")
        }
        fields[fields.count - 1].append(UInt8(ascii: "\n"))
        (text, index) = (more, 0)
        continue
      }
      let byte = text[index]
      index += 1
      if byte == quote {
        if isQuoted, index < text.count, text[index] == quote {
          fields[fields.count - 1].append(quote)
          index += 1
        } else {
          isQuoted.toggle()
          wasQuoted = true
        }
      } else if byte == separator, !isQuoted {
        // Several spaces are one separator here, too.
        if isPadded, fields[fields.count - 1].isEmpty, !wasQuoted { continue }
        fields.append([])
        wasQuoted = false
      } else {
        fields[fields.count - 1].append(byte)
      }
    }
    if isPadded, fields.count > 1, fields[fields.count - 1].isEmpty, !wasQuoted { fields.removeLast() }
    return fields.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The next line without its end; nil after the last.
  private func nextLine() throws(FlowError) -> [UInt8]? {
    var searched = position
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        let found = buffer[position..<end]
        position = end + 1
        return finish(found)
      }
      searched = buffer.count
      guard !isAtEnd else {
        guard position < buffer.count else { return nil }
        let found = buffer[position...]
        position = buffer.count
        return finish(found)
      }
      guard buffer.count - position < 1 << 24 else {
        throw FlowError(.data, "\(path), line \(line + 1): longer than 16 MiB; this is no table of text")
      }
      buffer.removeFirst(position)
      bufferStart += position
      searched -= position
      position = 0
      try fill()
    }
  }

  private func finish(_ found: ArraySlice<UInt8>) -> [UInt8] {
    line += 1
    var found = found
    if found.last == UInt8(ascii: "\r") { found.removeLast() }
    // A byte order mark at the start of a file.
    if line == 1, found.starts(with: [0xEF, 0xBB, 0xBF]) { found.removeFirst(3) }
    return Array(found)
  }

  private func fill() throws(FlowError) {
    var block = [UInt8](repeating: 0, count: 1 << 18)
    let count = try file.read(into: &block, from: bufferStart + buffer.count)
    isAtEnd = count == 0
    buffer += block[..<count]
  }
}
