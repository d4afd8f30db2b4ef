/// Converts tables between HDF5, text (CSV) and NumPy's `.npy`, block by block.
package enum Conversion {
  package enum Format: String, Sendable {
    case hdf5, csv, npy

    /// By the ending of a file's name.
    package init(ofName name: String) throws(FlowError) {
      let ending = name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
      switch ending {
      case "csv", "tsv", "txt", "dat": self = .csv
      case "npy": self = .npy
      case "h5", "hdf5", "hdf", "he5", "nc", "mat": self = .hdf5
      default:
        throw FlowError(
          .file, "the name \(name) does not say what format the file has; end it with .csv, .npy or .h5")
      }
    }
  }

  /// Opens a table: its format follows from the file's name.
  ///
  /// - Parameters:
  ///   - location: a file, for HDF5 with a path in it if it holds several tables.
  ///   - separator: what stands between fields of text; nil finds out.
  ///   - access: opens HDF5 files.
  package static func table(
    _ location: DataLocation, separator: Character? = nil, access: any TableAccess = InProcessAccess()
  ) throws(FlowError) -> any Table {
    switch try Format(ofName: location.file) {
    case .hdf5: try access.table(location)
    case .csv: try CSVTable(location.file, separator: separator)
    case .npy: try NPYTable(location.file)
    }
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
