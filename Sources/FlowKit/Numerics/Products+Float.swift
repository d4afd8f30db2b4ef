internal import COpenBLAS

extension Products {
  /// C ← A B in Float, on the calling thread: A is rows × inner, B inner × columns, all row-major.
  static func inFloat(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>, rows: Int, inner: Int,
    columns: Int
  ) {
    singleThreaded
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(inner), 1, a, Int32(inner), b,
      Int32(columns), 0, c, Int32(columns))
  }
}
