internal import COpenBLAS

// The one place that chooses the element type of tiles and parameters: Float, or Double with the package trait
// `DoublePrecision`. The C module always holds both, each kernel under one name: which is called follows from the pointers.

#if DoublePrecision
  /// The element type of tiles and parameters.
  public typealias Scalar = Double
  let blasProduct = cblas_dgemm
  let blasSolveTriangular = cblas_dtrsm
#else
  /// The element type of tiles and parameters.
  public typealias Scalar = Float
  let blasProduct = cblas_sgemm
  let blasSolveTriangular = cblas_strsm
#endif

extension Scalar {
  /// The name under which files record the element type: `float32` or `float64`.
  public static var elementTypeName: String { MemoryLayout<Scalar>.size == 4 ? "float32" : "float64" }
}
