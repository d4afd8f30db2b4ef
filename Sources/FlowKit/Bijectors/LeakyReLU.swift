/// zᵢ = xᵢ for xᵢ ≥ 0 and α xᵢ below, with a fixed slope α > 0.
///
/// log|det| = (number of negative features) · log α: piecewise constant, so that its derivative does not see the jump when an
/// event crosses a kink. Training by likelihood estimates it (``Pass/estimatesJumps``). Layer list: `leaky-relu(α)`.
public struct LeakyReLU: InvertiblyDifferentiable {
  public static let layerName = "leaky-relu"
  public let dimension: Int
  public let slope: Double

  private enum CodingKeys: CodingKey { case dimension, slope }

  public init(dimension: Int, slope: Double = 0.1) {
    precondition(slope > 0 && slope.isFinite, "a slope is a finite number above 0, got \(slope)")
    self.dimension = dimension
    self.slope = slope
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(slope > 0 && slope.isFinite, "a slope of \(Self.layerName) is \(slope)")
  }

  public var layerList: String { "\(Self.layerName)(\(slope))" }
  public var structure: JacobianStructure {
    .diagonal(dimension, isAffine: slope == 1, signs: Array(repeating: 1, count: dimension))
  }
  public var traits: LayerTraits { .kink(slope: slope) }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    bent(x, slope: slope, pass)
  }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    bent(z, slope: 1 / slope, pass)
  }

  /// The inverse of a leaky ReLU is the one with the reciprocal slope.
  private func bent(
    _ x: consuming Tile, slope: Double, _ pass: Pass
  ) -> (value: Transformed, pullback: Pullback) {
    let (input, estimatesJumps) = (x, pass.estimatesJumps)
    let (slopes, logSlopes) = (Parameters([Scalar(slope)]), Parameters([Scalar(Double.log(slope))]))
    var logDeterminant = Tile(features: 1, like: input, filledWith: 0)
    let z = input.leakyReLU(slopes: slopes, logSlopes: logSlopes, addingTo: &logDeterminant)
    return (
      Transformed(z, LogDeterminant(perEvent: logDeterminant)),
      { values, logDeterminant, _ in
        var result = values
        result.pullBackLeakyReLU(of: input, slopes: slopes)
        if estimatesJumps { result.addJumps(of: input, logSlopes: logSlopes, logDeterminant) }
        return result
      }
    )
  }
}

extension LeakyReLU: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    let slope = try arguments.number("slope", positional: true, default: 0.1, "a slope above 0") { $0 > 0 }
    return LeakyReLU(dimension: arguments.dimension, slope: slope)
  }
}
