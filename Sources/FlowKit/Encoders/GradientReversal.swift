/// The identity whose pullback turns the gradient around: R(x) = x, x̄ ↦ −λ x̄ (Ganin & Lempitsky 2015, arXiv:1409.7495).
///
/// What is behind it learns to tell events apart by x, what is before it learns that it cannot.
public struct GradientReversal: Sendable, Equatable {
  /// λ ≥ 0.
  public var strength: Double

  public init(_ strength: Double) { self.strength = strength }

  /// λₚ = λ (2/(1 + exp(−10 p)) − 1) when the part p of the training is done: what tells events apart learns first.
  public init(_ strength: Double, at progress: Double) {
    self.init(strength * (2 / (1 + Double.exp(-10 * progress)) - 1))
  }

  /// Turns ∂L/∂R(x) into ∂L/∂x.
  public func pullBack(_ cotangent: consuming Tile) -> Tile {
    let factor = Scalar(-strength)
    return cotangent.mapped { factor * $0 }
  }
}
