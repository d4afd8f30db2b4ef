/// y = x exp(s) + t, where φ = (t, a) and the log-scale is softly bounded: s = a / (1 + |a| / B).
///
/// log|dy/dx| = s ∈ (−B, B). The bound is the same both ways, so that the map can expand as well as contract, by up to
/// exp B (1000 by default), and its slope (1 + |a|/B)⁻² never vanishes, unlike that of a clamp. A smaller B keeps events
/// far from all others from being carried away. Source: the affine coupling of Dinh, Sohl-Dickstein & Bengio, "Density
/// estimation using Real NVP" (ICLR 2017), section 3.2, with this bound in place of its scaled tanh.
public struct AffineMap: ScalarMap {
  public static let name = "affine"

  /// B.
  public let logScaleBound: Double

  /// log 1000.
  public static let defaultLogScaleBound = 6.907755278982137

  public init(logScaleBound: Double = Self.defaultLogScaleBound) {
    precondition(logScaleBound > 0 && logScaleBound.isFinite, "a bound is finite and above 0, got \(logScaleBound)")
    self.logScaleBound = logScaleBound
  }

  public var layerListArguments: [String] {
    logScaleBound == Self.defaultLogScaleBound ? [] : ["bound=\(logScaleBound)"]
  }

  public var parameterCount: Int { 2 }
  public var isAffine: Bool { true }
  public var family: ScalarFamily { .affine }

  public func forward(_ x: consuming Tile, _ φ: Tile) -> Transformed {
    var y = x
    var logDeterminant = Tile(features: 1, like: φ, filledWith: 0)
    y.applyAffine(self, φ, addingTo: &logDeterminant)
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
        input̄.pullBackAffine(self, input: input, logDeterminant: logDeterminant, parameters: &φ̄)
        return (input̄, φ̄)
      }
    )
  }

  public func inverse(_ y: consuming Tile, _ φ: Tile) -> Transformed {
    var x = y
    var logDeterminant = Tile(features: 1, like: φ, filledWith: 0)
    x.applyAffineInverse(self, φ, addingTo: &logDeterminant)
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
        input̄.pullBackAffineInverse(self, output: value.values, logDeterminant: logDeterminant, parameters: &φ̄)
        return (input̄, φ̄)
      }
    )
  }
}

extension Tile {
  /// x ↦ x exp(s) + t in place, where φ holds t and the unbounded log-scale of each row.
  fileprivate mutating func applyAffine(_ map: AffineMap, _ φ: Tile, addingTo logDeterminant: inout Tile) {
    checkParameters(φ, count: 2, logDeterminant)
    let base = mutableBase()
    kernelAffineForward(
      base, φ.base, base, logDeterminant.mutableBase(), features, width, Scalar(map.logScaleBound))
  }

  /// y ↦ (y − t) exp(−s) in place.
  fileprivate mutating func applyAffineInverse(_ map: AffineMap, _ φ: Tile, addingTo logDeterminant: inout Tile) {
    checkParameters(φ, count: 2, logDeterminant)
    let base = mutableBase()
    kernelAffineInverse(
      base, φ.base, base, logDeterminant.mutableBase(), features, width, Scalar(map.logScaleBound))
  }

  /// Turns ∂L/∂output (self) into ∂L/∂input, and φ into ∂L/∂φ.
  fileprivate mutating func pullBackAffine(
    _ map: AffineMap, input: Tile, logDeterminant: Tile, parameters φ: inout Tile
  ) {
    checkParameters(φ, count: 2, logDeterminant)
    checkShape(input)
    kernelAffineForwardPullback(
      mutableBase(), logDeterminant.base, input.base, φ.mutableBase(), features, width,
      Scalar(map.logScaleBound))
  }

  /// The same for the inverse, whose value was `output`.
  fileprivate mutating func pullBackAffineInverse(
    _ map: AffineMap, output: Tile, logDeterminant: Tile, parameters φ: inout Tile
  ) {
    checkParameters(φ, count: 2, logDeterminant)
    checkShape(output)
    kernelAffineInversePullback(
      mutableBase(), logDeterminant.base, output.base, φ.mutableBase(), features, width,
      Scalar(map.logScaleBound))
  }
}
