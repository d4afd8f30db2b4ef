import FlowKit
import Testing

/// Against plain loops over lists of lists.
@Suite struct BooleanMatrixTests {
  private func random(_ size: Int, density: Double, seed: UInt64) -> BooleanMatrix {
    var stream = RandomStream(seed: seed, purpose: .samples)
    var matrix = BooleanMatrix(size: size)
    for i in 0..<size { for j in 0..<size where stream.uniform() < density { matrix[i, j] = true } }
    return matrix
  }

  private func product(_ next: BooleanMatrix, _ first: BooleanMatrix) -> BooleanMatrix {
    var result = BooleanMatrix(size: first.size)
    for i in 0..<first.size {
      for j in 0..<first.size where (0..<first.size).contains(where: { next[i, $0] && first[$0, j] }) {
        result[i, j] = true
      }
    }
    return result
  }

  @Test(arguments: [1, 2, 5, 63, 64, 65, 130], [0.02, 0.1, 0.6])
  func productsAreThoseOfLoops(_ size: Int, _ density: Double) {
    let (first, next) = (random(size, density: density, seed: 1), random(size, density: density, seed: 2))
    #expect(first.followed(by: next) == product(next, first))
    let (lower, upper) = (
      JacobianStructure.lower(size, isAffine: true, signs: nil).pattern,
      JacobianStructure.upper(size, isAffine: true, signs: nil).pattern
    )
    for triangle in [lower, upper] {
      #expect(first.followed(by: triangle) == product(triangle, first))
      #expect(triangle.followed(by: triangle) == triangle)
    }
  }

  @Test func closuresFollowPaths() {
    // 0 → 1 → 2, 3 ⇄ 4.
    let matrix = BooleanMatrix(rows: [[], [0], [1], [4], [3]])
    #expect(matrix.transitiveClosure == BooleanMatrix(rows: [[0], [0, 1], [0, 1, 2], [3, 4], [3, 4]]))
  }

  @Test func triangularOrdersAreFoundForOutputsInAnyPlace() {
    #expect(BooleanMatrix(rows: [[0, 1, 2], [1], [1, 2]]).triangularOrder == [1, 2, 0])
    #expect(BooleanMatrix(rows: [[1, 2], [0, 1, 2], [2]]).triangularOrder == [2, 1, 0])
    #expect(BooleanMatrix(rows: [[0, 1], [0, 1]]).triangularOrder == nil)
    #expect(BooleanMatrix(rows: [[0], [0, 1, 2], [0, 1, 2]]).triangularOrder == nil)
  }

  /// The inverse of a generic matrix of a pattern, by Gauss–Jordan elimination with pivots.
  @Test(arguments: 0..<40)
  func inversesHaveThePatternOfGenericMatrices(_ seed: UInt64) throws {
    let size = 5
    var stream = RandomStream(seed: seed, purpose: .parameters)
    var pattern = random(size, density: 0.25, seed: seed)
    for (row, column) in stream.permutation(of: size).enumerated() { pattern[row, column] = true }
    var a = (0..<size).map { i in
      (0..<(2 * size)).map { j in
        j >= size ? (j - size == i ? 1.0 : 0) : pattern[i, j] ? 0.5 + stream.uniform() : 0
      }
    }
    for k in 0..<size {
      let pivot = (k..<size).max { abs(a[$0][k]) < abs(a[$1][k]) }!
      a.swapAt(k, pivot)
      let scale = a[k][k]
      try #require(abs(scale) > 1e-12)
      for j in 0..<(2 * size) { a[k][j] /= scale }
      for i in 0..<size where i != k {
        let factor = a[i][k]
        for j in 0..<(2 * size) { a[i][j] -= factor * a[k][j] }
      }
    }
    let expected = BooleanMatrix(
      rows: (0..<size).map { i in (0..<size).filter { abs(a[i][size + $0]) > 1e-9 } })
    #expect(pattern.inverted == expected)
  }
}
