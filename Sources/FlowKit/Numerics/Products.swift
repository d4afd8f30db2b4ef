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
  /// y ← W x, or y += W x, where x and y may be parts of tiles: the first `columns` rows of `x`, and the rows of `y` from
  /// `row` on.
  public func multiply(_ x: Tile, into y: inout Tile, atRow row: Int = 0, adding: Bool = false) {
    precondition(
      x.features >= columns && y.features >= row + rows && x.width == y.width,
      "W is \(rows) × \(columns), x has \(x.features) rows, y \(y.features) from \(row) on")
    guard rows > 0, columns > 0 else { return adding ? () : y.fill(rows: row..<(row + rows), with: 0) }
    Products.multiply(
      false, false, rows: rows, columns: x.width, inner: columns, base, stride, x.base, x.width, adding: adding,
      to: y.mutableBase() + row * y.width, y.width)
  }

  /// x ← Wᵀ y, or x += Wᵀ y, with the rows of `y` from `yRow` and those of `x` from `row` on.
  public func multiplyTransposed(
    _ y: Tile, fromRow yRow: Int = 0, into x: inout Tile, atRow row: Int = 0, adding: Bool = false
  ) {
    precondition(
      y.features >= yRow + rows && x.features >= row + columns && x.width == y.width,
      "W is \(rows) × \(columns), y has \(y.features) rows from \(yRow) on, x \(x.features) from \(row) on")
    guard rows > 0, columns > 0 else { return adding ? () : x.fill(rows: row..<(row + columns), with: 0) }
    Products.multiply(
      true, false, rows: columns, columns: y.width, inner: rows, base, stride, y.base + yRow * y.width, y.width,
      adding: adding, to: x.mutableBase() + row * x.width, x.width)
  }

  /// W̄ += a ȳ xᵀ in `gradient`, whose slice is laid out as this matrix's parameters; the rows of `y` from `yRow` on, the
  /// first `columns` rows of `x`.
  public func addOuterProduct(
    _ y: Tile, fromRow yRow: Int = 0, _ x: Tile, scaledBy a: Scalar = 1, to gradient: inout Gradient
  ) {
    precondition(
      y.features >= yRow + rows && x.features >= columns && x.width == y.width && gradient.count == parameters.count,
      "a \(rows) × \(columns) gradient from \(y.features) rows from \(yRow) on, and \(x.features) rows")
    guard rows > 0, columns > 0 else { return }
    Products.multiply(
      false, true, rows: rows, columns: columns, inner: x.width, scale: a, y.base + yRow * y.width, y.width, x.base,
      x.width, adding: true, to: gradient.base + offset, stride)
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
