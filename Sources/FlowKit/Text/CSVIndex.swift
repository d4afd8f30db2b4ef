internal import Synchronization

/// What a first look at all rows of a table of text finds: its columns, how many rows there are, and where in the file they begin.
///
/// A table is opened several times, and by several threads: the look is taken once for each state of a file.
struct CSVIndex: Sendable {
  let format: CSV.Format
  /// The columns, their names given.
  let layout: CSVColumns
  /// Columns that are no data.
  let leftOut: Set<Int>
  let notes: [String]
  let rows: Int
  /// Where every `step`th row begins.
  let places: [CSVRecords.Place]

  static let step = 1_024
  private static let known = Mutex<[String: CSVIndex]>([:])

  static func of(_ path: String, separator: Character?) throws(FlowError) -> CSVIndex {
    guard let stamp = FileSystem.stamp(of: path) else { return try CSVIndex(path, separator) }
    let key = "\(stamp) \(separator.map(String.init) ?? "") \(path)"
    if let index = known.withLock({ $0[key] }) { return index }
    let index = try CSVIndex(path, separator)
    known.withLock { $0[key] = index }
    return index
  }

  private init(_ path: String, _ separator: Character?) throws(FlowError) {
    let records = try CSVRecords(path)
    format = try CSV.Format(separator, in: path)
    var layout = try Self.layout(path, format)
    if layout.hasHeader { _ = try records.next(separator: format.separator) }
    var (places, count) = ([records.place], 0)
    while let (fields, line) = try records.next(separator: format.separator) {
      try layout.add(fields, line: line, format)
      count += 1
      if count.isMultiple(of: Self.step) { places.append(records.place) }
    }
    guard count > 0 else { throw FlowError(.data, "\(path) holds no rows besides the names of its columns") }
    (leftOut, notes) = layout.finish()
    (self.layout, rows, self.places) = (layout, count, places)
  }

  private static func layout(_ path: String, _ format: CSV.Format) throws(FlowError) -> CSVColumns {
    let records = try CSVRecords(path)
    guard let (first, _) = try records.next(separator: format.separator) else {
      throw FlowError(.data, "\(path) holds no rows")
    }
    let comment = records.lastComment
    let second = try records.next(separator: format.separator)?.fields
    return CSVColumns(first, second, comment: comment, format, path)
  }
}
