/// Which columns of a table are events, context and weights.
///
/// Columns are called by name, by path, by index or by patterns, as ``HDF5Table`` takes them. Context and weights may stand in
/// tables of their own, as long as that of the events.
public struct ColumnSelection: Sendable, Equatable {
  /// The event columns; nil takes all that are neither context nor weights.
  public var columns: [String]?
  /// The context columns; those of `contextTable`, if that is given, all of them if there are none here.
  public var context: [String]
  public var weights: String?
  /// Where the context stands, row by row, if not in the table of the events.
  public var contextTable: DataLocation?
  /// Where the weights stand, row by row, if not in the table of the events: a table with one column, if `weights` is nil.
  public var weightsTable: DataLocation?

  public init(
    columns: [String]? = nil, context: [String] = [], weights: String? = nil, contextTable: DataLocation? = nil,
    weightsTable: DataLocation? = nil
  ) {
    (self.columns, self.context, self.weights) = (columns, context, weights)
    (self.contextTable, self.weightsTable) = (contextTable, weightsTable)
  }

  /// Whether events have weights.
  var hasWeights: Bool { weights != nil || weightsTable != nil }

  /// Opens what is selected as one table: events, context, weights in its three parts.
  ///
  /// - Throws: an error if a column is asked for twice, a table of weights has other than one column, or tables have not
  ///   the same number of rows.
  func table(at location: DataLocation, _ access: any TableAccess) throws(FlowError) -> any RandomAccessTable {
    let ownContext = contextTable == nil && !context.isEmpty
    let ownWeights = weightsTable == nil ? weights : nil
    let parts = [columns] + (ownContext ? [context] : []) + (ownWeights.map { [[$0]] } ?? [])
    let main = try access.table(location, parts: parts)
    try Self.checkDistinct(main)
    var (tables, places) = ([main], [(table: Int, columns: Range<Int>)]())
    var used = 0
    func takeOwn(_ part: Int) {
      places.append((0, used..<(used + main.columnCounts[part])))
      used += main.columnCounts[part]
    }
    func takeOther(_ table: any RandomAccessTable) {
      places.append((tables.count, 0..<table.columns.count))
      tables.append(table)
    }
    takeOwn(0)
    if let contextTable {
      takeOther(try access.table(contextTable, columns: context.isEmpty ? nil : context))
    } else if ownContext {
      takeOwn(1)
    } else {
      places.append((0, 0..<0))
    }
    if let weightsTable {
      let table = try access.table(weightsTable, columns: weights.map { [$0] })
      try Self.checkOne(table.columns, of: table.location)
      takeOther(table)
    } else if ownWeights != nil {
      takeOwn(ownContext ? 2 : 1)
      try Self.checkOne(Array(main.columns[places[2].columns]), of: main.location)
    }
    return try JoinedTable(tables, places)
  }

  private static func checkOne(_ columns: [String], of location: DataLocation) throws(FlowError) {
    guard columns.count != 1 else { return }
    throw FlowError(
      .data, "weights are one column, but \(columns.count) of \(location) are asked for: \(HDF5.list(columns))")
  }

  /// Names and indices may mean the same column.
  private static func checkDistinct(_ table: any RandomAccessTable) throws(FlowError) {
    var seen: Set<Int> = []
    for (name, index) in zip(table.columns, table.columnIndices) where !seen.insert(index).inserted {
      throw FlowError(
        .data,
        "the column '\(name)' of \(table.location) is asked for twice; give it one use, as event, context or weight")
    }
  }
}
