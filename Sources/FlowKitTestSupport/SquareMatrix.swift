internal import Glibc

/// A small dense matrix in Double, row-major.
struct SquareMatrix {
  let size: Int
  private var entries: [Double]

  init(size: Int, _ entry: (_ row: Int, _ column: Int) -> Double) {
    self.size = size
    entries = (0..<(size * size)).map { entry($0 / size, $0 % size) }
  }

  subscript(row: Int, column: Int) -> Double {
    get { entries[row * size + column] }
    set { entries[row * size + column] = newValue }
  }

  /// The inverse and log|det|, by Gauss–Jordan elimination with row pivoting; infinite or NaN entries where singular.
  func inverted() -> (inverse: SquareMatrix, logDeterminant: Double) {
    var a = self
    var inverse = SquareMatrix(size: size) { $0 == $1 ? 1 : 0 }
    var logDeterminant = 0.0
    for column in 0..<size {
      let pivot = (column..<size).max { abs(a[$0, column]) < abs(a[$1, column]) }!
      a.swapRows(column, pivot)
      inverse.swapRows(column, pivot)
      logDeterminant += log(abs(a[column, column]))
      let scale = 1 / a[column, column]
      for j in 0..<size {
        a[column, j] *= scale
        inverse[column, j] *= scale
      }
      for row in 0..<size where row != column {
        let factor = a[row, column]
        for j in 0..<size {
          a[row, j] -= factor * a[column, j]
          inverse[row, j] -= factor * inverse[column, j]
        }
      }
    }
    return (inverse, logDeterminant)
  }

  private mutating func swapRows(_ first: Int, _ second: Int) {
    guard first != second else { return }
    for column in 0..<size { entries.swapAt(first * size + column, second * size + column) }
  }
}
