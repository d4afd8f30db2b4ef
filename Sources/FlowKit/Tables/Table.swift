/// Rows and columns of numbers in memory.
public struct Table: Sendable, Equatable {
  /// The columns' names; "0", "1" and so on where the data name none.
  public let columns: [String]
  /// Whether the names were given, by a file for example; otherwise they are indices.
  public let hasNames: Bool
  /// The number of rows.
  public let rows: Int
  /// The values, row by row: `rows * columns.count`.
  public private(set) var values: [Double]

  /// - Parameter columns: at least one name.
  public init(columns: [String], values: [Double], hasNames: Bool = true) {
    precondition(!columns.isEmpty, "a table has at least one column")
    precondition(
      values.count % columns.count == 0, "\(values.count) values are no whole rows of \(columns.count)")
    self.columns = columns
    self.hasNames = hasNames
    self.values = values
    rows = values.count / columns.count
  }

  /// Reads a table, or a range of its rows, into memory.
  public init(_ reader: any StoredTable, rows: Range<Int>? = nil) throws(FlowError) {
    self.init(
      columns: reader.columns, values: try reader.read(rows: rows ?? 0..<reader.rows),
      hasNames: reader.hasNames)
  }

  public subscript(row: Int, column: Int) -> Double {
    get { values[index(row, column)] }
    set { values[index(row, column)] = newValue }
  }

  /// One row's values.
  public func row(_ row: Int) -> ArraySlice<Double> {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    return values[(row * columns.count)..<((row + 1) * columns.count)]
  }

  /// One column's values.
  public func column(_ column: Int) -> [Double] {
    precondition(columns.indices.contains(column), "column \(column) of \(columns.count)")
    return stride(from: column, to: values.count, by: columns.count).map { values[$0] }
  }

  /// The rows of these indices, in this order; an index may occur more than once.
  public func selecting(rows indices: some Sequence<Int>) -> Table {
    var selected: [Double] = []
    selected.reserveCapacity(indices.underestimatedCount * columns.count)
    for index in indices { selected += row(index) }
    return Table(columns: columns, values: selected, hasNames: hasNames)
  }

  private func index(_ row: Int, _ column: Int) -> Int {
    precondition(
      row >= 0 && row < rows && columns.indices.contains(column),
      "row \(row), column \(column) of \(rows) x \(columns.count)")
    return row * columns.count + column
  }
}
