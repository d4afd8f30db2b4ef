import FlowKit

/// What the process that reads HDF5 data files is asked for.
enum ReaderRequest: Codable {
  case parts(DataLocation)
  case open(DataLocation, parts: [[String]?], TableReading)
  /// Rows of an open table; they follow the reply as numbers.
  case rows(table: Int, Range<Int>)
  /// Has no reply.
  case close(table: Int)
  case contents(path: String, TableReading)
  /// Whether a dataset can be added, and the file be walked through.
  case checkAppending(DataLocation)
  /// Whether a model can be read.
  case checkModel(path: String, acceptingEdited: Bool)

  /// The file that it makes the process look into; nil for a table that is open.
  var file: String? {
    switch self {
    case .parts(let location), .open(let location, _, _), .checkAppending(let location): location.file
    case .contents(let path, _), .checkModel(let path, _): path
    case .rows, .close: nil
    }
  }
}

/// What it answers.
enum ReaderReply: Codable {
  case done
  case parts(DataParts)
  case table(TableDescription)
  case contents(FileContents)
  case failure(FlowError)
}

/// An open table, but for its rows.
struct TableDescription: Codable {
  /// What the requests call it.
  let number: Int
  let location: DataLocation
  let rows: Int
  let columns, allColumns: [String]
  let columnIndices, columnCounts: [Int]
  let hasNames: Bool
  let units: [String?]
  let blockRows: Int
  let notes: [String]
  let missingReasons: [String?]

  init(_ table: some RandomAccessTable, number: Int) {
    self.number = number
    (location, rows, blockRows) = (table.location, table.rows, table.blockRows)
    (columns, allColumns, columnIndices) = (table.columns, table.allColumns, table.columnIndices)
    (hasNames, units) = (table.hasNames, table.units)
    (columnCounts, notes, missingReasons) = (table.columnCounts, table.notes, table.missingReasons)
  }

  /// A process whose memory a file has damaged may say anything.
  var isPlausible: Bool {
    rows > 0 && blockRows > 0 && !columns.isEmpty && columnIndices.count == columns.count
      && units.count == columns.count && missingReasons.count == columns.count
      && columnCounts.allSatisfy { $0 > 0 } && columnCounts.reduce(0, +) == columns.count
  }
}
