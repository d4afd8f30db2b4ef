/// Events of a table, as a model knows them, in memory: all of them or a random choice, for a judgement of the model.
package struct HeldOutEvents {
  /// With the model's context.
  package let events: LabelledEvents
  /// The table that was found, and how many rows it has.
  package let location: DataLocation
  package let rows: Int
  /// How many rows their weights kept; nil without weights.
  package let kept: Int?
  /// Rows of the choice that were left out because a value is not finite.
  package let nonFinite: Int
  /// What a reader ought to know of how the table was read, a sentence each.
  package let notes: [String]

  /// How many these are.
  package var count: Int { events.events.count / dimension }
  private let dimension: Int

  /// - Parameters:
  ///   - selection: columns and context as the model has them; with weights, which are at least 0, each row is kept with a probability
  ///     proportional to its weight: independent events of the distribution that the weighted rows stand for.
  ///   - limit: the most rows to take; of more, a random choice.
  ///   - seed: decides the choice.
  ///   - skippingNonFinite: leaves out rows with a NaN or an infinite value instead of throwing.
  package init(
    of model: Model, _ location: DataLocation, _ selection: ColumnSelection, atMost limit: Int, seed: UInt64,
    skippingNonFinite: Bool = false, access: any TableAccess = InProcessAccess()
  ) throws(FlowError) {
    let table = try selection.table(at: location, access)
    if !skippingNonFinite, let nonFinite = try table.nonFinite() {
      let reason = nonFinite.reason(in: table)
      throw FlowError(
        .data, "\(table.location): \(nonFinite)\(reason)", fix: reason.isEmpty ? .skipNonFinite : .skipMissing)
    }
    let width = model.columns.count + model.contextColumns.count
    let thinning = try selection.hasWeights ? RowThinning(table, seed: seed) : nil
    let total = thinning?.kept ?? table.rows
    var choice = SelectionSampling(min(limit, total), of: total, seed: seed, purpose: .calibrationRows)
    var (chosen, left) = ([Double](), 0)
    try table.forEachRow { row, values throws(FlowError) in
      guard thinning?.keeps(row, values.last!) ?? true, choice.takesNext() else { return }
      if values.allSatisfy(\.isFinite) { chosen += values.prefix(width) } else { left += 1 }
    }
    dimension = model.columns.count
    events = LabelledEvents(interleaved: chosen, dimension: dimension, width: width)
    (self.location, rows, notes) = (table.location, table.rows, table.notes)
    (kept, nonFinite) = (thinning?.kept, left)
  }
}

/// Which rows of a weighted table are kept, each with the probability w/max w.
private struct RowThinning {
  private let largest: Double
  private let seed: UInt64
  private(set) var kept = 0

  /// - Parameter table: its last column holds the weights.
  init(_ table: any RandomAccessTable, seed: UInt64) throws(FlowError) {
    var largest = 0.0
    try table.forEachRow { row, values throws(FlowError) in
      guard let weight = values.last, !(weight < 0) else {
        throw FlowError(.data, "\(table.location): row \(row) has a weight below 0")
      }
      if weight.isFinite { largest = max(largest, weight) }
    }
    guard largest > 0 else { throw FlowError(.data, "\(table.location): all weights are 0") }
    (self.largest, self.seed) = (largest, seed)
    var kept = 0
    try table.forEachRow { row, values throws(FlowError) in
      if keeps(row, values.last!) { kept += 1 }
    }
    self.kept = kept
  }

  /// A function of (seed, row) and the weight alone.
  func keeps(_ row: Int, _ weight: Double) -> Bool {
    var random = RandomStream(seed: seed, purpose: .weightedRows, index: UInt64(row))
    return random.uniform() * largest < weight
  }
}

extension RandomAccessTable {
  /// Hands each row's number and values to `body`, in order, in constant memory.
  fileprivate func forEachRow(
    _ body: (Int, ArraySlice<Double>) throws(FlowError) -> Void
  ) throws(FlowError) {
    let width = columns.count
    var row = 0
    try forEachBlock { block throws(FlowError) in
      for start in stride(from: 0, to: block.count, by: width) {
        try body(row, block[start..<(start + width)])
        row += 1
      }
    }
  }
}
