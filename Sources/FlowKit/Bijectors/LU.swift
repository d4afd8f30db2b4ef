/// z = L U x + b with L lower triangular of unit diagonal and U upper triangular of diagonal sᵢ exp(ℓᵢ): trainable L, U, ℓ and
/// b; signs s fixed at construction.
///
/// log|det| = Σᵢ ℓᵢ. Starts at L = U = I. The inverse is two substitutions, O(D²) per event; a step computes A = L U once,
/// O(D³). Reaches the matrices whose leading minors have the signs s₀, s₀s₁, …. Source: Kingma & Dhariwal, "Glow" (2018),
/// section 3.2. Layer list: `lu`; signs as in `lower(signs=+-+)`.
public struct LU: FactoredLayer {
  public static let layerName = "lu"
  static let permutes = false
  public let signs: [Int]
  /// The identity.
  let permutation: [Int]
  /// The sign of det A, the same for all θ.
  public var determinantSign: Int { signOfDeterminant }

  private enum CodingKeys: CodingKey { case signs, permutation }

  /// - Parameter signs: +1 or −1 for each diagonal entry of U; all +1 where omitted.
  public init(dimension: Int, signs: [Int]? = nil) {
    (self.signs, permutation) = (DiagonalSigns.checked(signs, dimension: dimension), Array(0..<dimension))
  }

  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    LU(dimension: arguments.dimension, signs: try DiagonalSigns.fromLayerList(&arguments))
  }
}

/// z = P L U x + b with a permutation P, (Py)ᵢ = y at index π(i), fixed at construction, otherwise as `LU`.
///
/// Every invertible matrix is P L U for some P and s, but P and s are not trained: this layer reaches the matrices that `LU`
/// does after the exchange of rows that was drawn. Layer lists: `plu`, which draws P, or `plu(2,0,1)`, which lists
/// π(0), π(1), …; signs as in `lower(signs=+-+)`.
public struct PLU: FactoredLayer {
  public static let layerName = "plu"
  static let permutes = true
  public let signs: [Int]
  /// π.
  public let permutation: [Int]
  /// The sign of det A, the same for all θ.
  public var determinantSign: Int { signOfDeterminant }

  private enum CodingKeys: CodingKey { case signs, permutation }

  /// - Parameters:
  ///   - permutation: π(0), π(1), ….
  ///   - signs: +1 or −1 for each diagonal entry of U; all +1 where omitted.
  public init(_ permutation: [Int], signs: [Int]? = nil) {
    precondition(permutation.sorted() == Array(permutation.indices), "\(permutation) is no permutation")
    (self.signs, self.permutation) = (DiagonalSigns.checked(signs, dimension: permutation.count), permutation)
  }

  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    let signs = try DiagonalSigns.fromLayerList(&arguments)
    return PLU(try arguments.permutation(default: "random").indices, signs: signs)
  }
}

/// What the two share.
protocol FactoredLayer: PreparedAffine, SignedLayer, ListedLayer {
  static var permutes: Bool { get }
  var permutation: [Int] { get }
}

extension FactoredLayer {
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
      Self.permutes
        ? .general(determinant: signOfDeterminant, isAll: false, fixedPermutation: true) : .lowerUpper(signs: signs),
      shift: true)
  }

  /// That of P times the product of s.
  var signOfDeterminant: Int { permutation.permutationSign * signs.reduce(1, *) }

  public var layerList: String {
    Self.layerList(
      (Self.permutes ? permutation.map(String.init) : []) + DiagonalSigns.layerListArguments(signs))
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
      if Self.permutes { x = x.gathering(permutation) }
    } else {
      if Self.permutes { x.scatter(copy x, to: permutation) }
      packed.solveTriangular(lower: true, unitDiagonal: true, in: &x)
      packed.solveTriangular(lower: false, in: &x)
    }
  }
}
