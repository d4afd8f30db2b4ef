/// An open table of a file, whose rows can be read in any order.
///
/// Not Sendable: a thread that reads beside others opens a table of its own, with the same `TableAccess`.
public protocol RandomAccessTable: Table, RowBlocks {
  /// The names of all columns of the table, chosen or not.
  var allColumns: [String] { get }
  /// Which of the table's columns `columns` are, counted from 0.
  var columnIndices: [Int] { get }
  /// How many columns were found for each of the parts in which they were asked for.
  var columnCounts: [Int] { get }
  /// What a reader ought to know, a sentence each: columns that were left out because they hold no real numbers, axes that
  /// were laid one after the other; none by default.
  var notes: [String] { get }
  /// For each chosen column why a value of it may be missing, such as `9.97e+36 is a fill value`; nil where nothing says so, as
  /// by default.
  var missingReasons: [String?] { get }
}

extension RandomAccessTable {
  public var columnCounts: [Int] { [columns.count] }
  public var notes: [String] { [] }
  public var missingReasons: [String?] { columns.map { _ in nil } }

  /// What to add to a message about a value of a column that is not a number.
  func missingReason(_ column: String) -> String {
    guard let index = columns.firstIndex(of: column), let reason = missingReasons[index] else { return "" }
    return " (missing: \(reason))"
  }

  /// The values of a range of rows, row by row: `rows.count * columns.count` of them.
  public func read(rows range: Range<Int>) throws(FlowError) -> [Double] {
    var values: [Double] = []
    try read(rows: range, into: &values)
    return values
  }

  /// All values, row by row.
  public func values() throws(FlowError) -> [Double] { try read(rows: 0..<rows) }

  public func forEachBlock(_ body: ([Double]) throws(FlowError) -> Void) throws(FlowError) {
    var block: [Double] = []
    for start in stride(from: 0, to: rows, by: blockRows) {
      try read(rows: start..<min(rows, start + blockRows), into: &block)
      try body(block)
    }
  }
}
