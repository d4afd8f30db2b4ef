/// How data files are opened: what everything that reads events takes as an argument.
///
/// `InProcessAccess`, the default, calls libhdf5 in this process, which a damaged file can make crash. A program that
/// reads files of strangers passes an access of its own that does so elsewhere, as `flowctl` does.
public protocol TableAccess: Sendable {
  /// The tables of a location. Throws as `DataParts(_:)` does.
  func parts(of location: DataLocation) throws(FlowError) -> DataParts
  /// Opens a table. Throws as `HDF5Table(_:columns:)` does.
  func table(_ location: DataLocation, columns: [String]?) throws(FlowError) -> any RandomAccessTable
}

extension TableAccess {
  /// Opens a table with all its columns.
  public func table(_ location: DataLocation) throws(FlowError) -> any RandomAccessTable {
    try table(location, columns: nil)
  }
}

/// Reads data files with libhdf5 in this process.
public struct InProcessAccess: TableAccess {
  public init() {}

  public func parts(of location: DataLocation) throws(FlowError) -> DataParts { try DataParts(location) }

  public func table(_ location: DataLocation, columns: [String]?) throws(FlowError) -> any RandomAccessTable {
    try HDF5Table(location, columns: columns)
  }
}
