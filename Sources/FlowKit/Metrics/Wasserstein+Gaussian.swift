// The one multivariate case in which transport has a closed form.

extension Wasserstein {
  /// W₂² of two normal distributions (Bures; Dowson & Landau 1982): |m₁ − m₂|² + tr(S₁ + S₂ − 2 (S₁^½ S₂ S₁^½)^½).
  ///
  /// - Parameters: D means and a D × D covariance each, row-major, positive semidefinite.
  /// - Throws: where sizes do not fit, or a covariance is not symmetric or has a negative variance.
  public static func gaussianCost(
    mean: [Double], covariance: [Double], otherMean: [Double], otherCovariance: [Double]
  ) throws(FlowError) -> Double {
    let size = mean.count
    guard size > 0, otherMean.count == size, covariance.count == size * size, otherCovariance.count == size * size
    else {
      throw FlowError(.data, "two normal distributions have as many means, and a covariance of each with each")
    }
    let (first, second) = (matrix(covariance, size), matrix(otherCovariance, size))
    let factor = try lowerFactor(first)
    _ = try lowerFactor(second)
    // With S₁ = L Lᵀ the eigenvalues of Lᵀ S₂ L are those of S₁^½ S₂ S₁^½.
    let product = factor.transposed * second * factor
    let roots = product.symmetricEigenvalues().reduce(0) { $0 + max(0, $1).squareRoot() }
    let shift = zip(mean, otherMean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let traces = (0..<size).reduce(0) { $0 + first[$1, $1] + second[$1, $1] }
    return max(0, shift + traces - 2 * roots)
  }

  /// The same of the normal distributions with the moments of two clouds: a Fréchet distance, squared. It sees means and
  /// covariances only, and sampling raises it.
  public static func gaussianCost(_ x: PointCloud, _ y: PointCloud) throws(FlowError) -> Double {
    try x.checkDimension(of: y)
    return try gaussianCost(
      mean: x.mean, covariance: x.covariance, otherMean: y.mean, otherCovariance: y.covariance)
  }

  private static func matrix(_ values: [Double], _ size: Int) -> DenseMatrix {
    DenseMatrix(rows: size, columns: size) { values[$0 * size + $1] }
  }

  /// L with S = L Lᵀ (Cholesky); a variance that others explain leaves a column of zeros.
  private static func lowerFactor(_ matrix: DenseMatrix) throws(FlowError) -> DenseMatrix {
    let size = matrix.rows
    let scale = (0..<size).reduce(0) { max($0, abs(matrix[$1, $1])) }
    var factor = DenseMatrix(rows: size, columns: size) { _, _ in 0 }
    for column in 0..<size {
      for row in column..<size {
        guard abs(matrix[row, column] - matrix[column, row]) <= 1e-12 * scale else {
          throw FlowError(.data, "a covariance is not symmetric: \(matrix[row, column]), \(matrix[column, row])")
        }
      }
      let pivot = (0..<column).reduce(matrix[column, column]) { $0 - factor[column, $1] * factor[column, $1] }
      guard pivot >= -1e-12 * scale else {
        throw FlowError(.data, "a covariance has a negative variance, \(pivot), in row \(column)")
      }
      guard pivot > 1e-14 * scale else { continue }
      for row in column..<size {
        let rest = (0..<column).reduce(matrix[row, column]) { $0 - factor[row, $1] * factor[column, $1] }
        factor[row, column] = rest / pivot.squareRoot()
      }
    }
    return factor
  }
}

extension DenseMatrix {
  /// The eigenvalues of a symmetric matrix, in no order, by Jacobi's rotations (Golub & Van Loan, 8.5).
  func symmetricEigenvalues() -> [Double] {
    var a = self
    let scale = values.reduce(0) { $0 + $1 * $1 }
    for _ in 0..<100 {
      var off = 0.0
      for p in 0..<rows { for q in 0..<p { off += a[p, q] * a[p, q] } }
      guard off > 1e-32 * scale else { break }
      for p in 1..<rows { for q in 0..<p where a[p, q] != 0 { a.rotate(p, q) } }
    }
    return (0..<rows).map { a[$0, $0] }
  }

  /// Makes the entries (p, q) and (q, p) 0 by a rotation of both sides.
  private mutating func rotate(_ p: Int, _ q: Int) {
    let theta = (self[q, q] - self[p, p]) / (2 * self[p, q])
    let tangent = (theta < 0 ? -1.0 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
    let cosine = 1 / (tangent * tangent + 1).squareRoot()
    let sine = tangent * cosine
    for k in 0..<rows {
      let (kp, kq) = (self[k, p], self[k, q])
      self[k, p] = cosine * kp - sine * kq
      self[k, q] = sine * kp + cosine * kq
    }
    for k in 0..<rows {
      let (pk, qk) = (self[p, k], self[q, k])
      self[p, k] = cosine * pk - sine * qk
      self[q, k] = sine * pk + cosine * qk
    }
  }
}
