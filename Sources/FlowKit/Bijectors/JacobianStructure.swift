/// What a bijector declares of its Jacobian ∂z/∂x, true for every parameter and every event.
///
/// The expressivity analysis composes these declarations; the laws compare them with numerical Jacobians.
public struct JacobianStructure: Sendable, Equatable {
  /// Which outputs depend on which inputs: `dependencies[i]` lists, ascending, the j with ∂zᵢ/∂xⱼ not identically 0.
  public var dependencies: [[Int]]
  /// Whether the map is x ↦ Ax + b with A and b the same for every event (of one context).
  public var isAffine: Bool
  /// The sign of ∂zᵢ/∂xᵢ where it is the same everywhere (for all i), or nil.
  public var diagonalSigns: [Int]?

  public init(dependencies: [[Int]], isAffine: Bool, diagonalSigns: [Int]? = nil) {
    self.dependencies = dependencies
    self.isAffine = isAffine
    self.diagonalSigns = diagonalSigns
  }

  /// zᵢ depends on xᵢ alone.
  public static func diagonal(_ dimension: Int, isAffine: Bool, signs: [Int]?) -> JacobianStructure {
    JacobianStructure(dependencies: (0..<dimension).map { [$0] }, isAffine: isAffine, diagonalSigns: signs)
  }

  /// zᵢ depends on x₀ … xᵢ.
  public static func lower(_ dimension: Int, isAffine: Bool, signs: [Int]?) -> JacobianStructure {
    JacobianStructure(dependencies: (0..<dimension).map { Array(0...$0) }, isAffine: isAffine, diagonalSigns: signs)
  }

  /// zᵢ depends on xᵢ … x_{D−1}.
  public static func upper(_ dimension: Int, isAffine: Bool, signs: [Int]?) -> JacobianStructure {
    JacobianStructure(
      dependencies: (0..<dimension).map { Array($0..<dimension) }, isAffine: isAffine, diagonalSigns: signs)
  }

  /// zᵢ depends on all of x.
  public static func full(_ dimension: Int, isAffine: Bool) -> JacobianStructure {
    JacobianStructure(dependencies: (0..<dimension).map { _ in Array(0..<dimension) }, isAffine: isAffine)
  }

  /// zᵢ = x at `indices[i]`.
  public static func permutation(_ indices: [Int]) -> JacobianStructure {
    JacobianStructure(
      dependencies: indices.map { [$0] }, isAffine: true,
      diagonalSigns: indices == Array(indices.indices) ? indices.map { _ in 1 } : nil)
  }

  /// The features `conditioning` pass unchanged; each one of `transformed` depends on itself and on all of those.
  public static func coupling(conditioning: [Int], transformed: [Int]) -> JacobianStructure {
    var dependencies = (0..<(conditioning.count + transformed.count)).map { [$0] }
    for feature in transformed { dependencies[feature] = (conditioning + [feature]).sorted() }
    return JacobianStructure(
      dependencies: dependencies, isAffine: false, diagonalSigns: dependencies.map { _ in 1 })
  }

  /// The structure of this map followed by `next`: a dependency is declared wherever a path leads.
  public func followed(by next: JacobianStructure) -> JacobianStructure {
    let composed = next.dependencies.map { middle in
      Array(Set(middle.flatMap { dependencies[$0] })).sorted()
    }
    return JacobianStructure(
      dependencies: composed, isAffine: isAffine && next.isAffine, diagonalSigns: signs(followedBy: next))
  }

  /// The structure of the inverse map. A triangular or diagonal pattern keeps its shape; for others the inverse of the
  /// pattern's connected parts is declared, which is exact for permutations and couplings.
  public var inverted: JacobianStructure {
    if let indices = permutationIndices {
      var back = indices
      for (row, index) in indices.enumerated() { back[index] = row }
      return JacobianStructure(dependencies: back.map { [$0] }, isAffine: isAffine, diagonalSigns: diagonalSigns)
    }
    return JacobianStructure(
      dependencies: reachability, isAffine: isAffine, diagonalSigns: isTriangular ? diagonalSigns : nil)
  }

  private var permutationIndices: [Int]? {
    dependencies.allSatisfy { $0.count == 1 } ? dependencies.map { $0[0] } : nil
  }

  private var isTriangular: Bool {
    dependencies.enumerated().allSatisfy { $1.allSatisfy { [i = $0] in $0 <= i } }
      || dependencies.enumerated().allSatisfy { $1.allSatisfy { [i = $0] in $0 >= i } }
  }

  /// A⁻¹ is a polynomial in A (Cayley–Hamilton), so its pattern is within that of I + A + A² + ….
  private var reachability: [[Int]] {
    dependencies.indices.map { start in
      var seen: Set<Int> = [start]
      var open = [start]
      while let row = open.popLast() {
        for column in dependencies[row] where seen.insert(column).inserted { open.append(column) }
      }
      return seen.sorted()
    }
  }

  private func signs(followedBy next: JacobianStructure) -> [Int]? {
    guard let first = diagonalSigns, let second = next.diagonalSigns else { return nil }
    let keepsDiagonal = (isLower && next.isLower) || (isUpper && next.isUpper)
    return keepsDiagonal ? zip(first, second).map { $0 * $1 } : nil
  }

  private var isLower: Bool {
    dependencies.enumerated().allSatisfy { row, columns in columns.allSatisfy { $0 <= row } }
  }
  private var isUpper: Bool {
    dependencies.enumerated().allSatisfy { row, columns in columns.allSatisfy { $0 >= row } }
  }
}
