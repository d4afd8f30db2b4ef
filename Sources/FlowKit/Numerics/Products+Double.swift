internal import COpenBLAS

extension Products {
  /// A B in Double, each transposed on request; the shape of the product is rows × columns.
  static func inDouble(
    _ a: [Double], transposed: Bool = false, _ b: [Double], secondTransposed: Bool = false, rows: Int, inner: Int,
    columns: Int
  ) -> [Double] {
    singleThreaded
    return [Double](unsafeUninitializedCapacity: rows * columns) { c, count in
      cblas_dgemm(
        CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, secondTransposed ? CblasTrans : CblasNoTrans,
        Int32(rows), Int32(columns), Int32(inner), 1, a, Int32(transposed ? rows : inner), b,
        Int32(secondTransposed ? inner : columns), 0, c.baseAddress, Int32(columns))
      count = rows * columns
    }
  }
}
