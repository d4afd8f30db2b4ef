internal import CFlowKernels

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

  private enum CodingKeys: CodingKey { case logScaleBound }

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

  func apply(to x: inout Tile, _ φ: Tile, inverted: Bool, addingTo logDeterminant: inout Tile) {
    let B = Scalar(logScaleBound)
    x.apply(φ, parameterCount, addingTo: &logDeterminant) { x, φ, l, rows, events in
      inverted
        ? flowkit_affine_inverse(x, φ, x, l, rows, events, B)
        : flowkit_affine_forward(x, φ, x, l, rows, events, B)
    }
  }

  func pullBack(
    _ values: inout Tile, at x: Tile, inverted: Bool, logDeterminant: Tile, parameters φ: inout Tile
  ) {
    let B = Scalar(logScaleBound)
    values.pullBackMap(at: x, logDeterminant, &φ, parameterCount) { d, dl, x, φ, rows, events in
      inverted
        ? flowkit_affine_inverse_pullback(d, dl, x, φ, rows, events, B)
        : flowkit_affine_forward_pullback(d, dl, x, φ, rows, events, B)
    }
  }
}
