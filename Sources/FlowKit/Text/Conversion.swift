/// Tables of every format, and their conversion, block by block.
package enum Conversion {
  /// Opens a table: its format follows from the file's name.
  ///
  /// - Parameters:
  ///   - location: a file, for HDF5 with a path in it if it holds several tables.
  ///   - columns: the columns to read; nil reads all that are data.
  ///   - separator: what stands between fields of text; nil finds out.
  ///   - access: opens HDF5 files.
  package static func table(
    _ location: DataLocation, columns: [String]? = nil, separator: Character? = nil,
    access: any TableAccess = InProcessAccess()
  ) throws(FlowError) -> any RandomAccessTable {
    // A name that says nothing is asked about here, where any format may be meant.
    _ = try TableFormat(ofName: location.file)
    if let table = try foreignTable(location, columns: columns, separator: separator) { return table }
    return try access.table(location, columns: columns)
  }

  /// Opens a table of text or of NumPy; nil where the file is one of HDF5's.
  package static func foreignTable(
    _ location: DataLocation, columns: [String]?, separator: Character? = nil
  ) throws(FlowError) -> (any RandomAccessTable)? {
    let format = try TableFormat(of: location.file)
    guard format != .hdf5 else { return nil }
    if let path = location.path {
      throw FlowError(.format, "\(location.file) holds one table and no paths; leave out :\(path)")
    }
    if format == .npy { return try NPYTable(location.file, columns: columns) }
    return try CSVTable(location.file, separator: separator, columns: columns)
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
