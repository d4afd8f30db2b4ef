/// A table of text. A first look at all rows counts and checks them (`CSVIndex`); then any rows are read, from places in the
/// file that it remembers, in constant memory.
final class CSVTable: RandomAccessTable {
  let location: DataLocation
  let columns: [String]
  let allColumns: [String]
  let columnIndices: [Int]
  let columnCounts: [Int]
  let hasNames: Bool
  let rows: Int
  let blockRows: Int
  let notes: [String]
  private let path: String
  private let index: CSVIndex
  /// A reader that has come to a row.
  private var reader: (records: CSVRecords, row: Int)?

  /// - Parameters:
  ///   - separator: what stands between fields; nil finds out.
  ///   - parts: the columns to read, as ``HDF5Table`` takes them; what is not named leaves out text and row numbers.
  init(_ path: String, separator: Character? = nil, parts: [[String]?] = [nil]) throws(FlowError) {
    self.path = path
    location = DataLocation(file: path)
    index = try CSVIndex.of(path, separator: separator)
    let layout = index.layout
    guard !parts.takesUnnamed || index.leftOut.count < layout.count else {
      throw FlowError(.data, "\(path) has no column of numbers: \(HDF5.list(index.notes))")
    }
    let names = ColumnNames(layout.names, areGiven: layout.areNamed)
    let chosen = try names.indices(of: parts, labels: index.leftOut, in: location)
    let indices = chosen.flatMap { $0 }
    for index in indices { try layout.check(index) }
    (allColumns, columnIndices, columns) = (layout.names, indices, indices.map { layout.names[$0] })
    (hasNames, rows) = (layout.areNamed, index.rows)
    notes = parts.takesUnnamed ? index.notes : []
    columnCounts = chosen.map(\.count)
    blockRows = max(1, (4 << 20) / (8 * indices.count) / CSVIndex.step) * CSVIndex.step
  }

  func read(rows range: Range<Int>, into values: inout [Double]) throws(FlowError) {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of a table with \(rows) rows")
    values.removeAll(keepingCapacity: true)
    values.reserveCapacity(range.count * columns.count)
    var (records, row) = try reader(before: range.lowerBound)
    reader = nil
    while row < range.upperBound {
      guard
        let (fields, line) = try records.next(separator: index.format.separator), fields.count == index.layout.count
      else {
        throw changed(row)
      }
      if row >= range.lowerBound {
        for column in columnIndices {
          guard let number = index.format.number(fields[column]) else { throw changed(line) }
          values.append(number)
        }
      }
      row += 1
    }
    reader = (records, row)
  }

  /// A reader that has come to a row not after `row`, and which.
  private func reader(before row: Int) throws(FlowError) -> (CSVRecords, row: Int) {
    if let reader, reader.row <= row, row - reader.row < CSVIndex.step { return reader }
    let place = min(row / CSVIndex.step, index.places.count - 1)
    return (try CSVRecords(path, from: index.places[place]), place * CSVIndex.step)
  }

  private func changed(_ row: Int) -> FlowError {
    FlowError(.data, "\(path) has changed while it was read (row \(row)); begin anew")
  }
}
