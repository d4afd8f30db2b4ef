internal import CFlowKernels

/// A monotone rational-quadratic spline with K bins on the circle [−π, π), followed by a rotation.
///
/// φ holds, per feature, K width logits, K height logits, K − 1 slope logits of the inner knots and one of the knot at
/// ±π, and the rotation in radians. Sizes and slopes are those of `RationalQuadraticSpline` with B = π, but the slopes at
/// −π and π are one trained number, so that densities are continuous across ±π. Angles are taken modulo 2π, and results
/// lie in [−π, π), π as the element type rounds it; φ = 0 is the identity. The domain is [−π, π], both ends included. A
/// base uniform on the circle suits it. It is the map of every feature that is an angle (``FeatureKind``), whatever the layer's own
/// map is. Source: Rezende, Papamakarios, Racanière, Albergo, Kanwar, Shanahan & Cranmer,
/// "Normalizing Flows on Tori and Spheres" (ICML 2020), section 2.1.2. Layer list: `circular-rqs(bins=8)` by itself,
/// `coupling-circular-rqs`, `autoregressive-circular-rqs`; where the features are numbers the networks of the last two see them as such, so
/// that a density may jump where one of them passes ±π.
public struct CircularSpline: KernelScalarMap {
  public static let name = "circular-rqs"
  public static var elementwiseName: String { name }
  /// K, from 2 to 64.
  public let bins: Int

  private enum CodingKeys: CodingKey { case bins }

  public init(bins: Int = 8) {
    precondition(2...64 ~= bins, "a spline has 2 to 64 bins, got \(bins)")
    self.bins = bins
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(2...64 ~= bins, "a spline has \(bins) bins")
  }

  public var parameterCount: Int { 3 * bins + 1 }
  public var layerListArguments: [String] { ["bins=\(bins)"] }
  public var domain: Interval { FeatureKind.circle.domain }
  public var circularBins: Int { bins }

  func apply(to x: inout Tile, _ φ: Tile, inverted: Bool, addingTo logDeterminant: inout Tile) {
    x.apply(φ, parameterCount, addingTo: &logDeterminant) { x, φ, l, rows, events in
      inverted
        ? flowkit_circle_inverse(x, φ, x, l, rows, events, bins)
        : flowkit_circle_forward(x, φ, x, l, rows, events, bins)
    }
  }

  func pullBack(
    _ values: inout Tile, at x: Tile, inverted: Bool, logDeterminant: Tile, parameters φ: inout Tile
  ) {
    values.pullBackMap(at: x, logDeterminant, &φ, parameterCount) { d, dl, x, φ, rows, events in
      inverted
        ? flowkit_circle_inverse_pullback(d, dl, x, φ, rows, events, bins)
        : flowkit_circle_forward_pullback(d, dl, x, φ, rows, events, bins)
    }
  }
}

extension CircularSpline: ListedScalarMap {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> CircularSpline {
    let bins = try arguments.number("bins", default: 8, "a whole number from 2 to 64") {
      2...64 ~= $0 && $0 == $0.rounded()
    }
    return CircularSpline(bins: Int(bins))
  }
}
