/// Draws events block by block, in constant memory.
package final class TableSampler {
  /// N × D, or M × N × D with M rows of context.
  package let shape: [Int]
  /// The M rows of context, C numbers each; nil for a model without context.
  package var context: (any RandomAccessTable)? { contextReader }
  private let evaluator: EnsembleEvaluator
  /// Of a model with an encoder, what makes events of latents.
  private let decoder: EncoderEvaluator?
  private let takesMeans: Bool
  /// Reads the M rows of context; nil for a flow without context.
  private let contextReader: (any RandomAccessTable)?
  private let contextDimension: Int
  /// The columns of the density, and what follows from them.
  private let dimension: Int
  private let dependent: DependentColumns
  private let count: Int
  private let seed: UInt64
  private let refined: RefinedDraws?

  /// - Parameters:
  ///   - count: N, the number of events for each row of context.
  ///   - context: where the rows of context are; needed by a conditional model, and by no other.
  ///   - columns: which of its columns are the model's context, in its order; nil finds them by its names.
  ///   - means: takes the means of p(x | z) of a variational encoder in place of draws.
  ///   - refinement: of the model, which keeps some of its draws.
  ///   - access: opens the file of the context.
  package init(
    _ model: Model, count: Int, context location: DataLocation?, columns: [String]? = nil, seed: UInt64,
    threads: Int? = nil, refinement: Refinement? = nil, means: Bool = false, access: any TableAccess = InProcessAccess()
  ) throws(FlowError) {
    if let encoder = model.encoding?.encoder, !encoder.hasDecoder { throw EncoderEvaluator.noDecoder }
    (contextDimension, dimension, dependent) = (model.contextColumns.count, model.columns.count, model.dependent)
    let width = model.allColumns.count
    (self.count, self.seed) = (count, seed)
    let names = model.contextColumns.joined(separator: ", ")
    switch (location, contextDimension) {
    case (nil, 0):
      contextReader = nil
      shape = [count, width]
    case (nil, _):
      throw FlowError(.data, "the model is conditional on \(names)", fix: .giveContext)
    case (_, 0):
      throw FlowError(.data, "the model has no context, but some is given", fix: .giveNoContext)
    case (let location?, _):
      let reader = try Self.contextReader(model, location, columns, access)
      contextReader = reader
      shape = [reader.rows, count, width]
    }
    let bytes = shape.reduce((MemoryLayout<Double>.size, false)) { product, factor in
      let (value, overflow) = product.0.multipliedReportingOverflow(by: factor)
      return (value, product.1 || overflow)
    }
    guard !bytes.1 else {
      throw FlowError(.data, "\(shape.map(String.init).joined(separator: " x ")) values are more than a file can hold")
    }
    let evaluator = model.ensemble.evaluator(threads: threads)
    (takesMeans, self.evaluator) = (means, evaluator)
    decoder = model.encoding?.encoder.evaluator(threads: threads)
    refined = refinement.map { RefinedDraws(evaluator, $0, seed: seed, threads: threads) }
  }

  /// The part of the draws so far that a refinement kept; nil without one.
  package var acceptance: Double? { refined.map { Double($0.kept) / Double(max(1, $0.made)) } }

  private static func contextReader(
    _ model: Model, _ location: DataLocation, _ columns: [String]?, _ access: any TableAccess
  ) throws(FlowError) -> any RandomAccessTable {
    let rows = try access.parts(of: location).train
    let names: [String]
    do throws(FlowError) {
      (names, _) = try ColumnSelection.columns(
        [columns ?? model.contextColumns, []], of: model.contextColumns, given: columns != nil, in: rows, access)
    } catch {
      guard error.kind == .data, columns == nil else { throw error }
      let all = try access.table(rows)
      throw FlowError(
        .data,
        "the model is conditional on \(model.contextColumns.joined(separator: ", ")), but \(all.location) has \(all.columns.joined(separator: ", "))"
      )
    }
    let reader = try access.table(rows, columns: names)
    if let nonFinite = try reader.nonFinite() {
      throw FlowError(.data, "\(reader.location): \(nonFinite)\(nonFinite.reason(in: reader))")
    }
    return reader
  }

  /// Hands all events to `body`, in order, in blocks. Processes that share a job draw a block each, where a draw does not depend on
  /// those before it, as it does with a refinement.
  ///
  /// - Parameter withContext: puts the context of each event behind its features.
  package func sample(
    withContext: Bool = false, _ body: ([Double]) throws(FlowError) -> Void
  ) throws(FlowError) {
    let processes: any Collective = refined == nil ? Job.processes : LoneProcess()
    let total = shape.dropLast().reduce(1, *)
    let block = max(Tile.fullWidth, (1 << 19) / shape.last! / Tile.fullWidth * Tile.fullWidth)
    for first in stride(from: 0, to: total, by: block * processes.count) {
      let samples = try processes.joined { () throws(FlowError) -> [Double] in
        let own = min(total, first + processes.rank * block)
        return own < total ? try drawn(own..<min(total, own + block), withContext: withContext) : []
      }
      try body(samples.values)
    }
  }

  private func drawn(_ events: Range<Int>, withContext: Bool) throws(FlowError) -> [Double] {
    let context = try contexts(of: events)
    let samples = dependent.completing(try samples(of: events, context), width: dimension)
    guard withContext else { return samples }
    let labelled = LabelledEvents(samples, context: context)
    return labelled.interleaved(dimension: shape.last!, contextDimension: contextDimension)
  }

  private func samples(of events: Range<Int>, _ context: [Double]) throws(FlowError) -> [Double] {
    if let refined { return try refined.sample(events.count, first: events.lowerBound, context: context) }
    let draws = try evaluator.sample(events.count, first: events.lowerBound, context: context, seed: seed)
    guard let decoder else { return draws }
    let seen = decoder.architecture.contextDimension > 0 ? context : []
    return takesMeans
      ? try decoder.events(from: draws, context: seen)
      : try decoder.draws(from: draws, context: seen, first: events.lowerBound, seed: seed)
  }

  /// Event e belongs to row e / N of the context.
  private func contexts(of events: Range<Int>) throws(FlowError) -> [Double] {
    guard let contextReader else { return [] }
    let first = events.lowerBound / count
    let context = try contextReader.read(rows: first..<((events.upperBound - 1) / count + 1))
    var rows: [Double] = []
    rows.reserveCapacity(events.count * contextDimension)
    for event in events {
      let row = (event / count - first) * contextDimension
      rows += context[row..<(row + contextDimension)]
    }
    return rows
  }
}
