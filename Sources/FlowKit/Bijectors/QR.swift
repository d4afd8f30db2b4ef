/// z = Q R x + b with Q a product of k Householder reflections and R upper triangular of diagonal sᵢ exp(ℓᵢ): trainable
/// reflections, R, ℓ and b; the signs s and the sign of the determinant fixed at construction.
///
/// log|det| = Σᵢ ℓᵢ. k is the smallest number from D on with (−1)ᵏ Πs the declared sign of the determinant: then every
/// invertible matrix of that sign is reached, for any s. Without data it starts at the reflections in equal pairs along drawn
/// directions, where Q = I (for odd k, one reflection) and R = diag(s); the gradient parts the pairs. From data: at a drawn Q, and R
/// and b that give what arrives there mean 0 and covariance I, so that a stack of `[qr,smooth-leaky-relu]` begins with its kinks amid
/// the events, in all directions. The inverse is Qᵀ and a substitution, O(D²) per event; a step computes A = Q R once, O(D³).
/// Source: Hoogeboom, van den Berg & Welling, "Emerging convolutions for generative normalizing flows" (2019). Layer lists: `qr`,
/// `qr(determinant=-1)`; signs as in `lower(signs=+-+)`.
public struct QR: PreparedAffine, SignedLayer {
  public static let layerName = "qr"
  public let signs: [Int]
  /// The sign of det A, the same for all θ.
  public let determinantSign: Int

  private enum CodingKeys: CodingKey { case signs, determinantSign }

  /// - Parameters:
  ///   - determinantSign: +1 or −1.
  ///   - signs: +1 or −1 for each diagonal entry of R; all +1 where omitted.
  public init(dimension: Int, determinantSign: Int = 1, signs: [Int]? = nil) {
    precondition(abs(determinantSign) == 1, "the determinant's sign is +1 or -1, got \(determinantSign)")
    self.signs = DiagonalSigns.checked(signs, dimension: dimension)
    self.determinantSign = determinantSign
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.requireSigns(signs + [determinantSign], of: Self.layerName)
  }

  /// `vectors` are those of the reflections; `upper` holds the entries of R beside the diagonal, row by row.
  public var parameterShapes: [ParameterShape] {
    [
      ParameterShape("vectors", [reflections.count, dimension]), ParameterShape("upper", [triangle.count]),
      ParameterShape("logDiagonal", [dimension]), ParameterShape("bias", [dimension]),
    ]
  }

  public var structure: JacobianStructure { .full(dimension, isAffine: true) }
  public var traits: LayerTraits { .affine(.general(determinant: determinantSign, isAll: true), shift: true) }

