/// Rows of a table from a first one on, in steps: the draws of a chain that are to be read.
final class SelectedRows: RandomAccessTable {
  private let table: any RandomAccessTable
  private let first, step: Int
  private var block: [Double] = []
  let rows: Int

  /// - Throws: where no row is left.
  init(_ table: any RandomAccessTable, _ reading: TableReading) throws(FlowError) {
    (self.table, first, step) = (table, reading.burnIn, reading.thin)
    guard first < table.rows else {
      throw FlowError(.data, "\(table.location) has \(table.rows) rows; leaving out the first \(first) leaves none")
    }
    rows = (table.rows - first + step - 1) / step
  }

  var location: DataLocation { table.location }
  var columns: [String] { table.columns }
  var allColumns: [String] { table.allColumns }
  var columnIndices: [Int] { table.columnIndices }
  var columnCounts: [Int] { table.columnCounts }
  var hasNames: Bool { table.hasNames }
  var units: [String?] { table.units }
  var notes: [String] { table.notes }
  var missingReasons: [String?] { table.missingReasons }
  var blockRows: Int { max(1, table.blockRows / step) }

  func read(rows range: Range<Int>, into values: inout [Double]) throws(FlowError) {
    let width = columns.count
    values.removeAll(keepingCapacity: true)
    values.reserveCapacity(range.count * width)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: blockRows) {
      let end = min(range.upperBound, start + blockRows)
      try table.read(rows: (first + start * step)..<(first + (end - 1) * step + 1), into: &block)
      for row in 0..<(end - start) { values += block[(row * step * width)..<((row * step + 1) * width)] }
    }
  }
}

@available(*, unavailable)
extension SelectedRows: Sendable {}
