/// A monotone rational-quadratic spline with K bins on the circle [−π, π), followed by a rotation.
///
/// φ holds, per feature, K width logits, K height logits, K − 1 slope logits of the inner knots and one of the knot at
/// ±π, and the rotation in radians. Sizes and slopes are those of `RationalQuadraticSpline` with B = π, but the slopes at
/// −π and π are one trained number, so that densities are continuous across ±π. Angles are taken modulo 2π, and results
/// lie in [−π, π), π as the element type rounds it; φ = 0 is the identity. The domain is [−π, π], both ends included. A
/// base uniform on the circle suits it. Source: Rezende, Papamakarios, Racanière, Albergo, Kanwar, Shanahan & Cranmer,
/// "Normalizing Flows on Tori and Spheres" (ICML 2020), section 2.1.2. Layer list: `circular-rqs(bins=8)`.
public struct CircularSpline: ScalarMap {
  public static let name = "circular-rqs"
  public static var elementwiseName: String { name }
  /// K, from 2 to 64.
  public let bins: Int

  public init(bins: Int = 8) {
    precondition(2...64 ~= bins, "a spline has 2 to 64 bins, got \(bins)")
    self.bins = bins
  }

  public var parameterCount: Int { 3 * bins + 1 }
  public var layerListArguments: [String] { ["bins=\(bins)"] }
  /// The open interval that has ±π inside.
  public var domain: Interval { Interval((-Double.pi).nextDown, Double.pi.nextUp) }

  public func forward(_ x: consuming Tile, _ φ: Tile) -> Transformed {
    var y = x
    var logDeterminant = Tile(features: 1, like: φ, filledWith: 0)
    y.applyCircle(self, φ, inverted: false, addingTo: &logDeterminant)
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
        input̄.pullBackCircle(self, at: input, inverted: false, logDeterminant: logDeterminant, parameters: &φ̄)
        return (input̄, φ̄)
      }
    )
  }

  public func inverse(_ y: consuming Tile, _ φ: Tile) -> Transformed {
    var x = y
    var logDeterminant = Tile(features: 1, like: φ, filledWith: 0)
    x.applyCircle(self, φ, inverted: true, addingTo: &logDeterminant)
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
        input̄.pullBackCircle(self, at: value.values, inverted: true, logDeterminant: logDeterminant, parameters: &φ̄)
        return (input̄, φ̄)
      }
    )
  }
}

extension Tile {
  /// The map, or its inverse, of each row in place.
  fileprivate mutating func applyCircle(
    _ map: CircularSpline, _ φ: Tile, inverted: Bool, addingTo logDeterminant: inout Tile
  ) {
    checkParameters(φ, count: map.parameterCount, logDeterminant)
    let base = mutableBase()
    let kernel = inverted ? kernelCircleInverse : kernelCircleForward
    kernel(base, φ.base, base, logDeterminant.mutableBase(), features, width, map.bins)
  }

  /// Turns ∂L/∂output (self) into ∂L/∂input, and φ into ∂L/∂φ; `x` is the angle before the spline.
  fileprivate mutating func pullBackCircle(
    _ map: CircularSpline, at x: Tile, inverted: Bool, logDeterminant: Tile, parameters φ: inout Tile
  ) {
    checkParameters(φ, count: map.parameterCount, logDeterminant)
    checkShape(x)
    let kernel = inverted ? kernelCircleInversePullback : kernelCircleForwardPullback
    kernel(mutableBase(), logDeterminant.base, x.base, φ.mutableBase(), features, width, map.bins)
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
