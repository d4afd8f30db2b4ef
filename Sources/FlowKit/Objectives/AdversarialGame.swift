/// What a critic D and a flow play for. A critic makes of an event the number r, of a sample the number s.
public enum AdversarialGame: String, Sendable, CaseIterable {
  /// d = E r − E s: of a D that is 1-Lipschitz a lower bound of the transport cost W₁ (Arjovsky, Chintala & Bottou 2017).
  case wasserstein
  /// d = log 2 + ½ E log σ(r) + ½ E log(1 − σ(s)): a lower bound of the Jensen–Shannon divergence (Goodfellow et al. 2014). The flow
  /// lowers d, whose slope vanishes where D is sure.
  case saturating
  /// The same d, but the flow lowers −½ E log σ(s), whose slope does not vanish there.
  case nonSaturating = "non-saturating"

  /// One event's part of d.
  public func distance(_ r: Double, _ s: Double) -> Double {
    self == .wasserstein ? r - s : Double.log(2) - 0.5 * (Self.softplus(-r) + Self.softplus(s))
  }

  /// ∂d/∂r and ∂d/∂s.
  public func slopes(_ r: Double, _ s: Double) -> (r: Double, s: Double) {
    self == .wasserstein ? (1, -1) : (0.5 * Self.sigmoid(-r), -0.5 * Self.sigmoid(s))
  }

  /// The derivative by s of what the flow lowers.
  public func flowSlope(_ s: Double) -> Double {
    self == .nonSaturating ? -0.5 * Self.sigmoid(-s) : slopes(0, s).s
  }

  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + Double.exp(-x)) }

  /// log(1 + exp(x)) = −log σ(−x).
  private static func softplus(_ x: Double) -> Double { Double.logAddExp(x, 0) }
}
