/// z = Lx + b with a lower triangular L of nonzero diagonal sᵢ exp(ℓᵢ): trainable entries beside the diagonal, ℓ and b; signs s
/// fixed at construction.
///
/// log|det| = Σᵢ ℓᵢ. The inverse is a substitution, O(D²) per event. With a standard normal base this layer represents every
/// Gaussian (its Cholesky factor). Layer list: `lower`; with negative diagonal entries `lower(signs=+-+)`, or
/// `lower(signs=random)`, which draws them.
public struct LowerTriangular: TriangularLayer {
  public static let layerName = "lower"
  static let isLower = true
  public let signs: [Int]

  private enum CodingKeys: CodingKey { case signs }

  /// - Parameter signs: +1 or −1 for each diagonal entry; all +1 where omitted.
  public init(dimension: Int, signs: [Int]? = nil) {
    self.signs = DiagonalSigns.checked(signs, dimension: dimension)
  }
}

/// z = Ux + b with an upper triangular U, otherwise as `LowerTriangular`. Layer list: `upper`, `upper(signs=+-+)`.
public struct UpperTriangular: TriangularLayer {
  public static let layerName = "upper"
  static let isLower = false
  public let signs: [Int]

  private enum CodingKeys: CodingKey { case signs }

  /// - Parameter signs: +1 or −1 for each diagonal entry; all +1 where omitted.
  public init(dimension: Int, signs: [Int]? = nil) {
    self.signs = DiagonalSigns.checked(signs, dimension: dimension)
  }
}

/// What the two share.
protocol TriangularLayer: PreparedAffine, SignedLayer, ListedLayer {
  static var isLower: Bool { get }
  init(dimension: Int, signs: [Int]?)
}

extension TriangularLayer {
  /// `offDiagonal` holds the triangle's entries beside the diagonal, row by row.
  public var parameterShapes: [ParameterShape] {
    [
      ParameterShape("offDiagonal", [triangle.count]), ParameterShape("logDiagonal", [dimension]),
      ParameterShape("bias", [dimension]),
    ]
  }

  public var weightCount: Int { dimension * (dimension + 1) / 2 }

  public var structure: JacobianStructure {
    Self.isLower
      ? .lower(dimension, isAffine: true, signs: signs) : .upper(dimension, isAffine: true, signs: signs)
  }

  public var traits: LayerTraits {
    .affine(Self.isLower ? .lower(signs: signs) : .upper(signs: signs), shift: true)
  }

  public var layerList: String { Self.layerList(DiagonalSigns.layerListArguments(signs)) }

  private var triangle: Triangle { Triangle(dimension: dimension, isLower: Self.isLower) }
  private var entries: Range<Int> { 0..<triangle.count }
  private var logarithms: Range<Int> { triangle.count..<(triangle.count + dimension) }

  // MARK: The matrix

  public var factorCount: Int { 0 }

  public func prepareMatrix(
    _ parameters: Parameters, matrix: UnsafeMutablePointer<Scalar>, factors: UnsafeMutablePointer<Scalar>
  ) {
    triangle.write(parameters.slice(entries), into: matrix)
    SignedDiagonal(signs: signs).write(parameters.slice(logarithms), into: matrix)
  }

  public func pullBackMatrix(
    _ matrixGradient: Parameters, _ parameters: Parameters, matrix: Parameters, factors: Parameters,
    to gradient: inout Gradient
  ) {
    gradient.withSlice(entries) { triangle.addGradient(matrixGradient, to: &$0) }
    gradient.withSlice(logarithms) {
      SignedDiagonal(signs: signs).addGradient(matrixGradient, of: matrix, to: &$0)
    }
  }

  public func solve(matrix: WeightMatrix, factors: Parameters, transposed: Bool, in x: inout Tile) {
    matrix.solveTriangular(lower: Self.isLower, transposed: transposed, in: &x)
  }

  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    Self(dimension: arguments.dimension, signs: try DiagonalSigns.fromLayerList(&arguments))
  }
}
