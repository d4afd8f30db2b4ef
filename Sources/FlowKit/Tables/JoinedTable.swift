/// Columns of several tables of equal length, side by side.
final class JoinedTable: RandomAccessTable {
  private let tables: [any RandomAccessTable]
  /// For each column of the result, which column of which table it is.
  private let order: [(table: Int, column: Int)]
  /// Whether there is but one table, all of it, in its order.
  private let isOneAsItIs: Bool
  private var block: [Double] = []

  let columns: [String]
  let columnIndices: [Int]
  let columnCounts: [Int]

  /// - Parameter parts: what is taken of the tables, in this order: a range of the columns of one of them.
  init(_ tables: [any RandomAccessTable], _ parts: [(table: Int, columns: Range<Int>)]) throws(FlowError) {
    if let other = tables.first(where: { $0.rows != tables[0].rows }) {
      throw FlowError(
        .data,
        "\(other.location) has \(other.rows) rows, but \(tables[0].location) has \(tables[0].rows); they must belong to "
          + "each other row by row")
    }
    self.tables = tables
    order = parts.flatMap { part in part.columns.map { (part.table, $0) } }
    // Columns of another table are called by its name where they have none of their own.
    columns = order.map { place in
      let table = tables[place.table]
      let name = table.columns[place.column]
      guard place.table > 0, !table.hasNames else { return name }
      let dataset = table.location.path?.lastName ?? "column"
      return table.columns.count == 1 ? dataset : "\(dataset)[\(name)]"
    }
    isOneAsItIs = tables.count == 1 && order.map(\.column) == Array(tables[0].columns.indices)
    var first = 0
    let offsets = tables.map { table in
      defer { first += table.allColumns.count }
      return first
    }
    columnIndices = order.map { offsets[$0.table] + tables[$0.table].columnIndices[$0.column] }
    columnCounts = parts.map(\.columns.count)
  }

  var location: DataLocation { tables[0].location }
  var rows: Int { tables[0].rows }
  var blockRows: Int { tables[0].blockRows }
  var hasNames: Bool { tables[0].hasNames }
  var allColumns: [String] { tables.flatMap(\.allColumns) }
  var units: [String?] { order.map { tables[$0.table].units[$0.column] } }
  var notes: [String] { tables.flatMap(\.notes) }
  var missingReasons: [String?] { order.map { tables[$0.table].missingReasons[$0.column] } }

  func read(rows range: Range<Int>, into values: inout [Double]) throws(FlowError) {
    if isOneAsItIs { return try tables[0].read(rows: range, into: &values) }
    let count = try HDF5.elementCount([range.count, columns.count], location)
    if values.count != count { values = [Double](repeating: 0, count: count) }
    for (number, table) in tables.enumerated() {
      try table.read(rows: range, into: &block)
      for (target, place) in order.enumerated() where place.table == number {
        for row in 0..<range.count {
          values[row * columns.count + target] = block[row * table.columns.count + place.column]
        }
      }
    }
  }
}

@available(*, unavailable)
extension JoinedTable: Sendable {}
