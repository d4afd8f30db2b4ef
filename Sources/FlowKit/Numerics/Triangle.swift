/// One triangle of a square matrix as parameters: the entries beside the diagonal, row by row.
struct Triangle {
  let dimension: Int
  let isLower: Bool

  /// The number of entries.
  var count: Int { dimension * (dimension - 1) / 2 }

  /// Where each entry stands in the row-major matrix.
  private var places: some Sequence<Int> {
    (0..<dimension).lazy.flatMap { [dimension, isLower] row in
      (isLower ? 0..<row : (row + 1)..<dimension).lazy.map { row * dimension + $0 }
    }
  }

  /// Puts the entries in their places.
  func write(_ entries: Parameters, into matrix: UnsafeMutablePointer<Scalar>) {
    precondition(entries.count == count, "\(entries.count) entries for a triangle of \(count)")
    for (index, place) in places.enumerated() { matrix[place] = entries[index] }
  }

  /// The matrix of these entries and a diagonal, in Double.
  func matrix(_ entries: Parameters, diagonal: (Int) -> Double) -> DenseMatrix {
    precondition(entries.count == count, "\(entries.count) entries for a triangle of \(count)")
    var matrix = DenseMatrix(rows: dimension, columns: dimension) { $0 == $1 ? diagonal($0) : 0 }
    for (index, place) in places.enumerated() { matrix[place / dimension, place % dimension] = Double(entries[index]) }
    return matrix
  }

  /// The entries of a matrix.
  func entries(of matrix: DenseMatrix) -> [Scalar] { places.map { Scalar(matrix.values[$0]) } }

  /// The same for a gradient in Double.
  func addGradient(_ matrixGradient: DenseMatrix, to gradient: inout Gradient) {
    precondition(gradient.count == count, "\(gradient.count) entries for a triangle of \(count)")
    for (index, place) in places.enumerated() { gradient[index] += Scalar(matrixGradient.values[place]) }
  }

  /// Adds the gradient with respect to the matrix to that of the entries.
  func addGradient(_ matrixGradient: Parameters, to gradient: inout Gradient) {
    precondition(gradient.count == count, "\(gradient.count) entries for a triangle of \(count)")
    for (index, place) in places.enumerated() { gradient[index] += matrixGradient[place] }
  }
}

/// The diagonal sᵢ exp(ℓᵢ) of a square matrix, with fixed signs s.
struct SignedDiagonal {
  let signs: [Int]

  /// Puts it on the diagonal of a row-major matrix.
  func write(_ logarithms: Parameters, into matrix: UnsafeMutablePointer<Scalar>) {
    for (i, sign) in signs.enumerated() { matrix[i * (signs.count + 1)] = Scalar(sign) * Scalar.exp(logarithms[i]) }
  }

  /// ℓ̄ᵢ += Āᵢᵢ Aᵢᵢ.
  func addGradient(_ matrixGradient: Parameters, of matrix: Parameters, to gradient: inout Gradient) {
    for i in signs.indices {
      let place = i * (signs.count + 1)
      gradient[i] += matrixGradient[place] * matrix[place]
    }
  }
}
