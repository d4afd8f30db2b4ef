/// What the log-weights log p̃(θ) − log q(θ) of draws θ from q say of p̃ and of q.
public struct ImportanceWeights: Sendable {
  /// log p̃ − log q of each draw; −∞ where p̃ is 0.
  public let logWeights: [Double]
  /// E_q[log p̃ − log q], the evidence lower bound: log Z − KL(q ‖ p), in nats. Draws of density 0 are left out.
  public let elbo: Double
  public let elboStandardError: Double
  /// log of the mean weight: an estimate of log Z.
  public let logZ: Double
  /// The standard deviation of the weights over √S and their mean.
  public let logZStandardError: Double
  /// (Σw)² / (S Σw²): the effective sample size, as a fraction of the draws.
  public let effectiveFraction: Double
  /// k̂ of the weights' tail: above `paretoLimit` the figures of this type, but for the bound, are not to be trusted.
  public let paretoShape: Double
  public let paretoLimit: Double
  public var isTrusted: Bool { paretoShape <= paretoLimit }

  /// - Parameter logWeights: at least one.
  public init(_ logWeights: [Double]) {
    precondition(!logWeights.isEmpty, "no weights")
    self.logWeights = logWeights
    let (count, finite) = (Double(logWeights.count), logWeights.filter(\.isFinite))
    (elbo, elboStandardError) = Self.mean(finite)
    let largest = finite.max() ?? 0
    let weights = logWeights.map { Double.exp($0 - largest) }
    let (mean, standardError) = Self.mean(weights)
    logZ = largest + Double.log(mean)
    logZStandardError = standardError / mean
    let squares = weights.reduce(0) { $0 + $1 * $1 }
    effectiveFraction = squares > 0 ? mean * mean * count / squares : 0
    paretoShape = ParetoTail.shape(ofLogWeights: logWeights)
    paretoLimit = ParetoTail.limit(count: logWeights.count)
  }

  /// The mean and its standard error.
  private static func mean(_ values: [Double]) -> (Double, Double) {
    guard !values.isEmpty else { return (-.infinity, .nan) }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / max(1, count - 1) / count).squareRoot())
  }

  /// The weights, divided by their sum.
  var normalized: [Double] {
    let largest = logWeights.max()!
    let weights = logWeights.map { Double.exp($0 - largest) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }
}
