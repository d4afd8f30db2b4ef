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

/// The events of one table in memory, with their context and weights.
public struct EventSet: Sendable {
  public let location: DataLocation
  public let columns: [String]
  public let contextColumns: [String]
  public private(set) var events: LabelledEvents
  public private(set) var rows: Int
  /// Rows left out because a value is not finite.
  public private(set) var droppedRows = 0
  /// The rows of the table that these events were; nil where they are all of them.
  private var tableRows: [Int]?

  /// Reads the selected columns of a table.
  ///
  /// - Parameter skipNonFinite: leaves out rows with a NaN or an infinite value, which are an error otherwise.
  /// - Parameter access: opens the file.
  public init(
    _ location: DataLocation, _ selection: ColumnSelection, skipNonFinite: Bool = false,
    access: any TableAccess = InProcessAccess()
  ) throws(FlowError) {
    let weightColumns = selection.weights.map { [$0] } ?? []
    let columns: [String]
    if let given = selection.columns {
      columns = given
    } else {
      columns = try Self.otherColumns(location, than: selection.context + weightColumns, access)
    }
    let reader = try access.table(location, columns: columns + selection.context + weightColumns)
    try Self.checkDistinct(reader)
    var table = try Table(reader)
    if let nonFinite = table.nonFinite() {
      guard skipNonFinite else {
        throw FlowError(
          .data, "\(reader.location): \(nonFinite); repair the data, or leave such rows out with --skip-non-finite")
      }
      tableRows = table.finiteRows
      table = table.droppingNonFinite()
      guard table.rows > 0 else {
        throw FlowError(.data, "\(reader.location): every row has a value that is not finite")
      }
      droppedRows = reader.rows - table.rows
    }
    let names = reader.columns
    let contextEnd = columns.count + selection.context.count
    self.location = reader.location
    self.columns = Array(names[..<columns.count])
    contextColumns = Array(names[columns.count..<contextEnd])
    rows = table.rows
    events = LabelledEvents(
      Self.values(table, 0..<columns.count), context: Self.values(table, columns.count..<contextEnd),
      weights: selection.weights == nil ? nil : table.column(contextEnd))
    try checkWeights()
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
  private static func checkDistinct(_ reader: any StoredTable) throws(FlowError) {
    var seen: Set<Int> = []
    for (name, index) in zip(reader.columns, reader.columnIndices) where !seen.insert(index).inserted {
      throw FlowError(
        .data,
        "the column '\(name)' of \(reader.location) is asked for twice; give it one use, as event, context or weight")
    }
  }

  private static func values(_ table: Table, _ columns: Range<Int>) -> [Double] {
    guard columns.count < table.columns.count else { return table.values }
    var values: [Double] = []
    values.reserveCapacity(table.rows * columns.count)
    for row in 0..<table.rows { values += table.row(row)[offset: columns] }
    return values
  }

  private func checkWeights() throws(FlowError) {
    guard let weights = events.weights else { return }
    if let row = weights.firstIndex(where: { $0 < 0 }) {
      throw FlowError(
        .data, "\(location): the weight \(weights[row]) in row \(row) is negative; weights are at least 0")
    }
    guard weights.contains(where: { $0 > 0 }) else {
      throw FlowError(.data, "\(location): all weights are 0")
    }
  }

  /// Splits off a random part, a function of the seed and the number of rows alone.
  ///
  /// - Returns: nil if either part would be empty.
  public func split(validFraction: Double, seed: UInt64) -> (train: EventSet, valid: EventSet)? {
    let validCount = Int((Double(rows) * validFraction).rounded())
    guard validCount > 0, validCount < rows else { return nil }
    var random = RandomStream(seed: seed, purpose: .split)
    let order = random.permutation(of: rows)
    return (selecting(order[validCount...].sorted()), selecting(order[..<validCount].sorted()))
  }

  /// The row of the table, counted from 0, that an event was read from.
  public func tableRow(of event: Int) -> Int { tableRows?[event] ?? event }

  private func selecting(_ indices: [Int]) -> EventSet {
    func rows(_ values: [Double], _ width: Int) -> [Double] {
      var result: [Double] = []
      result.reserveCapacity(indices.count * width)
      for index in indices { result += values[(index * width)..<((index + 1) * width)] }
      return result
    }
    var part = self
    part.rows = indices.count
    part.tableRows = indices.map { tableRow(of: $0) }
    part.events = LabelledEvents(
      rows(events.events, columns.count), context: rows(events.context, contextColumns.count),
      weights: events.weights.map { weights in indices.map { weights[$0] } })
    return part
  }
}

extension ArraySlice<Double> {
  /// The elements at offsets from the start.
  fileprivate subscript(offset range: Range<Int>) -> ArraySlice<Double> {
    self[(startIndex + range.lowerBound)..<(startIndex + range.upperBound)]
  }
}
