/// The events of one table or of a part of its rows, with their context and weights.
///
/// A table is read through once when the set is made. It stays in memory if it takes no more than half of the buffer;
/// otherwise its rows are read from the file again, block by block, whenever they are asked for, in constant memory.
public struct EventSet: EventSource {
  public let location: DataLocation
  public let columns: [String]
  public let contextColumns: [String]
  /// The columns' units and the context's, nil where the table gives none.
  public let units, contextUnits: [String?]
  public let hasWeights: Bool
  /// What a reader ought to know of how the table was read, a sentence each.
  public let notes: [String]
  /// Rows left out because a value is not finite.
  public let droppedRows: Int
  /// About how many bytes of events to keep in memory.
  public let buffer: Int
  let table: EventTable

  /// 128 MB.
  public static let defaultBuffer = 128_000_000

  /// Reads the selected columns of a table.
  ///
  /// - Parameters:
  ///   - skipNonFinite: leaves out rows with a NaN or an infinite value, which are an error otherwise.
  ///   - buffer: about how many bytes of events to keep in memory.
  ///   - access: opens the file, again for each thread that reads.
  public init(
    _ location: DataLocation, _ selection: ColumnSelection, skipNonFinite: Bool = false, buffer: Int = defaultBuffer,
    access: any TableAccess = InProcessAccess()
  ) throws(FlowError) {
    let reader = try selection.table(at: location, access)
    let columns = reader.columnCounts[0]
    let contextEnd = columns + reader.columnCounts[1]
    table = try EventTable(
      columns: reader.columns, weights: selection.hasWeights ? contextEnd : nil, buffer: buffer
    ) { () throws(FlowError) in try selection.table(at: location, access) }
    self.location = reader.location
    self.columns = Array(reader.columns[..<columns])
    contextColumns = Array(reader.columns[columns..<contextEnd])
    units = Array(reader.units[..<columns])
    contextUnits = Array(reader.units[columns..<contextEnd])
    notes = reader.notes
    (hasWeights, self.buffer) = (selection.hasWeights, buffer)
    droppedRows = table.scan.nonFinite?.rows ?? 0
    let reason = table.scan.nonFinite?.reason(in: reader) ?? ""
    try table.scan.check(place, skipNonFinite: skipNonFinite, because: reason)
  }

  public var place: String { location.description }
  public var eventsBefore: [Int] { table.finiteBefore }

  /// Of the table's shape, columns and contents (of evenly spaced rows, where there are more than a million values or so).
  public func fingerprint() -> String { "\(table.digest) \(columns.count) \(contextColumns.count) \(droppedRows)" }

  public func reader() throws(FlowError) -> EventReader {
    let source = try table.open()
    return { (block: Int) throws(FlowError) in try read(block, from: source) }
  }

  private func read(_ block: Int, from source: any RowBlocks) throws(FlowError) -> EventBlock {
    let range = table.rows(ofBlock: block)
    var values: [Double] = []
    try source.read(rows: range, into: &values)
    let rows = try table.finiteRows(of: values, block: block)
    let (dimension, context) = (columns.count, contextColumns.count)
    func gathered(_ columns: Range<Int>) -> [Double] {
      if columns.count == table.width, rows.count == range.count { return values }
      return [Double](unsafeUninitializedCapacity: rows.count * columns.count) { result, count in
        for row in rows {
          for column in columns {
            result.initializeElement(at: count, to: values[row * table.width + column])
            count += 1
          }
        }
      }
    }
    let events = LabelledEvents(
      gathered(0..<dimension), context: gathered(dimension..<(dimension + context)),
      weights: hasWeights ? gathered((dimension + context)..<table.width) : nil)
    return EventBlock(events, rows: rows.map { range.lowerBound + $0 })
  }
}
