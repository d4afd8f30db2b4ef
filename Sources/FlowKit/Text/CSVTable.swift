/// A table of text, read twice: once to count and check the rows, then for their values.
final class CSVTable: Table {
  let columns: [String]
  let hasNames: Bool
  private(set) var rows = 0
  private let path: String
  private let separator: UInt8

  init(_ path: String, separator: Character?) throws(FlowError) {
    self.path = path
    let records = try CSVRecords(path)
    if let separator {
      self.separator = try Self.byte(separator)
    } else {
      self.separator = Self.separator(of: try FileSystem.read(path, atMost: 1 << 16))
    }
    guard let (first, _) = try records.next(separator: self.separator) else {
      throw FlowError(.data, "\(path) holds no rows")
    }
    hasNames = first.contains { CSV.number($0) == nil }
    columns = hasNames ? first.map(\.trimmed) : first.indices.map(String.init)
    try forEachBlock { block throws(FlowError) in rows += block.count / columns.count }
    guard rows > 0 else { throw FlowError(.data, "\(path) holds no rows besides the names of its columns") }
  }

  func forEachBlock(_ body: ([Double]) throws(FlowError) -> Void) throws(FlowError) {
    let records = try CSVRecords(path)
    var isFirst = hasNames
    var block: [Double] = []
    while let (fields, line) = try records.next(separator: separator) {
      if isFirst {
        isFirst = false
        continue
      }
      guard fields.count == columns.count else {
        throw FlowError(
          .data,
          "\(path), line \(line): \(fields.count) field\(fields.count == 1 ? "" : "s") where the first line has "
            + "\(columns.count)")
      }
      for (field, column) in zip(fields, columns) {
        guard let number = CSV.number(field) else {
          throw FlowError(
            .data, "\(path), line \(line), column '\(column)': '\(field.prefix(40))' is not a number")
        }
        block.append(number)
      }
      if block.count > 1 << 16 {
        try body(block)
        block.removeAll(keepingCapacity: true)
      }
    }
    if !block.isEmpty { try body(block) }
  }

  private static func byte(_ separator: Character) throws(FlowError) -> UInt8 {
    guard let byte = separator.asciiValue, byte != UInt8(ascii: "\""), !separator.isNewline else {
      throw FlowError(.data, "a separator is one ASCII character other than a quote, got '\(separator)'")
    }
    return byte
  }

  /// The first of tab, semicolon, comma, space that occurs in the first line, outside quotes.
  private static func separator(of start: [UInt8]) -> UInt8 {
    var isQuoted = false
    var found: Set<UInt8> = []
    var isComment = false
    var length = 0
    for byte in start {
      if byte == UInt8(ascii: "\n") {
        if length > 0, !isComment, !isQuoted { break }
        (length, isComment) = (0, false)
        continue
      }
      if length == 0, byte == UInt8(ascii: "#") { isComment = true }
      length += 1
      if isComment { continue }
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted { found.insert(byte) }
    }
    return "\t;, ".utf8.first { found.contains($0) } ?? UInt8(ascii: ",")
  }
}