  public var layerList: String {
    Self.layerList((determinantSign < 0 ? ["determinant=-1"] : []) + DiagonalSigns.layerListArguments(signs))
  }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    let drawn = reflections.initialVectors(using: &random)
    let others = [Scalar](repeating: 0, count: triangle.count + 2 * dimension)
    return drawn.indices.map { drawn[$0 / (2 * dimension) * dimension + $0 % dimension] } + others
  }

  public func initialParameters(
    for sample: Tile, given context: Tile?, using random: inout RandomStream
  ) -> [Scalar] {
    guard let (mean, whitening) = Self.whitening(sample) else { return initialParameters(using: &random) }
    let drawn = reflections.initialVectors(using: &random)
    let R = DenseMatrix(rows: dimension, columns: dimension) { Double(signs[$0]) * whitening[$0, $1] }
    let bias =
      reflections.form(Parameters(drawn)).dense * R * DenseMatrix(rows: dimension, columns: 1) { row, _ in -mean[row] }
    let logarithms = (0..<dimension).map { Scalar(Double.log(whitening[$0, $0])) }
    return drawn + triangle.entries(of: R) + logarithms + bias.values.map { Scalar($0) }
  }

  /// The means μ of a sample, and the upper triangle U of positive diagonal for which U (x − μ) has covariance I; nil where a feature
  /// depends on those after it.
  private static func whitening(_ sample: Tile) -> (mean: [Double], matrix: DenseMatrix)? {
    let rows = (0..<sample.features).map { feature in sample.withRow(feature) { $0.map { Double($0) } } }
    let count = Double(sample.width)
    let mean = rows.map { $0.reduce(0, +) / count }
    let deviations = zip(rows, mean).map { row, mean in row.map { $0 - mean } }
    // The covariance is V Vᵀ with V upper triangular: Cholesky, from the last feature on.
    var transposed = DenseMatrix(rows: sample.features, columns: sample.features) { _, _ in 0 }
    for column in rows.indices.reversed() {
      for row in (0...column).reversed() {
        let covariance = zip(deviations[row], deviations[column]).reduce(0) { $0 + $1.0 * $1.1 } / count
        let rest = ((column + 1)..<rows.count).reduce(covariance) {
          $0 - transposed[$1, row] * transposed[$1, column]
        }
        if row == column {
          guard rest > 1e-6 * covariance, rest.isFinite else { return nil }
          transposed[column, column] = rest.squareRoot()
        } else {
          transposed[column, row] = rest / transposed[column, column]
        }
      }
    }
    var inverse = DenseMatrix.identity(sample.features)
    inverse.solveLower(transposed, transposed: true)
    return (mean, inverse)
  }

  private var reflections: Reflections {
    let signOfD = signs.reduce(dimension % 2 == 0 ? 1 : -1, *)
    return Reflections(count: signOfD == determinantSign ? dimension : dimension + 1, dimension: dimension)
  }
  private var triangle: Triangle { Triangle(dimension: dimension, isLower: false) }
  private var vectors: Range<Int> { 0..<(reflections.count * dimension) }
  private var entries: Range<Int> { vectors.upperBound..<(vectors.upperBound + triangle.count) }
  private var logarithms: Range<Int> { entries.upperBound..<(entries.upperBound + dimension) }

  // MARK: The matrix; its factors are Q, then R

  public var factorCount: Int { 2 * dimension * dimension }

  public func prepareMatrix(
    _ parameters: Parameters, matrix: UnsafeMutablePointer<Scalar>, factors: UnsafeMutablePointer<Scalar>
  ) {
    let Q = reflections.form(parameters.slice(vectors)).dense
    let upper = factors + dimension * dimension
    Q.write(to: factors)
    triangle.write(parameters.slice(entries), into: upper)
    SignedDiagonal(signs: signs).write(parameters.slice(logarithms), into: upper)
    let R = DenseMatrix(rows: dimension, columns: dimension) { Double(upper[$0 * dimension + $1]) }
    (Q * R).write(to: matrix)
  }

  /// Q̄ = Ā Rᵀ, and R̄ = QᵀĀ where it has entries.
  public func pullBackMatrix(
    _ matrixGradient: Parameters, _ parameters: Parameters, matrix: Parameters, factors: Parameters,
    to gradient: inout Gradient
  ) {
    let Ā = DenseMatrix(matrixGradient, rows: dimension, columns: dimension)
    let upper = factors.slice((dimension * dimension)..<(2 * dimension * dimension))
    let R = DenseMatrix(upper, rows: dimension, columns: dimension)
    let form = reflections.form(parameters.slice(vectors))
    gradient.withSlice(vectors) { reflections.pullBack(columns: Ā * R.transposed, form, to: &$0) }
    let ofR = Parameters((form.dense.transposed * Ā).values.map { Scalar($0) })
    gradient.withSlice(entries) { triangle.addGradient(ofR, to: &$0) }
    gradient.withSlice(logarithms) { SignedDiagonal(signs: signs).addGradient(ofR, of: upper, to: &$0) }
  }

  /// A⁻¹ = R⁻¹Qᵀ and A⁻ᵀ = Q R⁻ᵀ.
  public func solve(matrix: WeightMatrix, factors: Parameters, transposed: Bool, in x: inout Tile) {
    let Q = WeightMatrix(factors.slice(0..<(dimension * dimension)), rows: dimension, columns: dimension)
    let R = WeightMatrix(factors, offset: dimension * dimension, rows: dimension, columns: dimension)
    var result = Tile(features: dimension, like: x)
    if transposed {
      R.solveTriangular(lower: false, transposed: true, in: &x)
      Q.multiply(x, into: &result)
    } else {
      Q.multiplyTransposed(x, into: &result)
      R.solveTriangular(lower: false, in: &result)
    }
    x = result
  }
}

extension QR: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    let determinant = try arguments.number("determinant", default: 1, "1 or -1") { abs($0) == 1 }
    return QR(
      dimension: arguments.dimension, determinantSign: Int(determinant),
      signs: try DiagonalSigns.fromLayerList(&arguments))
  }
}
