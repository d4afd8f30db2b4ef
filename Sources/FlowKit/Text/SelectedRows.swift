/// Rows of a table from a first one on, in steps: the draws of a chain that are to be read.
final class SelectedRows: DerivedTable {
  let original: any RandomAccessTable
  private let first, step: Int
  private var block: [Double] = []
  let rows: Int

  /// - Throws: where no row is left.
  init(_ table: any RandomAccessTable, _ reading: TableReading) throws(FlowError) {
    (original, first, step) = (table, reading.burnIn, reading.thin)
    guard first < table.rows else {
      throw FlowError(.data, "\(table.location) has \(table.rows) rows; leaving out the first \(first) leaves none")
    }
    rows = (table.rows - first + step - 1) / step
  }

  var blockRows: Int { max(1, original.blockRows / step) }

  func read(rows range: Range<Int>, into values: inout [Double]) throws(FlowError) {
    let width = columns.count
    values.removeAll(keepingCapacity: true)
    values.reserveCapacity(range.count * width)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: blockRows) {
      let end = min(range.upperBound, start + blockRows)
      try original.read(rows: (first + start * step)..<(first + (end - 1) * step + 1), into: &block)
      for row in 0..<(end - start) { values += block[(row * step * width)..<((row * step + 1) * width)] }
    }
  }
}

@available(*, unavailable)
extension SelectedRows: Sendable {}
