internal import COpenBLAS

/// A matrix inside a layer's parameters: row-major, rows `stride` scalars apart.
public struct WeightMatrix {
  let parameters: Parameters
  let offset: Int
  public let rows: Int
  public let columns: Int
  let stride: Int

  /// The matrix whose first entry is parameter `offset`; `stride` exceeds `columns` for a block of a wider matrix.
  public init(_ parameters: Parameters, offset: Int = 0, rows: Int, columns: Int, stride: Int? = nil) {
    let stride = stride ?? columns
    precondition(
      rows == 0 || columns == 0 || offset + (rows - 1) * stride + columns <= parameters.count,
      "a \(rows) × \(columns) matrix at \(offset) of \(parameters.count) parameters")
    self.parameters = parameters
    self.offset = offset
    self.rows = rows
    self.columns = columns
    self.stride = max(1, stride)
  }

  var base: UnsafeMutablePointer<Scalar> { parameters.base + offset }
}

/// Products of weights and tiles. They run on the calling thread: parallelism is over tiles.
///
/// The first product sets OpenBLAS to one thread for the whole program, which is a side effect on a host program that
/// uses OpenBLAS itself.
enum Products {
  static let singleThreaded: Void = openblas_set_num_threads(1)

  fileprivate static func multiply(
    _ transposeA: Bool, _ transposeB: Bool, rows: Int, columns: Int, inner: Int, scale: Scalar = 1,
    _ a: UnsafeMutablePointer<Scalar>, _ strideA: Int, _ b: UnsafeMutablePointer<Scalar>, _ strideB: Int,
    adding: Bool, to c: UnsafeMutablePointer<Scalar>, _ strideC: Int
  ) {
    singleThreaded
    blasProduct(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, Int32(rows),
      Int32(columns), Int32(inner), scale, a, Int32(strideA), b, Int32(strideB), adding ? 1 : 0, c, Int32(strideC))
  }
}

extension WeightMatrix {
  /// y ← W x, or y += W x.
  public func multiply(_ x: Tile, into y: inout Tile, adding: Bool = false) {
    precondition(x.features == columns && y.features == rows, "W is \(rows) × \(columns), x has \(x.features) rows")
    guard rows > 0, columns > 0 else { return adding ? () : y.fill(0) }
    Products.multiply(
      false, false, rows: rows, columns: x.width, inner: columns, base, stride, x.base, x.width, adding: adding,
      to: y.mutableBase(), y.width)
  }

  /// x ← Wᵀ y, or x += Wᵀ y.
  public func multiplyTransposed(_ y: Tile, into x: inout Tile, adding: Bool = false) {
    precondition(y.features == rows && x.features == columns, "W is \(rows) × \(columns), y has \(y.features) rows")
    guard rows > 0, columns > 0 else { return adding ? () : x.fill(0) }
    Products.multiply(
      true, false, rows: columns, columns: y.width, inner: rows, base, stride, y.base, y.width, adding: adding,
      to: x.mutableBase(), x.width)
  }

  /// W̄ += a ȳ xᵀ in `gradient`, whose slice is laid out as this matrix's parameters.
  public func addOuterProduct(_ y: Tile, _ x: Tile, scaledBy a: Scalar = 1, to gradient: inout Gradient) {
    precondition(
      y.features == rows && x.features == columns && gradient.count == parameters.count,
      "a \(rows) × \(columns) gradient from \(y.features) and \(x.features) rows")
    guard rows > 0, columns > 0 else { return }
    Products.multiply(
      false, true, rows: rows, columns: columns, inner: x.width, scale: a, y.base, y.width, x.base, x.width, adding: true,
      to: gradient.base + offset, stride)
  }

  /// x ← T⁻¹ x (or T⁻ᵀ x) by substitution, where T is this square matrix's lower or upper triangle.
  public func solveTriangular(lower: Bool, transposed: Bool = false, in x: inout Tile) {
    precondition(rows == columns && x.features == rows, "a \(rows) × \(columns) triangle, x has \(x.features) rows")
    guard rows > 0 else { return }
    Products.singleThreaded
    blasSolveTriangular(
      CblasRowMajor, CblasLeft, lower ? CblasLower : CblasUpper, transposed ? CblasTrans : CblasNoTrans, CblasNonUnit,
      Int32(rows), Int32(x.width), 1, base, Int32(stride), x.mutableBase(), Int32(x.width))
  }
}
