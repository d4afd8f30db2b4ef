/// Tables as text: rows are lines, fields stand between separators.
///
/// A field may be quoted (`"a ""b"", c"`), also over several lines. Empty lines and comments, lines that begin with #, are left out. The
/// first line names the columns if any of its fields is neither a number nor a missing value; without such a line the last
/// comment before the rows does, if it has as many names. Missing values (nothing, NA, null, nan, #N/A and the like) are NaN, true and
/// false are 1 and 0. Between semicolons a comma may stand for the decimal point.
enum CSV {
  private static let missing: Set<String> = [
    "", "na", "n/a", "null", "none", "nan", "-nan", "-", "--", "?", ".", "missing", "<na>", "#n/a", "#na", "1.#qnan",
    "-1.#qnan", "1.#ind", "-1.#ind", "#div/0!", "#value!", "#num!", "#ref!", "#name?", "#null!",
  ]

  /// Whether a line is a comment: one that begins with #, but not with what a spreadsheet writes for a missing value.
  static func isComment(_ line: [UInt8], separator: UInt8) -> Bool {
    guard line.first == UInt8(ascii: "#") else { return false }
    let field = line.prefix { $0 != separator }
    return !missing.contains(String(decoding: field, as: UTF8.self).trimmed.lowercased())
  }

  /// How fields are told apart, and numbers written.
  struct Format: Sendable {
    let separator: UInt8

    /// - Parameter given: the separator; nil takes the first of tab, semicolon, comma, space that occurs in the first line.
    init(_ given: Character?, in path: String) throws(FlowError) {
      guard let given else {
        separator = CSV.separator(of: try FileSystem.read(path, atMost: 1 << 16))
        return
      }
      guard let byte = given.asciiValue, byte != UInt8(ascii: "\""), !given.isNewline else {
        throw FlowError(.data, "a separator is one ASCII character other than a quote, got '\(given)'")
      }
      separator = byte
    }

    /// The number that a field holds; nil where it holds none.
    func number(_ field: String) -> Double? {
      if let value = Double(field) { return value }
      let text = field.trimmed
      if let value = Double(text) { return value }
      let lower = text.lowercased()
      if CSV.missing.contains(lower) { return .nan }
      switch lower {
      case "true": return 1
      case "false": return 0
      default: break
      }
      guard text.utf8.first.map({ $0 < UInt8(ascii: ":") }) ?? false else { return nil }
      // Fortran's double precision; the decimal comma of those who separate by semicolons.
      if lower.contains("d"), let value = Double(lower.replacing("d", with: "e")) { return value }
      guard separator == UInt8(ascii: ";"), !text.contains(".") else { return nil }
      return Double(text.replacing(",", with: "."))
    }
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

  /// The line of names, quoted where they need it.
  static func header(_ names: [String], separator: Character) -> [UInt8] {
    func quoted(_ name: String) -> String {
      let isPlain = !name.contains { $0 == separator || $0 == "\"" || $0.isNewline } && !name.hasPrefix("#")
      return isPlain ? name : "\"" + name.replacing("\"", with: "\"\"") + "\""
    }
    return Array((names.map(quoted).joined(separator: String(separator)) + "\n").utf8)
  }

  /// Rows as lines: of each number the shortest text that reads back as the same one.
  static func lines(_ block: [Double], width: Int, separator: Character) -> [UInt8] {
    let between = Array(String(separator).utf8)
    var lines: [UInt8] = []
    for row in stride(from: 0, to: block.count, by: width) {
      for column in 0..<width {
        if column > 0 { lines += between }
        lines += "\(block[row + column])".utf8
      }
      lines.append(UInt8(ascii: "\n"))
    }
    return lines
  }
}
