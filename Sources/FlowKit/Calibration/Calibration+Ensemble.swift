extension Calibration {
  /// How many draws belong to an event unless said otherwise: levels are then known to half a percent.
  public static let usualDraws = 200

  /// Judges a density by events that it was not fitted to.
  ///
  /// Draws are made and forgotten block by block: memory grows with the events, not with their draws. The time is that of
  /// N L draws and as many log-densities.
  ///
  /// - Parameters:
  ///   - ensemble: p(x | c).
  ///   - events: N × D values, row-major, in the data's own units.
  ///   - context: N × C values.
  ///   - columns: the names of the D columns.
  ///   - contextColumns: the names of the C context columns.
  ///   - draws: L, for each event.
  ///   - seed: decides the draws and everything else that is random.
  ///   - threads: the result does not depend on them.
  ///   - progress: called after each block with the number of events that are done; what it throws ends the work.
  /// - Throws: where there are fewer than ``fewestEvents``, where an event has no number for a log-density, or where a numeric
  ///   inverse does not converge.
  public init(
    of ensemble: FlowEnsemble, events: [Double], context: [Double] = [], columns: [String],
    contextColumns: [String] = [], draws: Int = usualDraws, seed: UInt64 = 0, threads: Int? = nil,
    progress: (Int) throws(FlowError) -> Void = { _ in }
  ) throws(FlowError) {
    precondition(draws > 0, "\(draws) draws")
    precondition(
      columns.count == ensemble.dimension && contextColumns.count == ensemble.contextDimension,
      "a name for each column and each context column")
    let (dimension, contextDimension) = (ensemble.dimension, ensemble.contextDimension)
    let count = events.count / dimension
    try Self.checkCount(count)
    let evaluator = ensemble.evaluator(threads: threads)
    let logDensities = evaluator.logDensity(events, context: context)
    if let event = logDensities.firstIndex(where: \.isNaN) {
      let place = evaluator.nonFinitePlace(
        of: Array(events[(event * dimension)..<((event + 1) * dimension)]), first: event,
        context: Array(context[(event * contextDimension)..<((event + 1) * contextDimension)]))
      throw FlowError(.numerics, "event \(event) has no number for a log-density: \(place)")
    }
    var levels = CalibrationLevels(events: events, columns: columns, seed: seed)
    let block = max(1, (1 << 19) / (draws * (dimension + contextDimension)))
    for first in stride(from: 0, to: count, by: block) {
      let range = first..<min(count, first + block)
      let given = range.flatMap { event in
        repeatElement(context[(event * contextDimension)..<((event + 1) * contextDimension)], count: draws).joined()
      }
      let samples = try evaluator.sample(range.count * draws, first: first * draws, context: given, seed: seed)
      // Numbered behind the events, so that dequantized columns of draws have noise of their own.
      let densities = evaluator.logDensity(samples, first: count + first * draws, context: given)
      for (place, event) in range.enumerated() {
        let own = (place * draws)..<((place + 1) * draws)
        levels.add(
          draws: samples[(own.lowerBound * dimension)..<(own.upperBound * dimension)],
          logDensity: (logDensities[event], densities[own]))
      }
      try progress(range.upperBound)
    }
    try self.init(levels, context: context, contextColumns: contextColumns, threads: threads)
  }
}
