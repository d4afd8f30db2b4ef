internal import CFlowKernels

/// The matrix with orthonormal columns (rows, where these are fewer) that is nearest to W, by the iteration
///
///     W ← 3/2 W − 1/2 W WᵀW
///
/// (Björck & Bowie, "An iterative algorithm for computing the best estimate of an orthogonal matrix", SIAM J. Numer. Anal. 8, 1971).
///
/// It moves each singular value by σ ← 3/2 σ − 1/2 σ³, which leads (0, 1] to 1 from below. W is scaled into that range first, by
/// σ² ≤ max Σⱼ |(WᵀW)ᵢⱼ|, an equality where columns are orthonormal. So the result has a norm of at most 1 for every W and any number
/// of iterations, up to rounding in Double.
struct Orthonormalization {
  private let isWide: Bool
  private let rows: Int
  private let columns: Int
  private let scale: Double
  /// W before each iteration, the longer side first.
  private var iterates: [[Double]] = []
  private var last: [Double]

  /// Where singular values of 10⁻⁵ of the largest still reach 1.
  private static let most = 40
  /// The largest |WᵀW − 1|ᵢⱼ before the last step, which squares it.
  private static let tolerance = 1e-9

  /// - Parameter matrix: row-major.
  init(_ matrix: [Double], rows: Int, columns: Int) {
    isWide = columns > rows
    (self.rows, self.columns) = (max(rows, columns), min(rows, columns))
    let size = self.columns
    last = isWide ? Self.transposed(matrix, rows: rows, columns: columns) : matrix
    var gram = Self.gram(last, self.rows, size)
    let bound = (0..<size).reduce(0.0) { max($0, gram[($1 * size)..<(($1 + 1) * size)].reduce(0) { $0 + abs($1) }) }
    scale = bound > 0 ? 1 / bound.squareRoot() : 1
    for index in last.indices { last[index] *= scale }
    for index in gram.indices { gram[index] *= scale * scale }
    // One step more than the result needs: only a step from where W is orthonormal takes from a cotangent what would stretch it.
    var isLast = false
    while iterates.count < Self.most, !isLast {
      isLast = Self.isIdentity(gram, size)
      iterates.append(last)
      last = Self.product(last, Self.factor(gram, size), self.rows, size)
      if !isLast { gram = Self.gram(last, self.rows, size) }
    }
  }

  /// Row-major, in the shape of W.
  var result: [Double] { isWide ? Self.transposed(last, rows: rows, columns: columns) : last }

  /// ∂L/∂W for the cotangent of `result`: back through the iterations,
  /// W̄ ← 3/2 W̄ − 1/2 (W̄ WᵀW + W (W̄ᵀW + WᵀW̄)). The scale has no part in it: the result does not depend on it.
  func pullBack(_ cotangent: [Double]) -> [Double] {
    var δ = isWide ? Self.transposed(cotangent, rows: columns, columns: rows) : cotangent
    for w in iterates.reversed() {
      let inner = Products.inDouble(w, transposed: true, δ, rows: columns, inner: rows, columns: columns)
      var sum = inner
      for i in 0..<columns { for j in 0..<columns { sum[i * columns + j] += inner[j * columns + i] } }
      δ = Self.product(δ, Self.factor(Self.gram(w, rows, columns), columns), rows, columns)
      flowkit_axpy(-0.5, Self.product(w, sum, rows, columns), &δ, δ.count)
    }
    for index in δ.indices { δ[index] *= scale }
    return isWide ? Self.transposed(δ, rows: rows, columns: columns) : δ
  }

  private static func gram(_ w: [Double], _ rows: Int, _ columns: Int) -> [Double] {
    Products.inDouble(w, transposed: true, w, rows: columns, inner: rows, columns: columns)
  }

  private static func product(_ a: [Double], _ b: [Double], _ rows: Int, _ columns: Int) -> [Double] {
    Products.inDouble(a, b, rows: rows, inner: columns, columns: columns)
  }

  /// 3/2 − 1/2 WᵀW.
  private static func factor(_ gram: [Double], _ size: Int) -> [Double] {
    var factor = gram.map { -0.5 * $0 }
    for i in 0..<size { factor[i * size + i] += 1.5 }
    return factor
  }

  private static func isIdentity(_ gram: [Double], _ size: Int) -> Bool {
    for i in 0..<size {
      for j in 0..<size where !(abs(gram[i * size + j] - (i == j ? 1 : 0)) <= tolerance) { return false }
    }
    return true
  }

  private static func transposed(_ matrix: [Double], rows: Int, columns: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: matrix.count) { result, count in
      for row in 0..<rows {
        for column in 0..<columns { result[column * rows + row] = matrix[row * columns + column] }
      }
      count = matrix.count
    }
  }
}
