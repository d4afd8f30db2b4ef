/// Which columns of a table are events, context and weights.
public struct ColumnSelection: Sendable, Equatable {
  /// The event columns, by name or index; nil takes all that are neither context nor weights.
  public var columns: [String]?
  public var context: [String]
  public var weights: String?

  public init(columns: [String]? = nil, context: [String] = [], weights: String? = nil) {
    (self.columns, self.context, self.weights) = (columns, context, weights)
  }
}

/// The events of one table or of a part of its rows, with their context and weights.
///
/// A table is read through once when the set is made. It stays in memory if it takes no more than half of the buffer;
/// otherwise its rows are read from the file again, block by block, whenever they are asked for, in constant memory.
public struct EventSet: Sendable {
  public let location: DataLocation
  public let columns: [String]
  public let contextColumns: [String]
  /// The columns' units and the context's, nil where the table gives none.
  public let units, contextUnits: [String?]
  public let hasWeights: Bool
  /// Rows left out because a value is not finite.
  public let droppedRows: Int
  /// About how many bytes of events to keep in memory.
  let buffer: Int
  let table: EventTable
  private var filters: [RowFilter] = []
  private var partName = ""

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
    let weightColumns = selection.weights.map { [$0] } ?? []
    let columns: [String]
    if let given = selection.columns {
      columns = given
    } else {
      columns = try Self.otherColumns(location, than: selection.context + weightColumns, access)
    }
    let all = columns + selection.context + weightColumns
    let reader = try access.table(location, columns: all)
    try Self.checkDistinct(reader)
    let contextEnd = columns.count + selection.context.count
    table = try EventTable(
      columns: reader.columns, weights: selection.weights == nil ? nil : contextEnd, buffer: buffer
    ) { () throws(FlowError) in try access.table(location, columns: all) }
    self.location = reader.location
    self.columns = Array(reader.columns[..<columns.count])
    contextColumns = Array(reader.columns[columns.count..<contextEnd])
    units = Array(reader.units[..<columns.count])
    contextUnits = Array(reader.units[columns.count..<contextEnd])
    (hasWeights, self.buffer) = (selection.weights != nil, buffer)
    droppedRows = table.nonFinite?.rows ?? 0
    try checkContents(skipNonFinite: skipNonFinite)
  }

  private static func otherColumns(
    _ location: DataLocation, than taken: [String], _ access: any TableAccess
  ) throws(FlowError) -> [String] {
    let all = try access.table(location).columns
    // The names taken may be indices: read them as the table does.
    let takenNames = taken.isEmpty ? [] : try access.table(location, columns: taken).columns
    let columns = all.filter { !takenNames.contains($0) }
    guard !columns.isEmpty else {
      throw FlowError(.data, "\(location) has no columns besides those taken as context or weights")
    }
    return columns
  }

  /// Names and indices may mean the same column.
  private static func checkDistinct(_ reader: any RandomAccessTable) throws(FlowError) {
    var seen: Set<Int> = []
    for (name, index) in zip(reader.columns, reader.columnIndices) where !seen.insert(index).inserted {
      throw FlowError(
        .data,
        "the column '\(name)' of \(reader.location) is asked for twice; give it one use, as event, context or weight")
    }
  }

  private func checkContents(skipNonFinite: Bool) throws(FlowError) {
    if let nonFinite = table.nonFinite, !skipNonFinite {
      throw FlowError(.data, "\(location): \(nonFinite)", fix: .skipNonFinite)
    }
    guard rows > 0 else { throw FlowError(.data, "\(location): every row has a value that is not finite") }
    if let complaint = table.complaint { throw FlowError(.data, "\(location): \(complaint)") }
  }

  /// The number of events.
  public var rows: Int { eventsBefore.last! }

  /// How many events are in the blocks before each block, and in all of them at the end.
  var eventsBefore: [Int] { filters.last?.passedBefore ?? table.finiteBefore }

  /// Splits off a random part, a function of the seed and the number of rows alone.
  ///
  /// - Returns: nil if either part would be empty.
  public func split(validFraction: Double, seed: UInt64) -> (train: EventSet, valid: EventSet)? {
    let validCount = Int((Double(rows) * validFraction).rounded())
    guard validCount > 0, validCount < rows else { return nil }
    let sampling = SelectionSampling(validCount, of: rows, seed: seed, purpose: .split)
    let parts = RowFilter.parts(sampling, reachedBefore: eventsBefore)
    func part(_ filter: RowFilter, _ name: String) -> EventSet {
      var part = self
      part.filters.append(filter)
      part.partName += ", \(name) \(validCount) of \(rows) by seed \(seed)"
      return part
    }
    return (part(parts.left, "without"), part(parts.taken, "with"))
  }

  /// A digest of the table's shape, columns and contents (of evenly spaced rows, where there are more than a million values
  /// or so), and of which of its rows these are.
  public func digest() -> String {
    var hash = SHA256()
    hash.add(Array("\(table.digest) \(columns.count) \(contextColumns.count) \(droppedRows)\(partName)".utf8))
    return hash.text()
  }
}

// MARK: - Reading

/// Consecutive events of a set.
package struct EventBlock {
  /// The number of the first event in its set.
  package var first: Int
  /// The rows of the table, counted from 0, that they were read from.
  package var tableRows: [Int]
  package var events: LabelledEvents
}

extension EventSet {
  /// All events, in memory.
  public var events: LabelledEvents {
    get throws(FlowError) { try first(rows) }
  }

  /// The first events, at most `count`.
  public func first(_ count: Int) throws(FlowError) -> LabelledEvents {
    let source = try table.open()
    var result = LabelledEvents([], weights: hasWeights ? [] : nil)
    for block in 0..<table.blocks where eventsBefore[block] < count {
      let events = try read(block, from: source).events
      result.events += events.events
      result.context += events.context
      result.weights? += events.weights ?? []
    }
    return result.prefix(count, dimension: columns.count, contextDimension: contextColumns.count)
  }

  /// Hands all events to `body`, in order.
  package func forEachBlock(_ body: (EventBlock) throws(FlowError) -> Void) throws(FlowError) {
    let source = try table.open()
    for block in 0..<table.blocks where eventsBefore[block] < eventsBefore[block + 1] {
      try body(try read(block, from: source))
    }
  }

  /// Reads one block of the table.
  func read(_ block: Int, from source: any RowBlocks) throws(FlowError) -> EventBlock {
    let range = table.rows(ofBlock: block)
    var values: [Double] = []
    try source.read(rows: range, into: &values)
    var rows = try table.finiteRows(of: values, block: block)
    for filter in filters { rows = filter.passing(rows, ofBlock: block) }
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
    return EventBlock(
      first: eventsBefore[block], tableRows: rows.map { range.lowerBound + $0 },
      events: LabelledEvents(
        gathered(0..<dimension), context: gathered(dimension..<(dimension + context)),
        weights: hasWeights ? gathered((dimension + context)..<table.width) : nil))
  }

  /// The mean weight; 1 without weights.
  func meanWeight() throws(FlowError) -> Double {
    guard hasWeights else { return 1 }
    var sum = 0.0
    try forEachBlock { block in sum += block.events.weights!.reduce(0, +) }
    return sum / Double(rows)
  }
}
