/// What one look at all events of a source shows before a fit: columns whose values repeat, and rows that do.
public struct EventSurvey: Sendable {
  /// What columns hold that no density describes; from a random choice of 65,536 rows.
  public let findings: [ColumnFinding]
  /// The number of events.
  public let rows: Int
  /// How many of them are different, in features and context; an estimate where there are very many.
  public let distinctRows: Int
  /// Whether rows that are equal are copies of each other: as they are where a Markov chain stays where it is, or a table is
  /// joined with itself. Rows of whole or rounded numbers may be equal by chance.
  public let hasCopies: Bool
  /// Whether some column has values that none is expected to have twice.
  let isContinuous: Bool
  /// The rows' hashes, sorted.
  let hashes: RowHashes

  private static let sampleSize = 65_536

  /// - Parameter seed: decides which rows are looked at closely.
  init(_ events: some EventSource, seed: UInt64) throws(FlowError) {
    let (dimension, contextDimension, count) = (events.dimension, events.contextDimension, events.count)
    var hashes = RowHashes(count: count, atMost: max(1 << 16, events.buffer / 16))
    var sampling = SelectionSampling(min(Self.sampleSize, count), of: count, seed: seed, purpose: .quantiles)
    var columns = [[Double]](repeating: [], count: dimension + contextDimension)
    var counting = [Bool](repeating: true, count: dimension)
    var previous: [Double]?
    try events.forEachBlock { block in
      let rows = block.events
      hashes.add(RowHash.hashes(of: rows, dimension: dimension, contextDimension: contextDimension))
      for event in 0..<(rows.events.count / dimension) {
        let start = event * dimension
        for column in 0..<dimension where counting[column] {
          if let previous, rows.events[start + column] != previous[column] + 1 { counting[column] = false }
        }
        if counting.contains(true) { previous = Array(rows.events[start..<(start + dimension)]) }
        guard sampling.takesNext() else { continue }
        for column in 0..<dimension { columns[column].append(rows.events[start + column]) }
        for column in 0..<contextDimension {
          columns[dimension + column].append(rows.context[event * contextDimension + column])
        }
      }
    }
    let (distinct, pairs) = hashes.sort()
    let values = columns.map(ColumnValues.init)
    let kept = hashes.values.count
    (rows, self.hashes) = (count, hashes)
    distinctRows =
      hashes.isComplete ? distinct : Int((Double(count) * Double(distinct) / Double(max(1, kept))).rounded())
    // Of pairs, those that are equal: each distinct row is kept with all its copies.
    let share = Double(count) / Double(max(1, kept))
    let observed = pairs * share / (0.5 * Double(count) * Double(max(1, count - 1)))
    hasCopies = distinct < kept && Self.areCopies(values, observed)
    isContinuous = values.contains(where: Self.isContinuous)
    // Few rows say little.
    guard count >= 50 else {
      findings = []
      return
    }
    let rowsRepeat = hasCopies
    findings = events.columns.indices.flatMap { column in
      ColumnFinding.all(
        events.columns[column], values[column], count: columns[column].count, isCounting: counting[column],
        rowsRepeat: rowsRepeat)
    }
  }

  /// How many events of another source are copies of these, as far as can be said; an estimate where there are very many.
  func copies(in others: some EventSource) throws(FlowError) -> Int {
    var (known, asked) = (0, 0)
    try others.forEachBlock { block in
      let found = hashes.count(
        of: RowHash.hashes(of: block.events, dimension: others.dimension, contextDimension: others.contextDimension))
      (known, asked) = (known + found.known, asked + found.of)
    }
    return asked == 0 ? 0 : Int((Double(known) * Double(others.count) / Double(asked)).rounded())
  }

  private static func isContinuous(_ column: ColumnValues) -> Bool {
    !column.areWhole && column.step == nil && column.spikes.isEmpty && column.distinct > 20
  }

  /// Whether rows are equal more often than columns of whole or rounded numbers would have it that do not depend on each
  /// other, a hundred times so; or any column has values that none is expected to have twice.
  private static func areCopies(_ columns: [ColumnValues], _ observed: Double) -> Bool {
    if columns.contains(where: isContinuous) { return true }
    return observed > 100 * columns.reduce(1) { $0 * $1.collision }
  }
}
