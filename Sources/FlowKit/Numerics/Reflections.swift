/// A product Q = H₁H₂ … H_k of k Householder reflections Hᵢ = I − 2vᵢvᵢᵀ/‖vᵢ‖² of ℝᴰ, orthogonal with determinant (−1)ᵏ.
///
/// In compact WY form Q = I + MᵀY: Y holds the yᵢ = vᵢ/‖vᵢ‖ as rows, and M = −T Y as rows with T⁻¹ = ½ I + the strictly lower
/// part of Y Yᵀ. The rows of M have length 2 and the entries of T at most 4, for any v, so that Q is orthogonal to
/// rounding. Computed in Double, O(k²D). Where v is zero, which names no reflection, H reflects the first axis and v gets no
/// gradient. Sources: Schreiber & Van Loan, "A storage-efficient WY representation" (1989); Joffrain et al.,
/// "Accumulating Householder transformations, revisited" (2006), for T⁻¹.
struct Reflections {
  let count: Int
  let dimension: Int

  /// Where training starts: vectors in any direction.
  func initialVectors(using random: inout RandomStream) -> [Scalar] {
    (0..<(count * dimension)).map { _ in Scalar(2 * random.uniform() - 1) }
  }

  /// Y and M, and what their gradients need.
  struct WYForm {
    var y: DenseMatrix
    var m: DenseMatrix
    /// T⁻¹.
    fileprivate var inverseT: DenseMatrix
    /// ‖v‖, infinite where v is zero.
    fileprivate var lengths: [Double]

    /// Q = I + MᵀY.
    var dense: DenseMatrix { columns(y.columns) }

    /// The first columns of Q: with as many as there are reflections, any matrix of orthonormal columns up to signs.
    func columns(_ count: Int) -> DenseMatrix {
      var q = DenseMatrix(rows: y.columns, columns: count) { $0 == $1 ? 1 : 0 }
      q.addProduct(m.transposed, y.firstColumns(count))
      return q
    }
  }

  /// The WY form of the reflections whose vectors v stand in `vectors` one after the other.
  func form(_ vectors: Parameters) -> WYForm {
    var y = DenseMatrix(vectors, rows: count, columns: dimension)
    let lengths = (0..<count).map { normalize(row: $0, of: &y) }
    let products = y * y.transposed
    let inverseT = DenseMatrix(rows: count, columns: count) { $0 == $1 ? 0.5 : $0 > $1 ? products[$0, $1] : 0 }
    var m = DenseMatrix(rows: count, columns: dimension) { -y[$0, $1] }
    m.solveLower(inverseT)
    return WYForm(y: y, m: m, inverseT: inverseT, lengths: lengths)
  }

  /// Divides a row by its length, which it returns. The largest entry is divided out first, whose square might overflow.
  private func normalize(row: Int, of y: inout DenseMatrix) -> Double {
    let largest = (0..<dimension).reduce(0.0) { max($0, abs(y[row, $1])) }
    guard largest != 0 else {
      y[row, 0] = 1
      return .infinity
    }
    for i in 0..<dimension { y[row, i] /= largest }
    let length = (0..<dimension).reduce(0.0) { $0 + y[row, $1] * y[row, $1] }.squareRoot()
    for i in 0..<dimension { y[row, i] /= length }
    return largest * length
  }

  /// Adds the gradient with respect to Y and M to that of the vectors.
  func pullBack(y ȳ: DenseMatrix, m m̄: DenseMatrix, _ form: WYForm, to gradient: inout Gradient) {
    // With S = T⁻¹, S M = −Y gives S dM = −dY − dS M; so for b = S⁻ᵀM̄: Ȳ −= b, and S̄ = −b Mᵀ below its diagonal,
    // where S = Y Yᵀ.
    var b = m̄
    b.solveLower(form.inverseT, transposed: true)
    let s̄ = b * form.m.transposed
    let symmetric = DenseMatrix(rows: count, columns: count) { $0 == $1 ? 0 : -s̄[max($0, $1), min($0, $1)] }
    var total = symmetric * form.y
    for i in 0..<count {
      for j in 0..<dimension { total[i, j] += ȳ[i, j] - b[i, j] }
      let along = (0..<dimension).reduce(0.0) { $0 + total[i, $1] * form.y[i, $1] }
      for j in 0..<dimension {
        gradient[i * dimension + j] += Scalar((total[i, j] - along * form.y[i, j]) / form.lengths[i])
      }
    }
  }

  /// Adds the gradient with respect to Q = I + MᵀY, or to its first columns, to that of the vectors.
  func pullBack(columns q̄: DenseMatrix, _ form: WYForm, to gradient: inout Gradient) {
    let ȳ = form.m * q̄
    pullBack(
      y: DenseMatrix(rows: count, columns: dimension) { $1 < q̄.columns ? ȳ[$0, $1] : 0 },
      m: form.y.firstColumns(q̄.columns) * q̄.transposed, form, to: &gradient)
  }
}
