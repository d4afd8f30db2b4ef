/// Scores a table block by block, in constant memory.
package final class TableScorer {
  private let model: Model
  private let evaluator: EnsembleEvaluator
  private let reader: any RandomAccessTable
  /// Of the log-densities so far, but for rows with a value that is not finite.
  package private(set) var moments = RunningMoments()
  /// Rows with a value that is not finite, where these are accepted.
  package private(set) var nonFiniteRows = 0
  /// Rows of finite values whose log-density is −∞: outside the model's domain, beyond its numbers, or with a column that is
  /// not what the others determine.
  package private(set) var rowsWithoutMass = 0
  /// Rows of finite values for which a layer gives no number, and the first of them: its row, and what is not finite.
  package private(set) var rowsWithoutNumber = 0
  package private(set) var firstWithoutNumber: (row: Int, place: String)?
  private let acceptsNonFinite: Bool
  /// Of the first events, where equations are solved for them.
  package private(set) var solverEffort: SolverEffort?

  /// - Parameters:
  ///   - columns: which columns are the model's events, in its order; nil finds them by its names.
  ///   - contextColumns: the same of its context.
  ///   - context: where the context of the rows stands, if not beside them.
  ///   - acceptingNonFinite: scores rows with a NaN or an infinite value as NaN or −∞ instead of throwing.
  ///   - access: opens the file.
  package init(
    _ model: Model, _ location: DataLocation, columns: [String]? = nil, contextColumns: [String]? = nil,
    context: DataLocation? = nil, threads: Int? = nil, acceptingNonFinite: Bool = false,
    access: any TableAccess = InProcessAccess()
  ) throws(FlowError) {
    let selection = try ColumnSelection(
      for: model, in: location, columns: columns, contextColumns: contextColumns, context: context,
      includingDependent: true,
      access: access)
    reader = try selection.table(at: location, access)
    self.model = model
    acceptsNonFinite = acceptingNonFinite
    evaluator = model.ensemble.evaluator(threads: threads)
    if !acceptingNonFinite { try reader.requireFinite() }
  }

  package var location: DataLocation { reader.location }
  /// What a reader ought to know of how the table was read, a sentence each.
  package var notes: [String] { reader.notes }
  package var rows: Int { reader.rows }

  /// Hands the log-densities of all rows to `body`, in order, in blocks. Processes that share a job take a block each.
  package func score(_ body: ([Double]) throws(FlowError) -> Void) throws(FlowError) {
    let processes = Job.processes
    var block: [Double] = []
    for start in stride(from: 0, to: rows, by: reader.blockRows * processes.count) {
      let scores = try processes.joined { () throws(FlowError) -> [ScoredRow] in
        let own = min(rows, start + processes.rank * reader.blockRows)
        return own < rows ? try scored(own..<min(rows, own + reader.blockRows), &block) : []
      }.values
      for (index, row) in scores.enumerated() { try count(row, number: start + index) }
      try body(scores.map(\.logDensity))
    }
  }

  private struct ScoredRow: BitwiseCopyable {
    let logDensity: Double
    /// Whether all its values are finite.
    let isFinite: Bool
  }

  private func scored(_ range: Range<Int>, _ block: inout [Double]) throws(FlowError) -> [ScoredRow] {
    try reader.read(rows: range, into: &block)
    let width = reader.columns.count
    let all = LabelledEvents(interleaved: block, dimension: model.allColumns.count, width: width)
    let (events, agree) = model.dependent.separating(all.events, width: model.allColumns.count)
    var logDensities = evaluator.logDensity(events, first: range.lowerBound, context: all.context)
    for row in agree.indices where !agree[row] && !logDensities[row].isNaN { logDensities[row] = -.infinity }
    if range.lowerBound == 0 {
      func ofFirst(_ values: [Double]) -> [Double] {
        Array(values[..<(min(range.count, Tile.fullWidth) * (values.count / range.count))])
      }
      solverEffort = evaluator.solverEffort(of: ofFirst(events), first: 0, context: ofFirst(all.context))
    }
    let areFinite = !acceptsNonFinite || block.allSatisfy(\.isFinite)
    return logDensities.enumerated().map { row, value in
      ScoredRow(
        logDensity: value,
        isFinite: areFinite || block[(row * width)..<((row + 1) * width)].allSatisfy(\.isFinite))
    }
  }

  private func count(_ row: ScoredRow, number: Int) throws(FlowError) {
    guard row.isFinite else {
      nonFiniteRows += 1
      return
    }
    moments.add(row.logDensity)
    if row.logDensity == -.infinity { rowsWithoutMass += 1 }
    guard row.logDensity.isNaN else { return }
    rowsWithoutNumber += 1
    guard firstWithoutNumber == nil else { return }
    let values = LabelledEvents(
      interleaved: try reader.read(rows: number..<(number + 1)), dimension: model.allColumns.count,
      width: reader.columns.count)
    let event = model.dependent.separating(values.events, width: model.allColumns.count).0
    firstWithoutNumber = (number, evaluator.nonFinitePlace(of: event, first: number, context: values.context))
  }
}
