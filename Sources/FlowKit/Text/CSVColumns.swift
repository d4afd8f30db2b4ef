/// What the columns of a table of text are called, and which of them are numbers: found by a look at all rows.
struct CSVColumns: Sendable {
  private(set) var names: [String]
  /// Whether the file names them.
  let areNamed: Bool
  /// Whether the names are the first record.
  let hasHeader: Bool
  private var counts: [Count]
  private let path: String
  /// The number of fields of every row.
  var count: Int { names.count }

  /// What was met in a column.
  private struct Count: Sendable {
    var numbers = 0
    var texts = 0
    /// The first field that is no number, and its line.
    var firstText: (field: String, line: Int)?
    var isWhole = true
    var first: Double?
    var last = 0.0
    /// Whether each number is one more than that before it.
    var isConsecutive = true
  }

  /// - Parameters:
  ///   - first, second: the fields of the first two records; nil where there is no second.
  ///   - comment: the last line of comment before them.
  init(_ first: [String], _ second: [String]?, comment: String?, _ format: CSV.Format, _ path: String) {
    self.path = path
    hasHeader = Self.isHeader(first, second, format)
    if hasHeader {
      var header = first.map(\.trimmed)
      if let second, second.count == header.count + 1 {
        // Others end rows with a separator; R leaves out the name of the rows' names. Between commas a number too many may be
        // half of one with a decimal comma.
        if second.last?.trimmed.isEmpty == true {
          header.append("")
        } else if format.separator != UInt8(ascii: ",") || format.number(second[0]) == nil {
          header.insert("", at: 0)
        }
      }
      (names, areNamed) = (header, true)
    } else if let header = Self.names(in: comment, count: first.count, format) {
      (names, areNamed) = (header, true)
    } else {
      (names, areNamed) = (first.indices.map(String.init), false)
    }
    counts = Array(repeating: Count(), count: names.count)
  }

  /// Whether the first record holds names: something else than numbers. But a fraction is no name: where the next record
  /// has numbers in the same places, both are rows with columns of text.
  private static func isHeader(_ first: [String], _ second: [String]?, _ format: CSV.Format) -> Bool {
    guard first.contains(where: { format.number($0) == nil }) else { return false }
    guard let second, second.count == first.count else { return true }
    func isNumber(_ field: String) -> Bool { !field.trimmed.isEmpty && format.number(field) != nil }
    let hasFraction = first.contains { format.number($0).map { $0.isFinite && $0 != $0.rounded() } ?? false }
    return !(hasFraction && zip(first, second).allSatisfy { isNumber($0) == isNumber($1) })
  }

  /// The names in a line of comment, as NumPy's `savetxt(header=…)` and astropy write it; nil where it holds no such list.
  private static func names(in comment: String?, count: Int, _ format: CSV.Format) -> [String]? {
    guard let comment else { return nil }
    let spaced = comment.split(whereSeparator: \.isWhitespace).map(String.init)
    for fields in [CSVRecords.fields(of: comment.trimmed.utf8, format.separator).map(\.trimmed), spaced] {
      if fields.count == count, fields.allSatisfy({ !$0.isEmpty }), fields.contains(where: { format.number($0) == nil })
      {
        return fields
      }
    }
    return nil
  }

  /// Looks at a row's fields.
  mutating func add(_ fields: [String], line: Int, _ format: CSV.Format) throws(FlowError) {
    guard fields.count == names.count else {
      throw FlowError(
        .data,
        "\(path), line \(line): \(fields.count) field\(fields.count == 1 ? "" : "s") where the first line has "
          + "\(names.count)")
    }
    for (index, field) in fields.enumerated() {
      guard let number = format.number(field) else {
        counts[index].texts += 1
        counts[index].firstText = counts[index].firstText ?? (field, line)
        continue
      }
      guard !number.isNaN else { continue }
      counts[index].numbers += 1
      counts[index].isWhole = counts[index].isWhole && number == number.rounded()
      if counts[index].first == nil {
        counts[index].first = number
      } else if number != counts[index].last + 1 {
        counts[index].isConsecutive = false
      }
      counts[index].last = number
    }
  }

  /// Calls columns of one name x, x.1, x.2, as pandas does.
  private mutating func nameApart() {
    var used = Set(names)
    var seen: Set<String> = []
    for index in names.indices where !names[index].isEmpty && !seen.insert(names[index]).inserted {
      let name = names[index]
      let free = (1...).lazy.map { "\(name).\($0)" }.first { !used.contains($0) }!
      names[index] = free
      used.insert(free)
    }
  }

  /// Gives what has no name its number for one, and says which columns are no data: those of text, and the index or row
  /// numbers that pandas and R write as a first column without a name.
  mutating func finish() -> (leftOut: Set<Int>, notes: [String]) {
    nameApart()
    var leftOut: Set<Int> = []
    var (notes, texts): ([String], [String]) = ([], [])
    for index in names.indices {
      let count = counts[index]
      let isUnnamed = names[index].isEmpty || names[index].hasPrefix("Unnamed: ")
      if isUnnamed, areNamed {
        if names[index].isEmpty { names[index] = "\(index)" }
        if count.numbers == 0, count.texts == 0 {
          leftOut.insert(index)
        } else if index == 0, count.isWhole {
          leftOut.insert(index)
          let kind = count.texts > 0 ? "row names" : count.isConsecutive ? "row numbers" : "an index"
          notes.append("\(path): left out the first column, which has no name: \(kind)")
        }
      }
      if !leftOut.contains(index), count.texts > 0, count.numbers == 0 {
        leftOut.insert(index)
        texts.append("'\(names[index])'")
      }
    }
    if !texts.isEmpty {
      notes.append("\(path): left out \(HDF5.list(texts)), which hold\(texts.count == 1 ? "s" : "") text")
    }
    return (leftOut, notes)
  }

  /// Throws where a column holds something else than numbers.
  func check(_ index: Int) throws(FlowError) {
    guard let (field, line) = counts[index].firstText else { return }
    throw FlowError(
      .data, "\(path), line \(line), column '\(names[index])': '\(field.prefix(40))' is not a number",
      fix: .repairOrChange(.columns))
  }
}
