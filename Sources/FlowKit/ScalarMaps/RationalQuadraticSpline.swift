/// A monotone rational-quadratic spline with K bins on the box [−B, B], the identity outside.
///
/// φ holds, per feature, K width logits, K height logits and K − 1 slope logits of the inner knots. Widths and heights are
/// 2B (m + (1 − mK) softmax) with m = 10⁻³; inner slopes are 10⁻³ + softplus, shifted so that φ = 0 is the identity; the
/// outer slopes are 1, which joins the linear tails smoothly. The inverse solves a quadratic in a form whose discriminant
/// is a sum of squares, so that rounding cannot make it negative. Errors are a few ulp of B, not of the value: the knots
/// are sums.
/// Source: Durkan, Bekasov, Murray & Papamakarios, "Neural Spline Flows" (NeurIPS 2019), section 3.1.
public struct RationalQuadraticSpline: ScalarMap {
  public static let name = "rqs"
  /// K, from 2 to 64.
  public let bins: Int
  /// B, in standardized units.
  public let bound: Double

  public init(bins: Int = 8, bound: Double = 5) {
    precondition(2...64 ~= bins, "a spline has 2 to 64 bins, got \(bins)")
    precondition(bound > 0 && bound.isFinite, "a spline's box has a finite bound above 0, got \(bound)")
    (self.bins, self.bound) = (bins, bound)
  }

  public var parameterCount: Int { 3 * bins - 1 }
  public var family: ScalarFamily { .monotone }
  public var box: Double? { bound }
  public var layerListArguments: [String] { ["bins=\(bins)", "bound=\(bound)"] }

  public func forward(_ x: consuming Tile, _ φ: Tile) -> Transformed {
    var y = x
    var logDeterminant = Tile(features: 1, like: φ, filledWith: 0)
    y.applySpline(self, φ, inverted: false, addingTo: &logDeterminant)
    return Transformed(y, LogDeterminant(perEvent: logDeterminant))
  }

  public func forwardWithPullback(
    _ x: consuming Tile, _ φ: consuming Tile
  ) -> (value: Transformed, pullback: ScalarPullback) {
    let input = x
    let parameters = φ
    return (
      forward(input, parameters),
      { values, logDeterminant in
        var (input̄, φ̄) = (values, parameters)
        input̄.pullBackSpline(self, at: input, inverted: false, logDeterminant: logDeterminant, parameters: &φ̄)
        return (input̄, φ̄)
      }
    )
  }

  public func inverse(_ y: consuming Tile, _ φ: Tile) -> Transformed {
    var x = y
    var logDeterminant = Tile(features: 1, like: φ, filledWith: 0)
    x.applySpline(self, φ, inverted: true, addingTo: &logDeterminant)
    return Transformed(x, LogDeterminant(perEvent: logDeterminant))
  }

  public func inverseWithPullback(
    _ y: consuming Tile, _ φ: consuming Tile
  ) -> (value: Transformed, pullback: ScalarPullback) {
    let parameters = φ
    let value = inverse(y, parameters)
    return (
      value,
      { values, logDeterminant in
        var (input̄, φ̄) = (values, parameters)
        input̄.pullBackSpline(self, at: value.values, inverted: true, logDeterminant: logDeterminant, parameters: &φ̄)
        return (input̄, φ̄)
      }
    )
  }
}

extension Tile {
  /// The spline, or its inverse, of each row in place.
  fileprivate mutating func applySpline(
    _ spline: RationalQuadraticSpline, _ φ: Tile, inverted: Bool, addingTo logDeterminant: inout Tile
  ) {
    checkParameters(φ, count: spline.parameterCount, logDeterminant)
    let base = mutableBase()
    let kernel = inverted ? kernelSplineInverse : kernelSplineForward
    kernel(
      base, φ.base, base, logDeterminant.mutableBase(), features, width, spline.bins, Scalar(spline.bound))
  }

  /// Turns ∂L/∂output (self) into ∂L/∂input, and φ into ∂L/∂φ; `x` is the value in the box's x direction.
  fileprivate mutating func pullBackSpline(
    _ spline: RationalQuadraticSpline, at x: Tile, inverted: Bool, logDeterminant: Tile, parameters φ: inout Tile
  ) {
    checkParameters(φ, count: spline.parameterCount, logDeterminant)
    checkShape(x)
    let kernel = inverted ? kernelSplineInversePullback : kernelSplineForwardPullback
    kernel(
      mutableBase(), logDeterminant.base, x.base, φ.mutableBase(), features, width, spline.bins,
      Scalar(spline.bound))
  }
}
