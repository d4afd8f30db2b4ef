/// What a bijector declares of its Jacobian ∂z/∂x, true for every parameter and every event.
///
/// The expressivity analysis composes these declarations; the laws compare them with numerical Jacobians.
public struct JacobianStructure: Sendable, Equatable {
  /// Which outputs depend on which inputs: entry (i, j) says that ∂zᵢ/∂xⱼ is not identically 0.
  public var pattern: BooleanMatrix
  /// Whether the map is x ↦ Ax + b with A and b the same for every event (of one context).
  public var isAffine: Bool
  /// The sign of ∂zᵢ/∂xᵢ where it is the same everywhere (for all i), or nil.
  public var diagonalSigns: [Int]?

  public init(pattern: BooleanMatrix, isAffine: Bool, diagonalSigns: [Int]? = nil) {
    self.pattern = pattern
    self.isAffine = isAffine
    self.diagonalSigns = diagonalSigns
  }

  /// With the pattern as a list of inputs for each output.
  public init(dependencies: [[Int]], isAffine: Bool, diagonalSigns: [Int]? = nil) {
    self.init(pattern: BooleanMatrix(rows: dependencies), isAffine: isAffine, diagonalSigns: diagonalSigns)
  }

  /// The pattern as lists: `dependencies[i]` holds, ascending, the inputs that output i depends on.
  public var dependencies: [[Int]] {
    get { (0..<pattern.size).map { pattern.columns(ofRow: $0) } }
    set { pattern = BooleanMatrix(rows: newValue) }
  }

  /// zᵢ depends on xᵢ alone.
  public static func diagonal(_ dimension: Int, isAffine: Bool, signs: [Int]?) -> JacobianStructure {
    JacobianStructure(pattern: .identity(dimension), isAffine: isAffine, diagonalSigns: signs)
  }

  /// zᵢ depends on x₀ … xᵢ.
  public static func lower(_ dimension: Int, isAffine: Bool, signs: [Int]?) -> JacobianStructure {
    JacobianStructure(pattern: .intervals(dimension) { 0..<($0 + 1) }, isAffine: isAffine, diagonalSigns: signs)
  }

  /// zᵢ depends on xᵢ … x_{D−1}.
  public static func upper(_ dimension: Int, isAffine: Bool, signs: [Int]?) -> JacobianStructure {
    JacobianStructure(pattern: .intervals(dimension) { $0..<dimension }, isAffine: isAffine, diagonalSigns: signs)
  }

  /// zᵢ depends on all of x.
  public static func full(_ dimension: Int, isAffine: Bool) -> JacobianStructure {
    JacobianStructure(pattern: .intervals(dimension) { _ in 0..<dimension }, isAffine: isAffine)
  }

  /// zᵢ = x at `indices[i]`.
  public static func permutation(_ indices: [Int]) -> JacobianStructure {
    JacobianStructure(
      pattern: .permutation(indices), isAffine: true,
      diagonalSigns: indices == Array(indices.indices) ? indices.map { _ in 1 } : nil)
  }

  /// The features `conditioning` pass unchanged; each one of `transformed` depends on itself and on all of those.
  public static func coupling(conditioning: [Int], transformed: [Int]) -> JacobianStructure {
    let dimension = conditioning.count + transformed.count
    var pattern = BooleanMatrix.identity(dimension)
    if let first = transformed.first {
      for source in conditioning { pattern[first, source] = true }
      let row = pattern
      for feature in transformed.dropFirst() {
        pattern.formUnion(row: feature, with: first, of: row)
        pattern[feature, first] = false
      }
    }
    return JacobianStructure(
      pattern: pattern, isAffine: false, diagonalSigns: Array(repeating: 1, count: dimension))
  }

  /// The structure of this map followed by `next`: a dependency is declared wherever a path leads.
  public func followed(by next: JacobianStructure) -> JacobianStructure {
    JacobianStructure(
      pattern: pattern.followed(by: next.pattern), isAffine: isAffine && next.isAffine,
      diagonalSigns: signs(followedBy: next))
  }

  /// The structure of the inverse map: exact where the entries of the Jacobian are free of each other.
  public var inverted: JacobianStructure {
    JacobianStructure(
      pattern: pattern.inverted, isAffine: isAffine,
      diagonalSigns: pattern.isTriangularOnItsDiagonal ? diagonalSigns : nil)
  }

  private func signs(followedBy next: JacobianStructure) -> [Int]? {
    guard let first = diagonalSigns, let second = next.diagonalSigns else { return nil }
    var both = pattern
    both.formUnion(next.pattern)
    return both.isTriangularOnItsDiagonal ? zip(first, second).map { $0 * $1 } : nil
  }
}

extension BooleanMatrix {
  /// Whether one order of the features makes the matrix lower triangular with its own diagonal.
  fileprivate var isTriangularOnItsDiagonal: Bool {
    // A triangular order of a pattern with a full diagonal resolves each row by its own column.
    (0..<size).allSatisfy { self[$0, $0] } && triangularOrder != nil
  }
}
