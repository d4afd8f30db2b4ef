/// z = Ax + b with a triangular A of nonzero diagonal sᵢ exp(ℓᵢ): trainable entries beside the diagonal, ℓ and b; signs s
/// fixed at construction.
///
/// log|det| = Σᵢ ℓᵢ. The inverse is a substitution, O(D²) per event. With a standard normal base a lower triangular layer
/// represents every Gaussian (its Cholesky factor). Layer lists: `lower`, `upper`.
public struct Triangular<Side: TriangleSide>: InvertiblyDifferentiable {
  public static var layerName: String { Side.layerName }
  public let signs: [Int]

  /// - Parameter signs: +1 or −1 for each diagonal entry; all +1 where omitted.
  public init(dimension: Int, signs: [Int]? = nil) {
    self.signs = signs ?? Array(repeating: 1, count: dimension)
    precondition(self.signs.count == dimension, "\(self.signs.count) signs for \(dimension) features")
    precondition(self.signs.allSatisfy { abs($0) == 1 }, "signs are +1 or -1, got \(self.signs)")
  }

  public var dimension: Int { signs.count }

  /// `offDiagonal` holds the triangle's entries beside the diagonal, row by row.
  public var parameterShapes: [ParameterShape] {
    [
      ParameterShape("offDiagonal", [dimension * (dimension - 1) / 2]),
      ParameterShape("logDiagonal", [dimension]),
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

  // MARK: Preparation: A as a full matrix, then ℓ and b

  public var preparedCount: Int? { dimension * dimension + 2 * dimension }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    prepared.update(repeating: 0)
    for (index, entry) in offDiagonalPlaces.enumerated() { prepared[entry] = parameters[index] }
    for i in 0..<dimension {
      prepared[i * dimension + i] = Scalar(signs[i]) * Scalar.exp(parameters[tail + i])
    }
    for i in 0..<(2 * dimension) { prepared[dimension * dimension + i] = parameters[tail + i] }
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    for (index, entry) in offDiagonalPlaces.enumerated() { gradient[index] += preparedGradient[entry] }
    for i in 0..<dimension {
      let diagonal = i * dimension + i
      gradient[tail + i] += preparedGradient[diagonal] * prepared[diagonal]
    }
    for i in 0..<(2 * dimension) { gradient[tail + i] += preparedGradient[dimension * dimension + i] }
  }

  private var tail: Int { dimension * (dimension - 1) / 2 }
  private var matrixRange: Range<Int> { 0..<(dimension * dimension) }
  private var logDiagonalRange: Range<Int> { (dimension * dimension)..<(dimension * dimension + dimension) }
  private var biasRange: Range<Int> { (dimension * dimension + dimension)..<(dimension * dimension + 2 * dimension) }

  private var offDiagonalPlaces: some Sequence<Int> {
    (0..<dimension).lazy.flatMap { [dimension] row in
      (Side.isLower ? 0..<row : (row + 1)..<dimension).lazy.map { row * dimension + $0 }
    }
  }

  private func matrix(_ parameters: Parameters) -> WeightMatrix {
    WeightMatrix(parameters.slice(matrixRange), rows: dimension, columns: dimension)
  }

  // MARK: The map

  public func forwardWithPullback(
    _ x: consuming Tile, given context: Tile?, _ parameters: Parameters
  ) -> (value: Transformed, pullback: Pullback) {
    let input = x
    let A = matrix(parameters)
    var z = Tile(features: dimension, like: input)
    A.multiply(input, into: &z)
    z.addBias(parameters.slice(biasRange))
    return (
      Transformed(z, LogDeterminant(constant: parameters.slice(logDiagonalRange).sum)),
      { values, logDeterminant, gradient in
        let total = Scalar(logDeterminant.rowSum(0))
        gradient.withSlice(matrixRange) { A.addOuterProduct(values, input, to: &$0) }
        gradient.withSlice(logDiagonalRange) { $0.add(total) }
        gradient.withSlice(biasRange) { values.addRowSums(to: &$0) }
        var result = Tile(features: dimension, like: values)
        A.multiplyTransposed(values, into: &result)
        return result
      }
    )
  }

  public func inverse(_ z: consuming Tile, given context: Tile?, _ parameters: Parameters) -> Transformed {
    inverseWithPullback(z, given: context, parameters).value
  }

  public func inverseWithPullback(
    _ z: consuming Tile, given context: Tile?, _ parameters: Parameters
  ) -> (value: Transformed, pullback: Pullback) {
    let A = matrix(parameters)
    var x = z
    x.addBias(parameters.slice(biasRange), scaledBy: -1)
    A.solveTriangular(lower: Side.isLower, in: &x)
    return (
      Transformed(x, LogDeterminant(constant: -parameters.slice(logDiagonalRange).sum)),
      { [x] values, logDeterminant, gradient in
        // With v = A⁻ᵀ x̄: z̄ = v, Ā = −v xᵀ, b̄ = −Σ v.
        let total = Scalar(-logDeterminant.rowSum(0))
        var v = values
        A.solveTriangular(lower: Side.isLower, transposed: true, in: &v)
        gradient.withSlice(matrixRange) { A.addOuterProduct(v, x, scaledBy: -1, to: &$0) }
        gradient.withSlice(logDiagonalRange) { $0.add(total) }
        gradient.withSlice(biasRange) { v.addRowSums(to: &$0, scaledBy: -1) }
        return v
      }
    )
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
