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

  public let columnCounts: [Int]
  public let notes: [String]
  public let missingReasons: [String?]

  private let sources: [TableSource]

  /// Opens the table that a location names, or the only one in and below the group or file that it names.
  ///
  /// - Parameters:
  ///   - columns: the columns to read, in this order; nil reads all. They are called by name, by path from the location
  ///     on (`posterior/mass_1`), by index, by patterns (`p*`, `x?`), or by what to leave out (`!label`). A name may
  ///     stand for all columns of a dataset or group.
  ///   - reading: how the file's arrays are to be understood.
  /// - Throws: an error that says what is there instead, if the location names no table, several, one without rows,
  ///   or one without a column asked for.
  public convenience init(
    _ location: DataLocation, columns: [String]? = nil, reading: TableReading = TableReading()
  ) throws(FlowError) {
    try self.init(location, parts: [columns], reading: reading)
  }

  /// The same with columns for several uses: `columns` holds those of the first part, then those of the next, and
  /// `columnCounts` says how many each has. A part that is nil has all columns that no other part names.
  public convenience init(
    _ location: DataLocation, parts: [[String]?], reading: TableReading = TableReading()
  ) throws(FlowError) {
    let file = try HDF5.File(reading: location.file)
    let root = try file.root()
    let search = try TableSearch(at: location, in: root, reading)
    let choice = try ColumnChoice(parts, in: search)
    try self.init(choice, in: search, root: root)
  }

  init(_ choice: ColumnChoice, in search: TableSearch, root: borrowing HDF5.Group) throws(FlowError) {
    let chosen = choice.columns
    let table = choice.table ?? search.around(chosen)
    location = DataLocation(file: search.base.file, path: table.location.path)
    let (names, indices) = search.names(of: table, and: chosen)
    (allColumns, columnIndices, columns) = (names, indices, indices.map { names[$0] })
    columnCounts = choice.parts.map(\.count)
    hasNames = table.hasNames
    sources = try TableSource.sources(of: chosen, in: search, root: root)
    rows = try Self.commonRows(of: sources, location)
    units = try search.units(of: chosen, root: root)
    var reasons = [String?](repeating: nil, count: chosen.count)
    for source in sources {
      for (column, target) in source.columns { reasons[target] = source.dataset.missingReason(column) }
    }
    missingReasons = reasons
    notes = search.notes(on: chosen, of: choice.leavesOut ? table : nil, by: choice)
    blockRows = Self.blockRows(columns: columns.count, chunkRows: sources.first?.dataset.chunkRows ?? 1)
  }

  public func read(rows range: Range<Int>, into values: inout [Double]) throws(FlowError) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of a table with \(rows) rows")
    let shape = [range.count, columns.count]
    let count = try HDF5.elementCount(shape, location)
    if values.count > count { values.removeLast(values.count - count) }
    if values.count < count { values.append(contentsOf: repeatElement(0, count: count - values.count)) }
    guard count > 0 else { return }
    for source in sources { try source.read(rows: range, into: &values, width: columns.count) }
  }

  private static func commonRows(
    of sources: [TableSource], _ location: DataLocation
  ) throws(FlowError) -> Int {
    let rows = sources[0].rows
    if let other = sources.first(where: { $0.rows != rows }) {
      throw FlowError(
        .format,
        "the columns of \(location) differ in length: \(sources[0].dataset.dataset.location.objectPath) has \(rows) rows, "
          + "\(other.dataset.dataset.location.objectPath) has \(other.rows); choose columns of one length")
    }
    guard rows > 0 else { throw FlowError(.data, "\(location) has no rows") }
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
