/// zᵢ = xᵢ for xᵢ ≥ 0 and exp(pᵢ) xᵢ below, trainable p: a leaky ReLU that learns each feature's slope.
///
/// log|det| = Σ pᵢ over the negative features, whose jumps training by likelihood estimates (``Pass/estimatesJumps``); the slope is
/// above 0 for every p. Starts at slopes of 0.9, from which stacks train better than from the 0.25 of
/// the source: He et al., "Delving deep into rectifiers" (2015), section 2.1. Layer list: `prelu`.
public struct PReLU: InvertiblyDifferentiable {
  public static let layerName = "prelu"
  public let dimension: Int

  private enum CodingKeys: CodingKey { case dimension }

  public init(dimension: Int) {
    self.dimension = dimension
  }

  public var parameterShapes: [ParameterShape] { [ParameterShape("logSlope", [dimension])] }
  public var structure: JacobianStructure {
    .diagonal(dimension, isAffine: false, signs: Array(repeating: 1, count: dimension))
  }
  public var traits: LayerTraits { .trainableKink() }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    Array(repeating: Scalar(Double.log(0.9)), count: dimension)
  }

  // MARK: Preparation: the slopes exp(p) and their logarithms p, then those of the inverse

  public var preparedCount: Int? { 4 * dimension }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    for i in 0..<dimension {
      let slope = Scalar.exp(parameters[i])
      (prepared[i], prepared[dimension + i]) = (slope, parameters[i])
      (prepared[2 * dimension + i], prepared[3 * dimension + i]) = (1 / slope, -parameters[i])
    }
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    for i in 0..<dimension {
      let (forward, back) = (i, 2 * dimension + i)
      gradient[i] +=
        preparedGradient[forward] * prepared[forward] - preparedGradient[back] * prepared[back]
        + preparedGradient[dimension + forward] - preparedGradient[dimension + back]
    }
  }

  // MARK: The map

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    bent(x, pass, 0..<(2 * dimension))
  }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    bent(z, pass, (2 * dimension)..<(4 * dimension))
  }

  /// The inverse is the map with the reciprocal slopes: `range` tells the two apart.
  private func bent(
    _ x: consuming Tile, _ pass: Pass, _ range: Range<Int>
  ) -> (value: Transformed, pullback: Pullback) {
    let (input, estimatesJumps) = (x, pass.estimatesJumps)
    let bends = pass.parameters.slice(range)
    let (slopes, logSlopes) = (bends.slice(0..<dimension), bends.slice(dimension..<(2 * dimension)))
    var logDeterminant = Tile(features: 1, like: input, filledWith: 0)
    let z = input.leakyReLU(slopes: slopes, logSlopes: logSlopes, addingTo: &logDeterminant)
    return (
      Transformed(z, LogDeterminant(perEvent: logDeterminant)),
      { values, logDeterminant, gradient in
        gradient.withSlice(range) { values.addSlopeGradients(of: input, logDeterminant, to: &$0) }
        var result = values
        result.pullBackLeakyReLU(of: input, slopes: slopes)
        if estimatesJumps { result.addJumps(of: input, logSlopes: logSlopes, logDeterminant) }
        return result
      }
    )
  }
}

extension PReLU: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    PReLU(dimension: arguments.dimension)
  }
}
