internal import CFlowKernels

/// An upper bound of the spectral norm of a matrix, by Gram iteration (Delattre, Barthélemy, Araujo & Allauzen,
/// "Efficient Bound of Lipschitz Constant for Convolutional Layers by Gram Iteration", ICML 2023).
///
/// With G = WᵀW (or WWᵀ, the smaller), squared k times, σ̂ = ‖G^(2ᵏ)‖_F^(1/2^(k+1)): the Schatten norm of order
/// p = 2^(k+2), (Σ σᵢᵖ)^(1/p). It exceeds σ_max by at most a factor of n^(1/p), n the smaller side: 1.0041 for n = 64 and
/// the 8 squarings taken here. Unlike a power iteration it never falls below, has no state, and is differentiable
/// wherever W ≠ 0. Computed in Double, each power divided by its Frobenius norm, which keeps it finite.
struct SpectralBound {
  private let matrix: [Double]
  private let rows: Int
  private let columns: Int
  /// G^(2ʲ) / ‖G^(2ʲ)‖_F for j = 0 … k; none for a zero matrix.
  private var powers: [[Double]] = []
  /// σ̂, without what rounding may take from it.
  private(set) var norm = 0.0

  static let squarings = 8

  init(_ matrix: [Double], rows: Int, columns: Int) {
    (self.matrix, self.rows, self.columns) = (matrix, rows, columns)
    let gram =
      columns <= rows
      ? Products.inDouble(matrix, transposed: true, matrix, rows: columns, inner: rows, columns: columns)
      : Products.inDouble(matrix, matrix, secondTransposed: true, rows: rows, inner: columns, columns: rows)
    var scales: [Double] = []
    var next = gram
    for _ in 0...Self.squarings {
      let scale = flowkit_sum_squares(next, next.count).squareRoot()
      scales.append(scale)
      guard scale > 0 else { break }
      let reciprocal = 1 / scale
      powers.append(next.map { $0 * reciprocal })
      guard powers.count <= Self.squarings else { break }
      next = Products.inDouble(powers.last!, powers.last!, rows: side, inner: side, columns: side)
    }
    norm = scales.reversed().reduce(1) { ($1 * $0).squareRoot() }
  }

  private var side: Int { min(rows, columns) }

  /// σ̂ with a margin for rounding: of the iteration in Double, and of a matrix whose entries are rounded to a type with
  /// rounding error `epsilon` afterwards, which moves it by less than ε‖W‖_F ≤ ε √n σ_max.
  func bound(rounding epsilon: Double = 0) -> Double {
    norm * (1 + (epsilon + Double.ulpOfOne * Double(rows + columns)) * Double(side).squareRoot())
  }

  /// ∂σ̂/∂W = σ̂^(1−p) W (WᵀW)^(p/2−1), and the latter power is the product of all powers above. Its scale follows from
  /// ⟨∂σ̂/∂W, W⟩ = σ̂.
  func gradient() -> [Double] {
    guard norm > 0 else { return matrix }
    var result = matrix
    for power in powers {
      result =
        columns <= rows
        ? Products.inDouble(result, power, rows: rows, inner: columns, columns: columns)
        : Products.inDouble(power, result, rows: rows, inner: rows, columns: columns)
    }
    let scale = norm / zip(result, matrix).reduce(0) { $0 + $1.0 * $1.1 }
    return result.map { $0 * scale }
  }
}
