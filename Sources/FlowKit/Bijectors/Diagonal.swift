/// z = Λx with λᵢ = sᵢ exp(ℓᵢ): trainable ℓ, signs s fixed at construction.
///
/// log|det| = Σᵢ ℓᵢ, the same for every event. Signs cannot change in training, because log|λ| → −∞ forbids crossing 0.
/// Layer list: `diagonal`; signs as in `diagonal(signs=+-+)` or `diagonal(signs=random)`, which draws them.
public struct Diagonal: InvertiblyDifferentiable, SignedLayer {
  public static let layerName = "diagonal"
  public let signs: [Int]

  private enum CodingKeys: CodingKey { case signs }

  /// - Parameter signs: +1 or −1 for each feature; all +1 where omitted.
  public init(dimension: Int, signs: [Int]? = nil) {
    self.signs = DiagonalSigns.checked(signs, dimension: dimension)
  }

  public var parameterShapes: [ParameterShape] { [ParameterShape("logScale", [dimension])] }
  public var structure: JacobianStructure { .diagonal(dimension, isAffine: true, signs: signs) }
  public var traits: LayerTraits { .affine(.diagonal(signs: signs), shift: false) }
  public var layerList: String { Self.layerList(DiagonalSigns.layerListArguments(signs)) }

  /// λ, 1/λ and ℓ.
  public var preparedCount: Int? { 3 * dimension }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    for i in 0..<dimension {
      let scale = Scalar(signs[i]) * Scalar.exp(parameters[i])
      (prepared[i], prepared[dimension + i], prepared[2 * dimension + i]) = (scale, 1 / scale, parameters[i])
    }
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    for i in 0..<dimension {
      gradient[i] +=
        preparedGradient[i] * prepared[i] - preparedGradient[dimension + i] * prepared[dimension + i]
        + preparedGradient[2 * dimension + i]
    }
  }

  public func forward(_ x: consuming Tile, _ pass: Pass) -> Transformed {
    scaled(x, by: 0, pass.parameters, sign: 1)
  }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    differentiated(x, by: 0, pass.parameters, sign: 1)
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) -> Transformed {
    scaled(z, by: dimension, pass.parameters, sign: -1)
  }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    differentiated(z, by: dimension, pass.parameters, sign: -1)
  }

  /// Scales by the prepared factors that start at `offset`: λ forward, 1/λ back.
  private func scaled(_ x: consuming Tile, by offset: Int, _ parameters: Parameters, sign: Double) -> Transformed {
    var z = x
    z.scaleRows(by: parameters.slice(offset..<(offset + dimension)))
    return Transformed(z, LogDeterminant(constant: sign * logScales(parameters).sum))
  }

  private func differentiated(
    _ x: consuming Tile, by offset: Int, _ parameters: Parameters, sign: Double
  ) -> (value: Transformed, pullback: Pullback) {
    let input = copy x
    let value = scaled(x, by: offset, parameters, sign: sign)
    return (
      value,
      { values, logDeterminant, gradient in
        gradient.withSlice(offset..<(offset + dimension)) { values.addRowDots(with: input, to: &$0) }
        let total = Scalar(sign * logDeterminant.rowSum(0))
        for i in 0..<dimension { gradient[2 * dimension + i] += total }
        var result = values
        result.scaleRows(by: parameters.slice(offset..<(offset + dimension)))
        return result
      }
    )
  }

  private func logScales(_ parameters: Parameters) -> Parameters {
    parameters.slice((2 * dimension)..<(3 * dimension))
  }
}
