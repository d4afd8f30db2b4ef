internal import CFlowKernels

/// Layer normalisation over the features of each event: y = γ u + β with u = (x − μ) r, where μ is the mean and r = 1/√(σ² +
/// 10⁻⁵) of this event's features (Ba, Kiros & Hinton 2016). γ starts at 1, β at 0.
struct LayerNormalization: Sendable {
  /// Where γ and β stand among the network's parameters.
  let scale: Range<Int>
  let shift: Range<Int>

  init(offset: Int, features: Int) {
    scale = offset..<(offset + features)
    shift = scale.upperBound..<(scale.upperBound + features)
  }

  static func initialParameters(features: Int) -> [Scalar] {
    Array(repeating: 1, count: features) + Array(repeating: 0, count: features)
  }

  /// What the pullback needs: u, and r as one row.
  struct Saved {
    let normal: Tile
    let inverseDeviation: Tile
  }

  /// x ← y.
  func apply(to x: inout Tile, _ parameters: Parameters) -> Saved {
    precondition(x.features == scale.count, "\(scale.count) features are normalised, got \(x.features)")
    var (y, u) = (Tile(features: x.features, like: x), Tile(features: x.features, like: x))
    var r = Tile(features: 1, like: x)
    flowkit_layer_norm(
      x.base, parameters.slice(scale).base, parameters.slice(shift).base, y.mutableBase(), u.mutableBase(),
      r.mutableBase(), x.features, x.width)
    x = y
    return Saved(normal: u, inverseDeviation: r)
  }

  /// Turns the cotangent of y into that of x: with ū = γ ȳ, x̄ = r (ū − mean ū − u mean(ū u)), γ̄ += Σ ȳ u, β̄ += Σ ȳ.
  func pullBack(_ cotangent: inout Tile, _ saved: Saved, _ parameters: Parameters, _ gradient: inout Gradient) {
    cotangent.checkShape(saved.normal)
    precondition(shift.upperBound <= gradient.count, "parameters up to \(shift.upperBound) of \(gradient.count)")
    flowkit_layer_norm_pullback(
      cotangent.mutableBase(), saved.normal.base, saved.inverseDeviation.base, parameters.slice(scale).base,
      gradient.base + scale.lowerBound, gradient.base + shift.lowerBound, cotangent.features, cotangent.width)
  }
}
