internal import CFlowKernels

/// A monotone rational-quadratic spline with K bins on the box [−B, B], the identity outside.
///
/// φ holds, per feature, K width logits, K height logits and K − 1 slope logits of the inner knots. Widths and heights are
/// 2B (m + (1 − mK) softmax) with m = 10⁻³; inner slopes are 10⁻³ + softplus, shifted so that φ = 0 is the identity; the
/// outer slopes are 1, which joins the linear tails smoothly. The inverse solves a quadratic in a form whose discriminant
/// is a sum of squares, so that rounding cannot make it negative. Errors are a few ulp of B, not of the value: the knots
/// are sums.
/// Source: Durkan, Bekasov, Murray & Papamakarios, "Neural Spline Flows" (NeurIPS 2019), section 3.1.
public struct RationalQuadraticSpline: KernelScalarMap {
  public static let name = "rqs"
  /// K, from 2 to 64.
  public let bins: Int
  /// B, in standardized units.
  public let bound: Double

  private enum CodingKeys: CodingKey { case bins, bound }

  public init(bins: Int = 8, bound: Double = 5) {
    precondition(2...64 ~= bins, "a spline has 2 to 64 bins, got \(bins)")
    precondition(bound > 0 && bound.isFinite, "a spline's box has a finite bound above 0, got \(bound)")
    (self.bins, self.bound) = (bins, bound)
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(
      2...64 ~= bins && bound > 0 && bound.isFinite, "a spline has \(bins) bins and the bound \(bound)")
  }

  public var parameterCount: Int { 3 * bins - 1 }
  public var family: ScalarFamily { .monotone }
  public var box: Double? { bound }
  public var circularBins: Int { bins }
  public var layerListArguments: [String] { ["bins=\(bins)", "bound=\(bound)"] }

  func apply(to x: inout Tile, _ φ: Tile, inverted: Bool, addingTo logDeterminant: inout Tile) {
    let (bins, B) = (bins, Scalar(bound))
    x.apply(φ, parameterCount, addingTo: &logDeterminant) { x, φ, l, rows, events in
      inverted
        ? flowkit_spline_inverse(x, φ, x, l, rows, events, bins, B)
        : flowkit_spline_forward(x, φ, x, l, rows, events, bins, B)
    }
  }

  func pullBack(
    _ values: inout Tile, at x: Tile, inverted: Bool, logDeterminant: Tile, parameters φ: inout Tile
  ) {
    let (bins, B) = (bins, Scalar(bound))
    values.pullBackMap(at: x, logDeterminant, &φ, parameterCount) { d, dl, x, φ, rows, events in
      inverted
        ? flowkit_spline_inverse_pullback(d, dl, x, φ, rows, events, bins, B)
        : flowkit_spline_forward_pullback(d, dl, x, φ, rows, events, bins, B)
    }
  }
}
