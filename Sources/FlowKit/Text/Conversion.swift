/// Tables of every format, and their conversion, block by block.
package enum Conversion {
  /// Opens a table: its format follows from the file's name.
  ///
  /// - Parameters:
  ///   - location: a file, for HDF5 with a path in it if it holds several tables.
  ///   - columns: the columns to read, as ``HDF5Table`` takes them; nil reads all that are data.
  package static func table(
    _ location: DataLocation, columns: [String]? = nil
  ) throws(FlowError) -> any RandomAccessTable {
    if let table = try foreignTable(location, parts: [columns]) { return table }
    return try InProcessAccess().table(location, columns: columns)
  }

  /// Opens a table of text or of NumPy; nil where the file is one of HDF5's.
  package static func foreignTable(
    _ location: DataLocation, parts: [[String]?] = [nil], reading: TableReading = TableReading()
  ) throws(FlowError) -> (any RandomAccessTable)? {
    let format = try TableFormat(of: location.file)
    guard format != .hdf5 else { return nil }
    if let path = location.path {
      throw FlowError(.format, "\(location.file) holds one table and no paths; leave out :\(path)")
    }
    guard !reading.isTransposed else {
      throw FlowError(
        .data, "\(location) is not in HDF5, where alone columns may be stored by rows; transpose it first")
    }
    let table: any RandomAccessTable =
      format == .npy
      ? try NPYTable(location.file, parts: parts)
      : try CSVTable(location.file, separator: reading.separator?.first, parts: parts)
    return reading.selectsDraws ? try SelectedRows(table, reading) : table
  }

  /// The one table of a file of text or of NumPy, as the parts of a location; nil where the file is one of HDF5's.
  package static func foreignParts(_ location: DataLocation) throws(FlowError) -> DataParts? {
    try TableFormat(of: location.file) == .hdf5 ? nil : DataParts(only: location)
  }

  /// Writes all rows of `table` as a new file, which takes its place when it is complete.
  package static func write(
    _ table: any Table, to path: String, separator: Character? = nil, attributes: [String: MetadataValue] = [:]
  ) throws(FlowError) {
    let writer = try RowWriter(
      to: path, dataset: "table", shape: [table.rows, table.columns.count],
      columns: table.hasNames ? table.columns : nil, units: table.units, separator: separator, attributes: attributes)
    try table.forEachBlock { block throws(FlowError) in try writer.append(block) }
    try writer.finish()
  }
}
