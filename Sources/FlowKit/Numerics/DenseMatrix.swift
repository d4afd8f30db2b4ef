internal import COpenBLAS

/// A dense matrix in Double, row-major: for what is computed once per step, not once per tile.
struct DenseMatrix {
  let rows: Int
  let columns: Int
  private(set) var values: [Double]

  init(rows: Int, columns: Int, _ entry: (_ row: Int, _ column: Int) -> Double) {
    (self.rows, self.columns) = (rows, columns)
    values = []
    values.reserveCapacity(rows * columns)
    for row in 0..<rows { for column in 0..<columns { values.append(entry(row, column)) } }
  }

  /// The matrix whose row-major entries are `parameters`.
  init(_ parameters: Parameters, rows: Int, columns: Int) {
    precondition(parameters.count == rows * columns, "\(parameters.count) entries for \(rows) × \(columns)")
    self.init(rows: rows, columns: columns) { Double(parameters[$0 * columns + $1]) }
  }

  static func identity(_ size: Int) -> DenseMatrix { DenseMatrix(rows: size, columns: size) { $0 == $1 ? 1 : 0 } }

  subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  func firstColumns(_ count: Int) -> DenseMatrix {
    DenseMatrix(rows: rows, columns: count) { self[$0, $1] }
  }

  var transposed: DenseMatrix { DenseMatrix(rows: columns, columns: rows) { self[$1, $0] } }

  /// self += a b.
  mutating func addProduct(_ a: DenseMatrix, _ b: DenseMatrix) {
    precondition(
      a.rows == rows && a.columns == b.rows && b.columns == columns,
      "\(rows) × \(columns) from \(a.rows) × \(a.columns) and \(b.rows) × \(b.columns)")
    guard rows > 0, columns > 0, b.rows > 0 else { return }
    Products.singleThreaded
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(b.rows), 1, a.values,
      Int32(a.columns), b.values, Int32(columns), 1, &values, Int32(columns))
  }

  static func * (a: DenseMatrix, b: DenseMatrix) -> DenseMatrix {
    var result = DenseMatrix(rows: a.rows, columns: b.columns) { _, _ in 0 }
    result.addProduct(a, b)
    return result
  }

  /// self ← T⁻¹ self (or T⁻ᵀ self), where T is the lower triangle of `triangle`.
  mutating func solveLower(_ triangle: DenseMatrix, transposed: Bool = false) {
    precondition(triangle.rows == rows && triangle.columns == rows, "a \(triangle.rows) triangle for \(rows) rows")
    guard rows > 0, columns > 0 else { return }
    Products.singleThreaded
    cblas_dtrsm(
      CblasRowMajor, CblasLeft, CblasLower, transposed ? CblasTrans : CblasNoTrans, CblasNonUnit, Int32(rows),
      Int32(columns), 1, triangle.values, Int32(rows), &values, Int32(columns))
  }

  /// x with self x = b, by elimination with row pivoting; not finite where the matrix is singular.
  func solution(_ b: [Double]) -> [Double] {
    precondition(rows == columns && b.count == rows, "\(rows) × \(columns), \(b.count) numbers")
    var (a, x) = (self, b)
    for column in 0..<columns {
      let pivot = (column..<rows).max { abs(a[$0, column]) < abs(a[$1, column]) }!
      for j in column..<columns { a.values.swapAt(column * columns + j, pivot * columns + j) }
      x.swapAt(column, pivot)
      for row in (column + 1)..<rows {
        let factor = a[row, column] / a[column, column]
        for j in column..<columns { a[row, j] -= factor * a[column, j] }
        x[row] -= factor * x[column]
      }
    }
    for row in (0..<rows).reversed() {
      x[row] = ((row + 1)..<rows).reduce(x[row]) { $0 - a[row, $1] * x[$1] } / a[row, row]
    }
    return x
  }

  /// Writes the entries, rounded to the element type.
  func write(to target: UnsafeMutablePointer<Scalar>) {
    for (index, value) in values.enumerated() { target[index] = Scalar(value) }
  }
}
