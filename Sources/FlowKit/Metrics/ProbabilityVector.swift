/// The probabilities of finitely many bins, and how far they are from others of the same bins: p from q.
///
/// Cover & Thomas, *Elements of Information Theory*, chapter 2. Logarithms are natural, values in nats. A bin with p = 0 adds
/// nothing to a sum over p, whatever q is.
public struct ProbabilityVector: Sendable, Equatable {
  /// At least 0; they add up to 1.
  public let values: [Double]

  /// - Parameter weights: a number ≥ 0 for each bin, such as a count; what they add up to becomes 1.
  /// - Throws: where a weight is negative or not finite, or all are 0.
  public init(weights: [Double]) throws(FlowError) {
    if let bin = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw FlowError(.data, "bin \(bin) of the probabilities has the weight \(weights[bin]); weights are at least 0")
    }
    let total = weights.reduce(0, +)
    guard total > 0, total.isFinite else {
      throw FlowError(.data, "the weights of \(weights.count) bins add up to \(total): they are no probabilities")
    }
    values = weights.map { $0 / total }
  }

  /// pᵢ = exp(lᵢ) / Σ exp(lⱼ), the softmax of logits.
  ///
  /// - Throws: where a logit is NaN or +∞, or none is finite.
  public init(logits: [Double]) throws(FlowError) {
    let logarithms = try Self.logarithms(logits)
    values = logarithms.map { Double.exp($0) }
  }

  /// −Σ pᵢ log pᵢ.
  public var entropy: Double { values.reduce(0) { $1 > 0 ? $0 - $1 * Double.log($1) : $0 } }

  /// −Σ pᵢ log qᵢ: +∞ where q misses a bin of p.
  public func crossEntropy(of q: ProbabilityVector) throws(FlowError) -> Divergence {
    try divergence(q) { p, q in -p * Double.log(q) }
  }

  /// −Σ pᵢ log qᵢ, where q is the softmax of `logits`: nothing underflows, however far apart they are.
  ///
  /// - Throws: where there are not as many logits as bins, one is NaN or +∞, or none is finite.
  public func crossEntropy(ofLogits logits: [Double]) throws(FlowError) -> Divergence {
    try checkCount(logits.count)
    let logarithms = try Self.logarithms(logits)
    return sum(missed: { logarithms[$0] == -.infinity }) { -values[$0] * logarithms[$0] }
  }

  /// KL(p‖q) = Σ pᵢ log pᵢ/qᵢ ≥ 0: +∞ where q misses a bin of p. The other way round it is `q.divergence(from: p)`.
  public func divergence(from q: ProbabilityVector) throws(FlowError) -> Divergence {
    try divergence(q) { p, q in p * Double.log(p / q) }
  }

  /// Σ (pᵢ − qᵢ)².
  public func squaredError(of q: ProbabilityVector) throws(FlowError) -> Double {
    try checkCount(q.values.count)
    return zip(values, q.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  /// The mean of |log pᵢ/qᵢ| over the bins in which neither is 0, and what was left out of it.
  public func logRatioError(of q: ProbabilityVector) throws(FlowError) -> LogRatioError {
    try checkCount(q.values.count)
    let used = values.indices.filter { values[$0] > 0 && q.values[$0] > 0 }
    let sum = used.reduce(0) { $0 + abs(Double.log(values[$1] / q.values[$1])) }
    let leftOut = values.indices.filter { (values[$0] > 0) != (q.values[$0] > 0) }
    return LogRatioError(
      value: used.isEmpty ? .nan : sum / Double(used.count), bins: used.count, leftOut: leftOut,
      massLeftOut: leftOut.reduce(0) { $0 + values[$1] }, otherMassLeftOut: leftOut.reduce(0) { $0 + q.values[$1] })
  }

  private func divergence(
    _ q: ProbabilityVector, _ term: (_ p: Double, _ q: Double) -> Double
  ) throws(FlowError) -> Divergence {
    try checkCount(q.values.count)
    return sum(missed: { q.values[$0] == 0 }) { term(values[$0], q.values[$0]) }
  }

  /// Adds up terms of the bins with p > 0; those that are `missed` make the sum infinite.
  private func sum(missed: (Int) -> Bool, _ term: (Int) -> Double) -> Divergence {
    let bins = values.indices.filter { values[$0] > 0 }
    let missedBins = bins.filter(missed)
    guard missedBins.isEmpty else { return Divergence(value: .infinity, missedBins: missedBins) }
    return Divergence(value: bins.reduce(0) { $0 + term($1) }, missedBins: [])
  }

  private func checkCount(_ count: Int) throws(FlowError) {
    guard count == values.count else {
      throw FlowError(.data, "\(values.count) bins cannot be compared with \(count)")
    }
  }

  /// log softmax.
  private static func logarithms(_ logits: [Double]) throws(FlowError) -> [Double] {
    if let bin = logits.firstIndex(where: { $0.isNaN || $0 == .infinity }) {
      throw FlowError(.data, "the logit of bin \(bin) is \(logits[bin])")
    }
    guard let top = logits.max(), top > -.infinity else { throw FlowError(.data, "no logit is finite") }
    let logSum = Double.log(logits.reduce(0) { $0 + Double.exp($1 - top) })
    return logits.map { $0 - top - logSum }
  }
}

/// A sum over bins that may be infinite.
public struct Divergence: Sendable, Equatable {
  /// In nats.
  public let value: Double
  /// The bins in which q = 0 < p, which make it +∞; none where it is finite.
  public let missedBins: [Int]

  public init(value: Double, missedBins: [Int]) { (self.value, self.missedBins) = (value, missedBins) }
}

/// A mean over the bins that two probability vectors share.
public struct LogRatioError: Sendable, Equatable {
  /// NaN where they share none.
  public let value: Double
  /// The number of bins in the mean.
  public let bins: Int
  /// The bins that only one of the two has, and how much of p and of q lies in them.
  public let leftOut: [Int]
  public let massLeftOut: Double
  public let otherMassLeftOut: Double
}
