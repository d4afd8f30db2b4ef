/// z = P L U x + b with L lower triangular of unit diagonal, U upper triangular of diagonal sᵢ exp(ℓᵢ), and P a permutation,
/// (Py)ᵢ = y at index π(i): trainable L, U, ℓ and b; signs s and P fixed at construction.
///
/// log|det| = Σᵢ ℓᵢ. Starts at L = U = I. The inverse is two substitutions, O(D²) per event; a step computes A = P L U once,
/// O(D³). Every invertible matrix is P L U for some P and s, but P and s are not trained: `lu` reaches the matrices whose
/// leading minors have the signs s₀, s₀s₁, …, and `plu` those after the exchange of rows that was drawn. Source: Kingma &
/// Dhariwal, "Glow" (2018), section 3.2. Layer lists: `lu`; `plu`, which draws P, or `plu(2,0,1)`, which lists π(0), π(1), …; signs
/// as in `lower(signs=+-+)`.
public struct LUFactored<Rows: LURows>: PreparedAffine, SignedLayer {
  public static var layerName: String { Rows.layerName }
  public let signs: [Int]
  /// π; the identity for `lu`.
  public let permutation: [Int]

  private enum CodingKeys: CodingKey { case signs, permutation }

  private init(permutation: [Int], signs: [Int]?) {
    precondition(permutation.sorted() == Array(permutation.indices), "\(permutation) is no permutation")
    self.permutation = permutation
    self.signs = DiagonalSigns.checked(signs, dimension: permutation.count)
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.requireSigns(signs, of: Self.layerName)
    try DescriptionCheck.requirePermutation(permutation, dimension, of: Self.layerName)
  }

  /// `lower` and `upper` hold the entries of L and U beside the diagonal, row by row.
  public var parameterShapes: [ParameterShape] {
    [
      ParameterShape("lower", [lower.count]), ParameterShape("upper", [upper.count]),
      ParameterShape("logDiagonal", [dimension]), ParameterShape("bias", [dimension]),
    ]
  }

  public var structure: JacobianStructure { .full(dimension, isAffine: true) }
  public var traits: LayerTraits {
    .affine(
      Rows.permutes
        ? .general(determinant: determinantSign, isAll: false, fixedPermutation: true) : .lowerUpper(signs: signs),
      shift: true)
  }

  /// The sign of det A, the same for all θ: that of P times the product of s.
  public var determinantSign: Int { permutation.permutationSign * signs.reduce(1, *) }

  public var layerList: String {
    Self.layerList(
      (Rows.permutes ? permutation.map(String.init) : []) + DiagonalSigns.layerListArguments(signs))
  }

  private var lower: Triangle { Triangle(dimension: dimension, isLower: true) }
  private var upper: Triangle { Triangle(dimension: dimension, isLower: false) }
  private var lowerEntries: Range<Int> { 0..<lower.count }
  private var upperEntries: Range<Int> { lower.count..<(2 * lower.count) }
  private var logarithms: Range<Int> { (2 * lower.count)..<(2 * lower.count + dimension) }

  // MARK: The matrix; its factors are L below and U above one diagonal

  public var factorCount: Int { dimension * dimension }

  public func prepareMatrix(
    _ parameters: Parameters, matrix: UnsafeMutablePointer<Scalar>, factors: UnsafeMutablePointer<Scalar>
  ) {
    lower.write(parameters.slice(lowerEntries), into: factors)
    upper.write(parameters.slice(upperEntries), into: factors)
    SignedDiagonal(signs: signs).write(parameters.slice(logarithms), into: factors)
    let (L, U) = unpacked { Double(factors[$0]) }
    let product = L * U
    DenseMatrix(rows: dimension, columns: dimension) { product[permutation[$0], $1] }.write(to: matrix)
  }

  /// With G = PᵀĀ: L̄ = G Uᵀ and Ū = LᵀG where they have entries.
  public func pullBackMatrix(
    _ matrixGradient: Parameters, _ parameters: Parameters, matrix: Parameters, factors: Parameters,
    to gradient: inout Gradient
  ) {
    let (L, U) = unpacked { Double(factors[$0]) }
    var G = DenseMatrix(rows: dimension, columns: dimension) { _, _ in 0 }
    for (row, index) in permutation.enumerated() {
      for column in 0..<dimension { G[index, column] = Double(matrixGradient[row * dimension + column]) }
    }
    let (ofL, ofU) = (G * U.transposed, L.transposed * G)
    let packed = Parameters(
      (0..<(dimension * dimension)).map { place in
        let (row, column) = (place / dimension, place % dimension)
        return Scalar(row > column ? ofL[row, column] : ofU[row, column])
      })
    gradient.withSlice(lowerEntries) { lower.addGradient(packed, to: &$0) }
    gradient.withSlice(upperEntries) { upper.addGradient(packed, to: &$0) }
    gradient.withSlice(logarithms) { SignedDiagonal(signs: signs).addGradient(packed, of: factors, to: &$0) }
  }

  private func unpacked(_ factor: (Int) -> Double) -> (L: DenseMatrix, U: DenseMatrix) {
    (
      DenseMatrix(rows: dimension, columns: dimension) { $0 > $1 ? factor($0 * dimension + $1) : $0 == $1 ? 1 : 0 },
      DenseMatrix(rows: dimension, columns: dimension) { $0 <= $1 ? factor($0 * dimension + $1) : 0 }
    )
  }

  public func solve(matrix: WeightMatrix, factors: Parameters, transposed: Bool, in x: inout Tile) {
    let packed = WeightMatrix(factors, rows: dimension, columns: dimension)
    if transposed {
      packed.solveTriangular(lower: false, transposed: true, in: &x)
      packed.solveTriangular(lower: true, transposed: true, unitDiagonal: true, in: &x)
      if Rows.permutes { x = x.gathering(permutation) }
    } else {
      if Rows.permutes { x.scatter(copy x, to: permutation) }
      packed.solveTriangular(lower: true, unitDiagonal: true, in: &x)
      packed.solveTriangular(lower: false, in: &x)
    }
  }
}

/// Whether an `LUFactored` layer exchanges rows.
public protocol LURows {
  static var layerName: String { get }
  static var permutes: Bool { get }
}

public enum RowsInPlace: LURows {
  public static let layerName = "lu"
  public static let permutes = false
}

public enum PermutedRows: LURows {
  public static let layerName = "plu"
  public static let permutes = true
}

/// z = L U x + b, layer list `lu`.
public typealias LU = LUFactored<RowsInPlace>
/// z = P L U x + b, layer list `plu`.
public typealias PLU = LUFactored<PermutedRows>

extension LU {
  /// - Parameter signs: +1 or −1 for each diagonal entry of U; all +1 where omitted.
  public init(dimension: Int, signs: [Int]? = nil) {
    self.init(permutation: Array(0..<dimension), signs: signs)
  }
}

extension PLU {
  /// - Parameters:
  ///   - permutation: π(0), π(1), ….
  ///   - signs: +1 or −1 for each diagonal entry of U; all +1 where omitted.
  public init(_ permutation: [Int], signs: [Int]? = nil) {
    self.init(permutation: permutation, signs: signs)
  }
}

extension LUFactored: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    let signs = try DiagonalSigns.fromLayerList(&arguments)
    let permutation =
      Rows.permutes ? try arguments.permutation(default: "random").indices : Array(0..<arguments.dimension)
    return LUFactored(permutation: permutation, signs: signs)
  }
}
