/// Converts tables between HDF5, text (CSV) and NumPy's `.npy`, block by block.
package enum Conversion {
  package enum Format: String, Sendable {
    case hdf5, csv, npy

    /// By the ending of a file's name.
    package init(ofName name: String) throws(FlowError) {
      guard let format = Self.named(name) else {
        throw FlowError(
          .file, "the name \(name) does not say what format the file has; end it with .csv, .npy or .h5")
      }
      self = format
    }

    private static func named(_ name: String) -> Format? {
      let ending = name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
      switch ending {
      case "csv", "tsv", "txt", "dat": return .csv
      case "npy": return .npy
      case "h5", "hdf5", "hdf", "he5", "nc", "mat": return .hdf5
      default: return nil
      }
    }

    /// Whether a name ends as files of data do.
    package static func isKnown(_ name: String) -> Bool { named(name) != nil }
  }

  /// Opens a table: its format follows from the file's name.
  ///
  /// - Parameters:
  ///   - location: a file, for HDF5 with a path in it if it holds several tables.
  ///   - columns: the columns to read, as ``HDF5Table`` takes them; nil reads all.
  ///   - separator: what stands between fields of text; nil finds out.
  ///   - access: opens HDF5 files.
  package static func table(
    _ location: DataLocation, columns: [String]? = nil, separator: Character? = nil,
    access: any TableAccess = InProcessAccess()
  ) throws(FlowError) -> any Table {
    let table: any Table
    switch try Format(ofName: location.file) {
    case .hdf5: return try access.table(location, columns: columns)
    case .csv: table = try CSVTable(location.file, separator: separator)
    case .npy: table = try NPYTable(location.file)
    }
    return try columns.map { columns throws(FlowError) in try TableColumns(table, columns, of: location.file) } ?? table
  }

  /// Writes all rows of `table` as a new file, which takes its place when it is complete.
  package static func write(
    _ table: any Table, to path: String, separator: Character = ",", attributes: [String: MetadataValue] = [:]
  ) throws(FlowError) {
    switch try Format(ofName: path) {
    case .hdf5:
      let writer = try TableWriter(to: path, attributes: attributes)
      try writer.addDataset(
        "table", shape: [table.rows, table.columns.count], columns: table.hasNames ? table.columns : nil,
        units: table.units)
      try table.forEachBlock { block throws(FlowError) in try writer.append(block, to: "table") }
      try writer.finish()
    case .csv:
      try ByteWriter.write(to: path) { writer throws(FlowError) in
        try CSV.write(table, separator: separator, to: writer)
      }
    case .npy:
      try ByteWriter.write(to: path) { writer throws(FlowError) in
        try writer.append(NPY.header(rows: table.rows, columns: table.columns.count))
        try table.forEachBlock { block throws(FlowError) in
          // Little-endian, as the header says, on every machine.
          try writer.append(block.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } })
        }
      }
    }
  }
}
