/// z = Ax + b with a triangular A of nonzero diagonal sᵢ exp(ℓᵢ): trainable entries beside the diagonal, ℓ and b; signs s
/// fixed at construction.
///
/// log|det| = Σᵢ ℓᵢ. The inverse is a substitution, O(D²) per event. With a standard normal base a lower triangular layer
/// represents every Gaussian (its Cholesky factor). Layer lists: `lower`, `upper`; with negative diagonal entries
/// `lower(signs=+-+)`, or `lower(signs=random)`, which draws them.
public struct Triangular<Side: TriangleSide>: PreparedAffine, SignedLayer {
  public static var layerName: String { Side.layerName }
  public let signs: [Int]

  private enum CodingKeys: CodingKey { case signs }

  /// - Parameter signs: +1 or −1 for each diagonal entry; all +1 where omitted.
  public init(dimension: Int, signs: [Int]? = nil) {
    self.signs = DiagonalSigns.checked(signs, dimension: dimension)
  }

  /// `offDiagonal` holds the triangle's entries beside the diagonal, row by row.
  public var parameterShapes: [ParameterShape] {
    [
      ParameterShape("offDiagonal", [triangle.count]), ParameterShape("logDiagonal", [dimension]),
      ParameterShape("bias", [dimension]),
    ]
  }

  public var weightCount: Int { dimension * (dimension + 1) / 2 }

  public var structure: JacobianStructure {
    Side.isLower
      ? .lower(dimension, isAffine: true, signs: signs) : .upper(dimension, isAffine: true, signs: signs)
  }

  public var traits: LayerTraits {
    .affine(Side.isLower ? .lower(signs: signs) : .upper(signs: signs), shift: true)
  }

  public var layerList: String { Self.layerList(DiagonalSigns.layerListArguments(signs)) }

  private var triangle: Triangle { Triangle(dimension: dimension, isLower: Side.isLower) }
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
    matrix.solveTriangular(lower: Side.isLower, transposed: transposed, in: &x)
  }
}

extension Triangular: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    Triangular(dimension: arguments.dimension, signs: try DiagonalSigns.fromLayerList(&arguments))
  }
}

/// Which triangle of the matrix a `Triangular` layer fills.
public protocol TriangleSide {
  static var layerName: String { get }
  static var isLower: Bool { get }
}

public enum LowerSide: TriangleSide {
  public static let layerName = "lower"
  public static let isLower = true
}

public enum UpperSide: TriangleSide {
  public static let layerName = "upper"
  public static let isLower = false
}

/// z = Lx + b, layer list `lower`.
public typealias LowerTriangular = Triangular<LowerSide>
/// z = Ux + b, layer list `upper`.
public typealias UpperTriangular = Triangular<UpperSide>
