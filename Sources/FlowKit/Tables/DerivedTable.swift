/// A table that has the columns of another one: whatever it does not say itself, the other one says.
package protocol DerivedTable: RandomAccessTable {
  var original: any RandomAccessTable { get }
}

extension DerivedTable {
  package var location: DataLocation { original.location }
  package var rows: Int { original.rows }
  package var columns: [String] { original.columns }
  package var allColumns: [String] { original.allColumns }
  package var columnIndices: [Int] { original.columnIndices }
  package var columnCounts: [Int] { original.columnCounts }
  package var hasNames: Bool { original.hasNames }
  package var units: [String?] { original.units }
  package var notes: [String] { original.notes }
  package var missingReasons: [String?] { original.missingReasons }
  package var blockRows: Int { original.blockRows }

  package func read(rows range: Range<Int>, into values: inout [Double]) throws(FlowError) {
    try original.read(rows: range, into: &values)
  }
}
