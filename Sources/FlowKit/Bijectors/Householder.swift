/// z = Qx with Q = H₁ … H_k a product of k reflections Hᵢ = I − 2vᵢvᵢᵀ/‖vᵢ‖², trainable v; log|det| = 0.
///
/// Q is orthogonal to rounding for every v, with determinant (−1)ᵏ, and its inverse is Qᵀ. With k ≥ D all orthogonal
/// matrices of that determinant are reached. A zero v reflects the first axis and gets no gradient. Tiles see the compact
/// WY form Q = I + MᵀY, two products of kD weights, whatever k; a step makes it in O(k²D). Starts at reflections along
/// drawn directions. Source: Tomczak & Welling, "Improving variational auto-encoders using Householder flow" (2016).
/// Layer list: `householder(k)`, k = D where omitted.
public struct Householder: InvertiblyDifferentiable {
  public static let layerName = "householder"
  public let dimension: Int
  /// k.
  public let count: Int

  private enum CodingKeys: CodingKey { case dimension, count }

  /// - Parameter count: k ≥ 1, the number of reflections; D where omitted.
  public init(dimension: Int, count: Int? = nil) {
    self.dimension = dimension
    self.count = count ?? dimension
    precondition(self.count > 0, "a product of reflections has at least one, got \(self.count)")
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.requireSize(count, "the list of reflections of \(Self.layerName)")
  }

  public var parameterShapes: [ParameterShape] { [ParameterShape("vectors", [count, dimension])] }
  public var weightCount: Int { 2 * count * dimension }
  public var structure: JacobianStructure { .full(dimension, isAffine: true) }
  public var traits: LayerTraits { .affine(.orthogonal(reflections: count), shift: false) }
  /// The sign of det Q, the same for all θ.
  public var determinantSign: Int { count % 2 == 0 ? 1 : -1 }
  public var layerList: String { "\(Self.layerName)(\(count))" }

  private var reflections: Reflections { Reflections(count: count, dimension: dimension) }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    reflections.initialVectors(using: &random)
  }

  // MARK: Preparation: Y, then M

  public var preparedCount: Int? { 2 * count * dimension }

  private var yRange: Range<Int> { 0..<(count * dimension) }
  private var mRange: Range<Int> { (count * dimension)..<(2 * count * dimension) }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    guard let base = prepared.baseAddress else { return }
    let form = reflections.form(parameters)
    form.y.write(to: base)
    form.m.write(to: base + mRange.lowerBound)
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    reflections.pullBack(
      y: DenseMatrix(preparedGradient.slice(yRange), rows: count, columns: dimension),
      m: DenseMatrix(preparedGradient.slice(mRange), rows: count, columns: dimension),
      reflections.form(parameters), to: &gradient)
  }

  // MARK: The map

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    reflected(x, yRange, mRange, pass.parameters)
  }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    reflected(z, mRange, yRange, pass.parameters)
  }

  /// x + BᵀA x: Q for A = Y and B = M, its transpose for A = M and B = Y.
  private func reflected(
    _ x: consuming Tile, _ rangeA: Range<Int>, _ rangeB: Range<Int>, _ parameters: Parameters
  ) -> (value: Transformed, pullback: Pullback) {
    let input = x
    let (A, B) = (matrix(parameters.slice(rangeA)), matrix(parameters.slice(rangeB)))
    var hidden = Tile(features: count, like: input)
    A.multiply(input, into: &hidden)
    var z = input
    B.multiplyTransposed(hidden, into: &z, adding: true)
    return (
      Transformed(z),
      { [hidden] values, _, gradient in
        var cotangent = Tile(features: count, like: values)
        B.multiply(values, into: &cotangent)
        gradient.withSlice(rangeB) { B.addOuterProduct(hidden, values, to: &$0) }
        gradient.withSlice(rangeA) { A.addOuterProduct(cotangent, input, to: &$0) }
        var result = values
        A.multiplyTransposed(cotangent, into: &result, adding: true)
        return result
      }
    )
  }

  private func matrix(_ parameters: Parameters) -> WeightMatrix {
    WeightMatrix(parameters, rows: count, columns: dimension)
  }
}

extension Householder: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    let count = try arguments.number(
      "k", positional: true, default: Double(arguments.dimension), "a whole number from 1 to 4096"
    ) { 1...4_096 ~= $0 && $0 == $0.rounded() }
    return Householder(dimension: arguments.dimension, count: Int(count))
  }
}
