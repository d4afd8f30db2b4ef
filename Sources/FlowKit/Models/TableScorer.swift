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

  /// Hands the log-densities of all rows to `body`, in order, in blocks.
  package func score(_ body: ([Double]) throws(FlowError) -> Void) throws(FlowError) {
    var block: [Double] = []
    for start in stride(from: 0, to: rows, by: reader.blockRows) {
      try reader.read(rows: start..<min(rows, start + reader.blockRows), into: &block)
      let all = LabelledEvents(
        interleaved: block, dimension: model.allColumns.count, width: reader.columns.count)
      let (events, agree) = model.dependent.separating(all.events, width: model.allColumns.count)
      let context = all.context
      var logDensities = evaluator.logDensity(events, first: start, context: context)
      for row in agree.indices where !agree[row] && !logDensities[row].isNaN { logDensities[row] = -.infinity }
      if acceptsNonFinite, !block.allSatisfy(\.isFinite) {
        let width = reader.columns.count
        for (row, value) in logDensities.enumerated()
        where block[(row * width)..<((row + 1) * width)].allSatisfy(\.isFinite) { moments.add(value) }
      } else {
        for value in logDensities { moments.add(value) }
      }
      if !logDensities.allSatisfy(\.isFinite) { count(logDensities, events, context, firstRow: start) }
      if acceptsNonFinite { nonFiniteRows += countNonFiniteRows(block) }
      try body(logDensities)
    }
  }

  private func countNonFiniteRows(_ block: [Double]) -> Int {
    let width = reader.columns.count
    return stride(from: 0, to: block.count, by: width).count { !block[$0..<($0 + width)].allSatisfy(\.isFinite) }
  }

  /// Counts the rows of a block that have finite values and no finite log-density.
  private func count(_ logDensities: [Double], _ events: [Double], _ context: [Double], firstRow: Int) {
    let (dimension, contextDimension) = (model.columns.count, model.contextColumns.count)
    for (row, value) in logDensities.enumerated() where !value.isFinite {
      let event = Array(events[(row * dimension)..<((row + 1) * dimension)])
      let given = Array(context[(row * contextDimension)..<((row + 1) * contextDimension)])
      guard event.allSatisfy(\.isFinite), given.allSatisfy(\.isFinite) else { continue }
      if value == -.infinity { rowsWithoutMass += 1 }
      guard value.isNaN else { continue }
      rowsWithoutNumber += 1
      guard firstWithoutNumber == nil else { continue }
      let place = evaluator.nonFinitePlace(of: event, first: firstRow + row, context: given)
      firstWithoutNumber = (firstRow + row, place)
    }
  }
}
