/// y = x exp(s) + t, where φ = (t, a) and the log-scale is softly bounded: s = a / (1 + |a| / B).
///
/// log|dy/dx| = s ∈ (−B, B). The bound is the same both ways, so that the map can expand as well as contract, by up to
/// exp B (1000 by default), and its slope (1 + |a|/B)⁻² never vanishes, unlike that of a clamp. A smaller B keeps events
/// far from all others from being carried away. Source: the affine coupling of Dinh, Sohl-Dickstein & Bengio, "Density
/// estimation using Real NVP" (ICLR 2017), section 3.2, with this bound in place of its scaled tanh.
public struct AffineMap: KernelScalarMap {
  public static let name = "affine"

  /// B.
  public let logScaleBound: Double

  /// log 1000.
  public static let defaultLogScaleBound = 6.907755278982137

  public init(logScaleBound: Double = Self.defaultLogScaleBound) {
    precondition(logScaleBound > 0 && logScaleBound.isFinite, "a bound is finite and above 0, got \(logScaleBound)")
    self.logScaleBound = logScaleBound
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(logScaleBound > 0 && logScaleBound.isFinite, "a bound is \(logScaleBound)")
  }

  public var layerListArguments: [String] {
    logScaleBound == Self.defaultLogScaleBound ? [] : ["bound=\(logScaleBound)"]
  }

  public var parameterCount: Int { 2 }
  public var isAffine: Bool { true }
  public var family: ScalarFamily { .affine }

  public func apply(to x: inout Tile, _ φ: Tile, inverted: Bool, addingTo logDeterminant: inout Tile) {
    x.checkParameters(φ, count: parameterCount, logDeterminant)
    let base = x.mutableBase()
    let kernel = inverted ? kernelAffineInverse : kernelAffineForward
    kernel(base, φ.base, base, logDeterminant.mutableBase(), x.features, x.width, Scalar(logScaleBound))
  }

  public func pullBack(
    _ values: inout Tile, at x: Tile, inverted: Bool, logDeterminant: Tile, parameters φ: inout Tile
  ) {
    values.checkParameters(φ, count: parameterCount, logDeterminant)
    values.checkShape(x)
    let kernel = inverted ? kernelAffineInversePullback : kernelAffineForwardPullback
    kernel(
      values.mutableBase(), logDeterminant.base, x.base, φ.mutableBase(), values.features, values.width,
      Scalar(logScaleBound))
  }
}
