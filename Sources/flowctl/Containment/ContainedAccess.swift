import FlowKit

/// Reads HDF5 files in another process, so that one that makes libhdf5 crash, hang or eat memory ends with an error; text
/// and NumPy's arrays, which no such library parses, in this one.
///
/// All tables are served by one process, which is started with the first of them. They may be used by several threads.
struct ContainedAccess: TableAccess {
  /// The one that all commands share.
  static let shared = ContainedAccess()

  /// How arrays are to be understood.
  var reading = TableReading()

  private let process = ReaderProcess()

  /// The same process, asked to understand arrays in another way.
  func reading(_ reading: TableReading) -> ContainedAccess {
    var access = self
    access.reading = reading
    return access
  }

  func parts(of location: DataLocation) throws(FlowError) -> DataParts {
    if let parts = try Conversion.foreignParts(location) { return parts }
    guard case .parts(let parts) = try process.ask(.parts(location), about: location.file) else {
      throw Self.unexpected(location.file)
    }
    return parts
  }

  func table(_ location: DataLocation, parts: [[String]?]) throws(FlowError) -> any RandomAccessTable {
    if let table = try Conversion.foreignTable(location, parts: parts, reading: reading) { return table }
    let reply = try process.ask(.open(location, parts: parts, reading), about: location.file)
    guard case .table(let description) = reply, description.isPlausible, description.columnCounts.count == parts.count
    else { throw Self.unexpected(location.file) }
    return ContainedTable(description, process)
  }

  /// As `FileContents(of:)`.
  func contents(of path: String) throws(FlowError) -> FileContents {
    if let table = try Conversion.foreignTable(DataLocation(file: path), reading: reading) {
      return FileContents(only: table)
    }
    guard case .contents(let contents) = try process.ask(.contents(path: path, reading), about: path) else {
      throw Self.unexpected(path)
    }
    return contents
  }

  /// As `OutputPath.checkAppending`; also opens every table of the file, because it is written to in this process.
  func checkAppending(_ location: DataLocation) throws(FlowError) {
    _ = try process.ask(.checkAppending(location), about: location.file)
  }

  /// Throws if a model whose bytes no digest vouches for cannot be read.
  func checkModel(_ path: String, acceptingEdited: Bool) throws(FlowError) {
    _ = try process.ask(.checkModel(path: path, acceptingEdited: acceptingEdited), about: path)
  }

  private static func unexpected(_ file: String) -> FlowError {
    FlowError(.file, "\(file) is probably damaged: the process that reads it gave a reply that makes no sense")
  }
}

/// A table that another process has open.
private final class ContainedTable: RandomAccessTable {
  private let description: TableDescription
  private let process: ReaderProcess

  init(_ description: TableDescription, _ process: ReaderProcess) {
    (self.description, self.process) = (description, process)
  }

  deinit { process.tell(.close(table: description.number)) }

  var location: DataLocation { description.location }
  var rows: Int { description.rows }
  var columns: [String] { description.columns }
  var allColumns: [String] { description.allColumns }
  var columnIndices: [Int] { description.columnIndices }
  var columnCounts: [Int] { description.columnCounts }
  var hasNames: Bool { description.hasNames }
  var units: [String?] { description.units }
  var blockRows: Int { description.blockRows }
  var notes: [String] { description.notes }
  var missingReasons: [String?] { description.missingReasons }

  func read(rows range: Range<Int>, into values: inout [Double]) throws(FlowError) {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of a table with \(rows) rows")
    guard range.count > blockRows else {
      guard !range.isEmpty else { return values = [] }
      _ = try process.ask(
        .rows(table: description.number, range), about: location.file, rows: &values,
        count: range.count * columns.count)
      return
    }
    // In blocks: the limit of time is for one of them.
    let count = try HDF5.elementCount([range.count, columns.count], location)
    values.removeAll(keepingCapacity: true)
    values.reserveCapacity(count)
    var block: [Double] = []
    for start in stride(from: range.lowerBound, to: range.upperBound, by: blockRows) {
      try read(rows: start..<min(range.upperBound, start + blockRows), into: &block)
      values += block
    }
  }
}
