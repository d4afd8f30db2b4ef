/// An open table of numbers in an HDF5 file, read in blocks of rows.
///
/// A table is a 2-D dataset (rows x columns) or a 1-D dataset (one column) of any integer or floating-point type, a
/// 1-D dataset of compound values (each number in them a column), or a group of equally long 1-D datasets, one per
/// column. Nothing but the rows and columns asked for is read, except that compressed datasets are unpacked by whole
/// chunks; values arrive as Double. What MATLAB 7.3, netCDF-4, PyTables and pandas say in attributes is honoured:
/// transposed arrays, the names in a block of columns, `scale_factor` and `add_offset`. What is missing is read as NaN: fill
/// values, named or implied, values outside a valid range, masked ones (`x.mask` beside `x`), chunks that were never written.
/// Row labels (a netCDF coordinate, a pandas index) are read only if they are asked for.
///
/// Values may lie in other files: sources of virtual datasets, external links and storage. One that is gone is an error.
///
/// The columns of a compound are its fields; others are named by an attribute `columns`, `column_names` or `names` of the
/// dataset or of a group around it, which holds one comma-separated text or an array of texts; without one they are
/// called "0", "1" and so on. An attribute `units` or `unit` gives their units in the same way.
///
/// The HDF5 library reads the file in this process. It checks what it parses only in part: a damaged file, or one made to
/// do harm, can make it crash, hang or take all memory. Read files that you do not trust in a process that may die, as
/// `flowctl` does (see ``TableAccess``).
public final class HDF5Table: RandomAccessTable {
  public let location: DataLocation
  /// The number of rows, at least one.
  public let rows: Int
  /// The names of the chosen columns, in the chosen order.
  public let columns: [String]
  public let allColumns: [String]
  public let columnIndices: [Int]
  /// Whether the file names its columns; otherwise `columns` are their indices.
  public let hasNames: Bool
  public let units: [String?]
  public let blockRows: Int
  public let notes: [String]
  public let missingReasons: [String?]

  private let datasets: [(dataset: TableDataset, columns: [TableDataset.Column])]

  /// Opens the table that a location names, or the only one in and below the group or file that it names.
  ///
  /// - Parameter columns: the columns to read, by name or index, in this order; nil reads all.
  /// - Throws: an error that says what is there instead, if the location names no table, several, one without rows,
  ///   or one without a column asked for.
  public convenience init(_ location: DataLocation, columns: [String]? = nil) throws(FlowError) {
    let file = try HDF5.File(reading: location.file)
    let root = try file.root()
    let table = try TableCandidate.find(at: location.objectPath, in: root)
    try self.init(table, root: root, file: location.file, columns: columns)
  }

  private init(
    _ table: TableCandidate, root: borrowing HDF5.Group, file: String, columns chosen: [String]?
  ) throws(FlowError) {
    let found = table.location
    let names: ColumnNames
    let indices: [Int]
    let units: [String?]
    var notes: [String] = []
    switch table.layout {
    case .dataset:
      let dataset = try TableDataset(opening: found.objectPath, in: root, sharing: 1)
      names =
        if let given = dataset.names { ColumnNames(given: given) } else {
          try ColumnNames(of: dataset.dataset, count: dataset.columns, root: root)
        }
      indices = try names.indices(of: chosen, labels: dataset.labels, in: found)
      try dataset.check(indices)
      let all = try ColumnUnits.units(of: dataset.dataset, count: dataset.columns, root: root)
      units = indices.map { all[$0] }
      datasets = [(dataset, indices.enumerated().map { ($1, $0) })]
    case .columns(let members, let labels):
      names = ColumnNames(given: members)
      indices = try names.indices(of: chosen, labels: labels, in: found)
      datasets = try indices.enumerated().map { target, index throws(FlowError) in
        let path = found.appending(members[index]).objectPath
        return (try TableDataset(opening: path, in: root, sharing: indices.count, isColumn: true), [(0, target)])
      }
      units = try datasets.map { dataset, _ throws(FlowError) in
        try ColumnUnits.units(of: dataset.dataset, count: 1, root: root)[0]
      }
    case .frame(let frame):
      names = ColumnNames(given: frame.columns.map(\.name))
      indices = try names.indices(of: chosen, labels: frame.unreadable, in: found)
      if chosen == nil { notes += frame.leftOut }
      datasets = try Self.open(frame, indices, in: root)
      units = indices.map { _ in nil }
    }
    self.units = units
    var missing = [String?](repeating: nil, count: indices.count)
    for (dataset, wanted) in datasets {
      for (column, target) in wanted { missing[target] = dataset.missingReason(column) }
    }
    (self.notes, missingReasons) = (notes, missing)
    location = DataLocation(file: file, path: found.path)
    allColumns = names.names
    columns = indices.map { names.names[$0] }
    columnIndices = indices
    hasNames = names.areGiven
    rows = try Self.commonRows(of: datasets.map(\.dataset), found)
    blockRows = Self.blockRows(columns: columns.count, chunkRows: datasets.first?.dataset.chunkRows ?? 1)
  }

  /// The blocks of a frame that hold some of its columns, each once.
  private static func open(
    _ frame: PandasFrame, _ indices: [Int], in root: borrowing HDF5.Group
  ) throws(FlowError) -> [(dataset: TableDataset, columns: [TableDataset.Column])] {
    var wanted: [(path: String, columns: [TableDataset.Column])] = []
    for (target, index) in indices.enumerated() {
      let column = frame.columns[index]
      let place = wanted.firstIndex { $0.path == column.path } ?? wanted.count
      if place == wanted.count { wanted.append((column.path, [])) }
      wanted[place].columns.append((column.column, target))
    }
    return try wanted.map { part throws(FlowError) in
      let path = frame.location.appending(part.path).objectPath
      let dataset = try TableDataset(opening: path, in: root, sharing: wanted.count)
      if let beyond = part.columns.first(where: { $0.column >= dataset.columns }) {
        throw FlowError(.format, "\(dataset.dataset.location) has no column \(beyond.column); write the frame again")
      }
      return (dataset, part.columns)
    }
  }

  public func read(rows range: Range<Int>, into values: inout [Double]) throws(FlowError) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of a table with \(rows) rows")
    let shape = [range.count, columns.count]
    let count = try HDF5.elementCount(shape, location)
    if values.count > count { values.removeLast(values.count - count) }
    if values.count < count { values.append(contentsOf: repeatElement(0, count: count - values.count)) }
    guard count > 0 else { return }
    for (dataset, wanted) in datasets {
      try dataset.read(rows: range, wanted, into: &values, width: columns.count)
    }
  }

  private static func commonRows(
    of datasets: [TableDataset], _ location: DataLocation
  ) throws(FlowError) -> Int {
    let rows = datasets[0].rows
    if let other = datasets.first(where: { $0.rows != rows }) {
      throw FlowError(
        .format,
        "the columns of \(location) differ in length: \(datasets[0].dataset.location.objectPath) has \(rows) rows, "
          + "\(other.dataset.location.objectPath) has \(other.rows); choose columns of one length")
    }
    guard rows > 0 else { throw FlowError(.data, "\(location) has no rows") }
    guard datasets[0].columns > 0 else { throw FlowError(.data, "\(location) has no columns") }
    return rows
  }

  private static func blockRows(columns: Int, chunkRows: Int) -> Int {
    let rows = max(1, (4 << 20) / (8 * columns))
    if chunkRows > rows { return chunkRows <= 8 * rows ? chunkRows : rows }
    return rows / chunkRows * chunkRows
  }
}

@available(*, unavailable)
extension HDF5Table: Sendable {}
