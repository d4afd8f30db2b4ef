/// z = exp(ℓ) ∘ (x + b), trainable b and ℓ, which start from the data: each feature of the sample leaves with mean 0 and
/// variance 1; log|det| = Σᵢ ℓᵢ.
///
/// Its parameters are all its state: only a new fit asks for the start, and a model that is read or trained further
/// keeps what it has. A feature that is constant in the sample keeps the scale 1; weights of events do not count;
/// without a sample the layer starts at the identity. Source: Kingma & Dhariwal, "Glow" (2018), section 3.1. Layer list: `actnorm`.
public struct ActNorm: InvertiblyDifferentiable {
  public static let layerName = "actnorm"
  public let dimension: Int

  private enum CodingKeys: CodingKey { case dimension }

  public init(dimension: Int) {
    self.dimension = dimension
  }

  private var shift: Shift { Shift(dimension: dimension) }
  private var scale: Diagonal { Diagonal(dimension: dimension) }

  public var parameterShapes: [ParameterShape] { shift.parameterShapes + scale.parameterShapes }
  public var structure: JacobianStructure { scale.structure }
  public var traits: LayerTraits { .affine(.diagonal(signs: scale.signs), shift: true) }

  /// b = −μ and ℓ = −log σ.
  public func initialParameters(
    for sample: Tile, given context: Tile?, using random: inout RandomStream
  ) -> [Scalar] {
    let moments = moments(of: sample)
    return moments.map { Scalar(-$0.mean) } + moments.map { Scalar(-0.5 * Double.log($0.variance)) }
  }

  /// The inverse z ↦ exp(−ℓ) ∘ z − b standardizes with ℓ = log σ and b = μ/σ.
  public func initialParameters(
    forInverse sample: Tile, given context: Tile?, using random: inout RandomStream
  ) -> [Scalar] {
    let moments = moments(of: sample)
    return moments.map { Scalar($0.mean / $0.variance.squareRoot()) }
      + moments.map { Scalar(0.5 * Double.log($0.variance)) }
  }

  /// By two passes over deviations from the first value, in which a constant feature has exactly the variance 0, which
  /// counts as 1.
  private func moments(of sample: Tile) -> [(mean: Double, variance: Double)] {
    (0..<dimension).map { feature in
      sample.withRow(feature) { row in
        let deviations = row.map { Double($0) - Double(row[0]) }
        let mean = deviations.reduce(0, +) / Double(row.count)
        let variance = deviations.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
        return (Double(row[0]) + mean, variance > 0 ? variance : 1)
      }
    }
  }

  // MARK: Preparation: b, then what the scales prepare

  public var preparedCount: Int? { 4 * dimension }

  private var shiftRange: Range<Int> { 0..<dimension }
  private var logRange: Range<Int> { dimension..<(2 * dimension) }
  private var scaleRange: Range<Int> { dimension..<(4 * dimension) }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    shift.prepare(parameters.slice(shiftRange), into: UnsafeMutableBufferPointer(rebasing: prepared[shiftRange]))
    scale.prepare(parameters.slice(logRange), into: UnsafeMutableBufferPointer(rebasing: prepared[scaleRange]))
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    for i in 0..<dimension { gradient[i] += preparedGradient[i] }
    gradient.withSlice(logRange) {
      scale.pullBackPreparation(
        parameters.slice(logRange), prepared: prepared.slice(scaleRange),
        preparedGradient: preparedGradient.slice(scaleRange), to: &$0)
    }
  }

  // MARK: The map: the shift first, which loses nothing to rounding where the mean is large

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    let (shifted, pullBackShift) = shift.forwardWithPullback(x, pass.slice(shiftRange))
    let (value, pullBackScale) = scale.forwardWithPullback(
      shifted.values, pass.slice(scaleRange))
    return (
      value,
      { values, logDeterminant, gradient in
        let middle = gradient.withSlice(scaleRange) { pullBackScale(values, logDeterminant, &$0) }
        return gradient.withSlice(shiftRange) { pullBackShift(middle, logDeterminant, &$0) }
      }
    )
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed {
    var value = scale.inverse(z, pass.slice(scaleRange))
    value.values = try shift.inverse(value.values, pass.slice(shiftRange)).values
    return value
  }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    var (value, pullBackScale) = scale.inverseWithPullback(z, pass.slice(scaleRange))
    let (shifted, pullBackShift) = shift.inverseWithPullback(
      value.values, pass.slice(shiftRange))
    value.values = shifted.values
    return (
      value,
      { values, logDeterminant, gradient in
        let middle = gradient.withSlice(shiftRange) { pullBackShift(values, logDeterminant, &$0) }
        return gradient.withSlice(scaleRange) { pullBackScale(middle, logDeterminant, &$0) }
      }
    )
  }
}

extension ActNorm: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    ActNorm(dimension: arguments.dimension)
  }
}
