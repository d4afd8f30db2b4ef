internal import COpenBLAS
internal import Glibc

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

extension Float {
  static func exp(_ x: Float) -> Float { Glibc.exp(x) }
}

extension Double {
  static func exp(_ x: Double) -> Double { Glibc.exp(x) }
  static func log(_ x: Double) -> Double { Glibc.log(x) }
  static func errorFunction(_ x: Double) -> Double { Glibc.erf(x) }
  static func cos(_ x: Double) -> Double { Glibc.cos(x) }
  static func pow(_ x: Double, _ exponent: Double) -> Double { Glibc.pow(x, exponent) }
}
