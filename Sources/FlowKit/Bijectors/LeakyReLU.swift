/// zᵢ = xᵢ for xᵢ ≥ 0 and α xᵢ below, with a fixed slope α > 0.
///
/// log|det| = (number of negative features) · log α. Layer list: `leaky-relu(α)`.
public struct LeakyReLU: InvertiblyDifferentiable {
  public static let layerName = "leaky-relu"
  public let dimension: Int
  public let slope: Double

  public init(dimension: Int, slope: Double = 0.1) {
    precondition(slope > 0 && slope.isFinite, "a slope is a finite number above 0, got \(slope)")
    self.dimension = dimension
    self.slope = slope
  }

  public var layerList: String { "\(Self.layerName)(\(slope))" }
  public var structure: JacobianStructure {
    .diagonal(dimension, isAffine: slope == 1, signs: Array(repeating: 1, count: dimension))
  }
  public var traits: LayerTraits { .kink(slope: slope) }

  public func forwardWithPullback(
    _ x: consuming Tile, given context: Tile?, _ parameters: Parameters
  ) -> (value: Transformed, pullback: Pullback) {
    bent(x, slope: slope)
  }

  public func inverse(_ z: consuming Tile, given context: Tile?, _ parameters: Parameters) -> Transformed {
    bent(z, slope: 1 / slope).value
  }

  public func inverseWithPullback(
    _ z: consuming Tile, given context: Tile?, _ parameters: Parameters
  ) -> (value: Transformed, pullback: Pullback) {
    bent(z, slope: 1 / slope)
  }

  /// The inverse of a leaky ReLU is the one with the reciprocal slope.
  private func bent(_ x: consuming Tile, slope: Double) -> (value: Transformed, pullback: Pullback) {
    let input = x
    var logDeterminant = Tile(features: 1, like: input, filledWith: 0)
    let z = input.leakyReLU(slope: Scalar(slope), logSlope: Scalar(Double.log(slope)), addingTo: &logDeterminant)
    return (
      Transformed(z, LogDeterminant(perEvent: logDeterminant)),
      { values, _, _ in
        var result = values
        result.pullBackLeakyReLU(of: input, slope: Scalar(slope))
        return result
      }
    )
  }
}

extension Tile {
  /// x where x ≥ 0, slope · x below; the log-determinant gains `logSlope` for each negative value of its event.
  fileprivate func leakyReLU(slope: Scalar, logSlope: Scalar, addingTo logDeterminant: inout Tile) -> Tile {
    var result = Tile(features: features, like: self)
    kernelLeakyReLU(
      base, result.mutableBase(), logDeterminant.mutableBase(), features, width, slope, logSlope)
    return result
  }

  /// Turns ∂L/∂output into ∂L/∂input.
  fileprivate mutating func pullBackLeakyReLU(of input: Tile, slope: Scalar) {
    checkShape(input)
    kernelLeakyReLUPullback(mutableBase(), input.base, features, width, slope)
  }
}
