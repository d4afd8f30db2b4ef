/// How data files are opened: what everything that reads events takes as an argument.
///
/// `InProcessAccess`, the default, calls libhdf5 in this process, which a damaged file can make crash. A program that
/// reads files of strangers passes an access of its own that does so elsewhere, as `flowctl` does.
public protocol TableAccess: Sendable {
  /// The tables of a location. Throws as `DataParts(_:)` does.
  func parts(of location: DataLocation) throws(FlowError) -> DataParts
  /// Opens a table with columns for several uses. Throws as `HDF5Table(_:parts:)` does.
  func table(_ location: DataLocation, parts: [[String]?]) throws(FlowError) -> any RandomAccessTable
}

extension TableAccess {
  /// Opens a table; nil takes all its columns. Throws as `HDF5Table(_:columns:)` does.
  public func table(_ location: DataLocation, columns: [String]? = nil) throws(FlowError) -> any RandomAccessTable {
    try table(location, parts: [columns])
  }
}

/// Reads data files with libhdf5 in this process.
public struct InProcessAccess: TableAccess {
  /// How arrays are to be understood.
  public var reading: TableReading

  public init(reading: TableReading = TableReading()) { self.reading = reading }

  public func parts(of location: DataLocation) throws(FlowError) -> DataParts { try DataParts(location) }

  public func table(_ location: DataLocation, parts: [[String]?]) throws(FlowError) -> any RandomAccessTable {
    try HDF5Table(location, parts: parts, reading: reading)
  }
}
