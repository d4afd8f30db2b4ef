/// Events of a table, as a model knows them, in memory: all of them or a random choice, for a judgement of the model.
package struct HeldOutEvents {
  /// With the model's context.
  package let events: LabelledEvents
  /// The table that was found, and how many rows it has.
  package let location: DataLocation
  package let rows: Int
  /// Rows of the choice that were left out because a value is not finite.
  package let nonFinite: Int
  /// What a reader ought to know of how the table was read, a sentence each.
  package let notes: [String]

  /// How many these are.
  package var count: Int { events.events.count / dimension }
  private let dimension: Int

  /// - Parameters:
  ///   - limit: the most rows to take; of more, a random choice.
  ///   - seed: decides the choice.
  ///   - skippingNonFinite: leaves out rows with a NaN or an infinite value instead of throwing.
  package init(
    of model: Model, _ location: DataLocation, columns: [String]? = nil, contextColumns: [String]? = nil,
    context: DataLocation? = nil, atMost limit: Int, seed: UInt64, skippingNonFinite: Bool = false,
    access: any TableAccess = InProcessAccess()
  ) throws(FlowError) {
    let selection = try ColumnSelection(
      for: model, in: location, columns: columns, contextColumns: contextColumns, context: context, access: access)
    let table = try selection.table(at: location, access)
    if !skippingNonFinite, let nonFinite = try table.nonFinite() {
      let reason = nonFinite.reason(in: table)
      throw FlowError(
        .data, "\(table.location): \(nonFinite)\(reason)", fix: reason.isEmpty ? .skipNonFinite : .skipMissing)
    }
    let width = table.columns.count
    var choice = SelectionSampling(
      min(limit, table.rows), of: table.rows, seed: seed, purpose: .calibrationRows)
    var (chosen, block, left) = ([Double](), [Double](), 0)
    for start in stride(from: 0, to: table.rows, by: table.blockRows) {
      let range = start..<min(table.rows, start + table.blockRows)
      try table.read(rows: range, into: &block)
      for row in 0..<range.count where choice.takesNext() {
        let values = block[(row * width)..<((row + 1) * width)]
        if values.allSatisfy(\.isFinite) { chosen += values } else { left += 1 }
      }
    }
    dimension = model.columns.count
    events = LabelledEvents(interleaved: chosen, dimension: dimension, width: width)
    (self.location, rows, notes, nonFinite) = (table.location, table.rows, table.notes, left)
  }
}
