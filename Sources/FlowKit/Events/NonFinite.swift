/// The values of a table that are NaN or infinite.
public struct NonFinite: Sendable, Equatable, CustomStringConvertible {
  /// How many values are not finite.
  public var values: Int
  /// In how many rows.
  public var rows: Int
  /// The first such row, counted from 0.
  public var firstRow: Int
  /// The name of the first such column in that row.
  public var firstColumn: String
  /// What stands there.
  public var firstValue: Double

  public var description: String {
    "\(values) non-finite value\(values == 1 ? "" : "s") in \(rows) row\(rows == 1 ? "" : "s"), "
      + "first \(firstValue) in row \(firstRow), column '\(firstColumn)'"
  }

  /// Why a table has no number there, where it says so: to add to a message.
  func reason(in table: some RandomAccessTable) -> String {
    firstValue.isNaN ? table.missingReason(firstColumn) : ""
  }

  /// Collects over a table's rows as they come, block by block.
  struct Scan {
    let columns: [String]
    private(set) var result: NonFinite?
    private var seen = 0

    init(columns: [String]) { self.columns = columns }

    /// Says the first row by another number.
    mutating func renumberFirstRow(_ number: (Int) -> Int) {
      if let row = result?.firstRow { result?.firstRow = number(row) }
    }

    mutating func add(_ block: [Double]) {
      let width = columns.count
      for row in 0..<(block.count / width) {
        let start = row * width
        var count = 0
        var first = 0
        for column in 0..<width where !block[start + column].isFinite {
          if count == 0 { first = column }
          count += 1
        }
        guard count > 0 else { continue }
        result =
          result
          ?? NonFinite(
            values: 0, rows: 0, firstRow: seen + row, firstColumn: columns[first],
            firstValue: block[start + first])
        result?.values += count
        result?.rows += 1
      }
      seen += block.count / width
    }
  }
}
