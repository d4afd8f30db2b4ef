/// The mean log-density of events, and how far a sample of so many may be from the expectation.
public struct MeanLogDensity: Sendable, Equatable {
  /// Σ wᵢ log p(xᵢ)/Σ wᵢ, in nats; −∞ where an event has density 0.
  public let value: Double
  /// √(Σ wᵢ² (log p(xᵢ) − value)²)/Σ wᵢ; NaN where `value` is not finite.
  public let standardError: Double

  public init(value: Double, standardError: Double) { (self.value, self.standardError) = (value, standardError) }
}

extension FlowEnsemble {
  /// The mean log-density of the events of a source, weighted as they are; events are scored block by block.
  ///
  /// - Throws: where the events cannot be read, or have other numbers of features.
  public func meanLogDensity(of events: any EventSource, threads: Int? = nil) throws(FlowError) -> MeanLogDensity {
    try members[0].architecture.checkColumns(of: events)
    let evaluator = evaluator(threads: threads)
    // Sums of w, w l, w², w² l, w² l², with l less the first finite one: they cancel little.
    var sums = (w: 0.0, wl: 0.0, w2: 0.0, w2l: 0.0, w2l2: 0.0)
    var shift: Double?
    try events.forEachBlock { block in
      let values = evaluator.logDensity(block.events.events, first: block.first, context: block.events.context)
      for (event, value) in values.enumerated() {
        let w = block.events.weights?[event] ?? 1
        guard w > 0 else { continue }
        if shift == nil, value.isFinite { shift = value }
        let l = value - (shift ?? 0)
        sums.w += w
        sums.wl += w * l
        sums.w2 += w * w
        sums.w2l += w * w * l
        sums.w2l2 += w * w * l * l
      }
    }
    let mean = sums.wl / sums.w
    let squares = max(0, sums.w2l2 - 2 * mean * sums.w2l + mean * mean * sums.w2)
    return MeanLogDensity(
      value: mean + (shift ?? 0), standardError: mean.isFinite ? squares.squareRoot() / sums.w : .nan)
  }
}
