/// Tables as text: rows are lines, fields stand between separators.
///
/// A field may be quoted (`"a ""b"", c"`), also over several lines. Empty lines and lines that begin with # are left out. The
/// first line names the columns if any of its fields is neither a number nor a missing value. Missing values (nothing, NA,
/// N/A, null, none, nan, -) are NaN.
enum CSV {
  private static let missing: Set<String> = ["", "na", "n/a", "null", "none", "nan", "-nan", "-", "?"]

  /// The number that a field holds; nil where it holds none.
  static func number(_ field: String) -> Double? {
    if let value = Double(field) { return value }
    let trimmed = field.trimmed
    return Double(trimmed) ?? (missing.contains(trimmed.lowercased()) ? .nan : nil)
  }

  static func write(_ table: any Table, separator: Character, to writer: ByteWriter) throws(FlowError) {
    let between = Array(String(separator).utf8)
    func quoted(_ name: String) -> String {
      let isPlain = !name.contains { $0 == separator || $0 == "\"" || $0.isNewline } && !name.hasPrefix("#")
      return isPlain ? name : "\"" + name.replacing("\"", with: "\"\"") + "\""
    }
    if table.hasNames {
      try writer.append(Array((table.columns.map(quoted).joined(separator: String(separator)) + "\n").utf8))
    }
    let width = table.columns.count
    try table.forEachBlock { block throws(FlowError) in
      for row in stride(from: 0, to: block.count, by: width) {
        var line: [UInt8] = []
        for column in 0..<width {
          if column > 0 { line += between }
          // The shortest text that reads back as the same number.
          line += "\(block[row + column])".utf8
        }
        try writer.append(line + [UInt8(ascii: "\n")])
      }
    }
  }
}
