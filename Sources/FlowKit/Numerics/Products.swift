internal import CFlowKernels
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

/// Products of weights and tiles: OpenBLAS, or kernels of our own where they are faster (docs/design/products.md). They
/// run on the calling thread: parallelism is over tiles.
///
/// The first product sets OpenBLAS to one thread for the whole program, which is a side effect on a host program that
/// uses OpenBLAS itself.
enum Products {
  static let singleThreaded: Void = openblas_set_num_threads(1)

  /// A pointer to a row-major matrix and the distance of its rows.
  struct Matrix {
    let base: UnsafeMutablePointer<Scalar>
    let stride: Int
  }

  #if !DoublePrecision
    private static let hasOwnKernels = flowkit_has_products() != 0
  #endif

  /// C ← A B or, adding, C += A B, with A transposed on request: C is rows × columns, A rows × inner.
  static func multiply(
    _ a: Matrix, transposed: Bool, _ b: Matrix, into c: Matrix, rows: Int, columns: Int, inner: Int, adding: Bool
  ) {
    #if !DoublePrecision
      // Fewer rows leave our kernel with too few independent sums.
      if hasOwnKernels && rows >= 4 {
        return flowkit_product_f32(
          rows, columns, inner, a.base, transposed ? 1 : a.stride, transposed ? a.stride : 1, b.base, b.stride,
          c.base, c.stride, adding ? 1 : 0)
      }
    #endif
    singleThreaded
    blasProduct(
      CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(inner),
      1, a.base, Int32(a.stride), b.base, Int32(b.stride), adding ? 1 : 0, c.base, Int32(c.stride))
  }

  /// C += Aᵀ A in the lower triangle of C, columns × columns, for a row-major A; in Double.
  static func addScatter(of a: [Double], columns: Int, to c: inout [Double]) {
    precondition(a.count.isMultiple(of: columns) && c.count == columns * columns, "\(a.count) values, \(c.count) sums")
    singleThreaded
    cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasTrans, Int32(columns), Int32(a.count / columns), 1, a, Int32(columns), 1, &c,
      Int32(columns))
  }

  /// C += scale · A Bᵀ: C is rows × columns, A rows × inner, B columns × inner.
  static func addOuterProduct(
    _ a: Matrix, _ b: Matrix, to c: Matrix, rows: Int, columns: Int, inner: Int, scale: Scalar
  ) {
    #if !DoublePrecision
      // Our panels are 32 columns wide, and transposed for each call: small matrices are not worth it.
      if hasOwnKernels && columns >= 24 && rows >= 24 && scale == 1 {
        return flowkit_outer_product_f32(
          rows, columns, inner, a.base, a.stride, b.base, b.stride, c.base, c.stride)
      }
    #endif
    singleThreaded
    blasProduct(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(columns), Int32(inner), scale, a.base,
      Int32(a.stride), b.base, Int32(b.stride), 1, c.base, Int32(c.stride))
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
      .init(base: base, stride: stride), transposed: false, .init(base: x.base, stride: x.width),
      into: .init(base: y.mutableBase() + row * y.width, stride: y.width), rows: rows, columns: x.width,
      inner: columns, adding: adding)
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
      .init(base: base, stride: stride), transposed: true, .init(base: y.base + yRow * y.width, stride: y.width),
      into: .init(base: x.mutableBase() + row * x.width, stride: x.width), rows: columns, columns: y.width,
      inner: rows, adding: adding)
  }

  /// W̄ += a ȳ xᵀ in `gradient`, whose slice is laid out as this matrix's parameters; the rows of `y` from `yRow` on, those
  /// of `x` from `xRow` on.
  public func addOuterProduct(
    _ y: Tile, fromRow yRow: Int = 0, _ x: Tile, fromRow xRow: Int = 0, scaledBy a: Scalar = 1,
    to gradient: inout Gradient
  ) {
    precondition(
      y.features >= yRow + rows && x.features >= xRow + columns && x.width == y.width
        && gradient.count == parameters.count,
      "a \(rows) × \(columns) gradient from \(y.features) rows from \(yRow) on, and \(x.features) from \(xRow) on")
    guard rows > 0, columns > 0 else { return }
    Products.addOuterProduct(
      .init(base: y.base + yRow * y.width, stride: y.width), .init(base: x.base + xRow * x.width, stride: x.width),
      to: .init(base: gradient.base + offset, stride: stride), rows: rows, columns: columns, inner: x.width, scale: a)
  }

  /// x ← T⁻¹ x (or T⁻ᵀ x) by substitution, where T is this square matrix's lower or upper triangle, with ones on the
  /// diagonal if `unitDiagonal`.
  public func solveTriangular(
    lower: Bool, transposed: Bool = false, unitDiagonal: Bool = false, in x: inout Tile
  ) {
    precondition(rows == columns && x.features == rows, "a \(rows) × \(columns) triangle, x has \(x.features) rows")
    guard rows > 0 else { return }
    Products.singleThreaded
    blasSolveTriangular(
      CblasRowMajor, CblasLeft, lower ? CblasLower : CblasUpper, transposed ? CblasTrans : CblasNoTrans,
      unitDiagonal ? CblasUnit : CblasNonUnit, Int32(rows), Int32(x.width), 1, base, Int32(stride), x.mutableBase(),
      Int32(x.width))
  }
}
