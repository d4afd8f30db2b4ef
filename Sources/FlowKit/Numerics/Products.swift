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
      offset >= 0 && rows >= 0 && 0...stride ~= columns
        && (rows == 0 || columns == 0 || offset + (rows - 1) * stride + columns <= parameters.count),
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

  #if DoublePrecision
    private static let hasOwnKernels = false
  #else
    private static let hasOwnKernels = flowkit_has_products() != 0
  #endif

  /// Whether most products give an event other bits in a tile of another width, as OpenBLAS does. Where kernels of our own
  /// are used, the few products that are left to OpenBLAS are made at full width.
  static var dependOnWidth: Bool { !hasOwnKernels }

  /// Fewer rows leave our kernel with too few independent sums.
  private static let leastRows = 4

  /// Whether a product with one event can be made from transposed weights, with the bits of the others.
  static func takesSingle(rows: Int) -> Bool { hasOwnKernels && rows >= leastRows }

  static func multiplySingle(
    _ a: UnsafePointer<Scalar>, _ x: UnsafePointer<Scalar>, _ width: Int, into c: Matrix, rows: Int, inner: Int,
    adding: Bool, _ finish: Finish
  ) {
    #if !DoublePrecision
      flowkit_single_product_f32(
        rows, inner, a, x, width, c.base, c.stride, adding ? 1 : 0, finish.bias, finish.relu ? 1 : 0)
    #endif
  }

  /// What follows the product: a bias per row, and negative values become 0.
  struct Finish {
    var bias: UnsafePointer<Scalar>?
    var relu = false
  }

  /// C ← A B or, adding, C += A B, with A transposed on request: C is rows × columns, A rows × inner. What `depths`
  /// leaves out of A counts as 0.
  static func multiply(
    _ a: Matrix, transposed: Bool, depths: [flowkit_depths]? = nil, _ b: Matrix, into c: Matrix, rows: Int,
    columns: Int, inner: Int, adding: Bool, _ finish: Finish = Finish()
  ) {
    #if !DoublePrecision
      if hasOwnKernels && rows >= leastRows {
        return flowkit_product_f32(
          rows, columns, inner, a.base, transposed ? 1 : a.stride, transposed ? a.stride : 1, depths, b.base, b.stride,
          c.base, c.stride, adding ? 1 : 0, finish.bias, finish.relu ? 1 : 0)
      }
    #endif
    singleThreaded
    guard columns >= Tile.fullWidth else {
      return atFullWidth(b, inner, c, rows, columns: columns, keeping: adding) { b, c in
        multiply(
          a, transposed: transposed, depths: depths, b, into: c, rows: rows, columns: Tile.fullWidth, inner: inner,
          adding: adding, finish)
      }
    }
    // Products of 16 rows run at full speed.
    for start in stride(from: 0, to: rows, by: depths == nil ? rows : 16) {
      let own = start..<min(rows, start + (depths == nil ? rows : 16))
      let range = depths.map { union($0[(own.lowerBound / 8)..<((own.upperBound + 7) / 8)]) } ?? 0..<inner
      let corner = transposed ? range.lowerBound * a.stride + start : start * a.stride + range.lowerBound
      // A product over nothing still clears what it is not added to.
      blasProduct(
        CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, Int32(own.count), Int32(columns),
        Int32(range.count), 1, a.base + corner, Int32(a.stride), b.base + range.lowerBound * b.stride, Int32(b.stride),
        adding ? 1 : 0, c.base + start * c.stride, Int32(c.stride))
    }
    Self.finish(c, rows, columns, finish)
  }

  /// Calls `body` with copies of narrow B (inner rows) and C that are as wide as a full tile; B's last column fills the
  /// rest.
  private static func atFullWidth(
    _ b: Matrix, _ inner: Int, _ c: Matrix, _ rows: Int, columns: Int, keeping: Bool, _ body: (Matrix, Matrix) -> Void
  ) {
    let width = Tile.fullWidth
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: (inner + rows) * width) { wide in
      let (wideB, wideC) = (wide.baseAddress!, wide.baseAddress! + inner * width)
      for row in 0..<inner {
        for column in 0..<width { wideB[row * width + column] = b.base[row * b.stride + min(column, columns - 1)] }
      }
      wideC.initialize(repeating: 0, count: rows * width)
      for row in 0..<rows where keeping { (wideC + row * width).update(from: c.base + row * c.stride, count: columns) }
      body(Matrix(base: wideB, stride: width), Matrix(base: wideC, stride: width))
      for row in 0..<rows { (c.base + row * c.stride).update(from: wideC + row * width, count: columns) }
    }
  }

  static func finish(_ c: Matrix, _ rows: Int, _ columns: Int, _ finish: Finish) {
    guard let bias = finish.bias else { return }
    precondition(c.stride == columns, "rows without gaps")
    if finish.relu {
      flowkit_bias_relu(c.base, bias, rows, columns)
    } else {
      flowkit_bias(c.base, 1, bias, rows, columns)
    }
  }

  private static func union(_ depths: ArraySlice<flowkit_depths>) -> Range<Int> {
    let used = depths.filter { $0.start < $0.end }
    guard let start = used.map(\.start).min(), let end = used.map(\.end).max() else { return 0..<0 }
    return Int(start)..<Int(end)
  }

  /// C += Aᵀ A in the lower triangle of C, columns × columns, for a row-major A; in Double.
  static func addScatter(of a: [Double], columns: Int, to c: inout [Double]) {
    precondition(a.count.isMultiple(of: columns) && c.count == columns * columns, "\(a.count) values, \(c.count) sums")
    singleThreaded
    cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasTrans, Int32(columns), Int32(a.count / columns), 1, a, Int32(columns), 1, &c,
      Int32(columns))
  }

  /// C += scale · A Bᵀ: C is rows × columns, A rows × inner, B columns × inner. `starts` says from which row on each
  /// sixteen columns of C are wanted; the rest is not touched.
  static func addOuterProduct(
    _ a: Matrix, _ b: Matrix, to c: Matrix, starts: [UInt32]? = nil, rows: Int, columns: Int, inner: Int,
    scale: Scalar = 1
  ) {
    #if !DoublePrecision
      // Our panels are 32 columns wide, and transposed for each call: small matrices are not worth it.
      if hasOwnKernels && scale == 1 && (starts != nil || columns >= 24 && rows >= 24) {
        return flowkit_outer_product_f32(
          rows, columns, inner, starts, a.base, a.stride, b.base, b.stride, c.base, c.stride)
      }
    #endif
    singleThreaded
    for column in stride(from: 0, to: columns, by: starts == nil ? columns : 16) {
      let row = starts.map { Int($0[column / 16]) } ?? 0
      blasProduct(
        CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows - row),
        Int32(starts == nil ? columns : min(16, columns - column)),
        Int32(inner), scale, a.base + row * a.stride, Int32(a.stride), b.base + column * b.stride, Int32(b.stride), 1,
        c.base + row * c.stride + column, Int32(c.stride))
    }
  }
}

extension WeightMatrix {
  /// y ← W x, or y += W x, where x and y may be parts of tiles: the first `columns` rows of `x`, and the rows of `y` from
  /// `row` on.
  public func multiply(_ x: Tile, into y: inout Tile, atRow row: Int = 0, adding: Bool = false) {
    multiply(x, into: &y, atRow: row, adding: adding, depths: nil, Products.Finish())
  }

  /// The same with what follows; what `depths` leaves out of eight rows of W counts as 0.
  func multiply(
    _ x: Tile, into y: inout Tile, atRow row: Int = 0, adding: Bool, depths: [flowkit_depths]?,
    _ finish: Products.Finish
  ) {
    precondition(
      x.features >= columns && row >= 0 && y.features >= row + rows && x.width == y.width,
      "W is \(rows) × \(columns), x has \(x.features) rows, y \(y.features) from \(row) on")
    guard rows > 0 else { return }
    let target = Products.Matrix(base: y.mutableBase() + row * y.width, stride: y.width)
    guard columns > 0 else {
      if !adding { y.fill(rows: row..<(row + rows), with: 0) }
      return Products.finish(target, rows, x.width, finish)
    }
    if x.width == 16, let weights = x.pool.transposed, Products.takesSingle(rows: rows) {
      return Products.multiplySingle(
        weights.transposed(self), x.base, x.width, into: target, rows: rows, inner: columns, adding: adding, finish)
    }
    Products.multiply(
      .init(base: base, stride: stride), transposed: false, depths: depths, .init(base: x.base, stride: x.width),
      into: target, rows: rows, columns: x.width, inner: columns, adding: adding, finish)
  }

  /// x ← Wᵀ y, or x += Wᵀ y, with the rows of `y` from `yRow` and those of `x` from `row` on.
  public func multiplyTransposed(
    _ y: Tile, fromRow yRow: Int = 0, into x: inout Tile, atRow row: Int = 0, adding: Bool = false
  ) {
    multiplyTransposed(y, fromRow: yRow, into: &x, atRow: row, adding: adding, depths: nil)
  }

  /// The same, where what `depths` leaves out of eight columns of W counts as 0.
  func multiplyTransposed(
    _ y: Tile, fromRow yRow: Int = 0, into x: inout Tile, atRow row: Int = 0, adding: Bool = false,
    depths: [flowkit_depths]?
  ) {
    precondition(
      yRow >= 0 && y.features >= yRow + rows && row >= 0 && x.features >= row + columns && x.width == y.width,
      "W is \(rows) × \(columns), y has \(y.features) rows from \(yRow) on, x \(x.features) from \(row) on")
    guard rows > 0, columns > 0 else { return adding ? () : x.fill(rows: row..<(row + columns), with: 0) }
    Products.multiply(
      .init(base: base, stride: stride), transposed: true, depths: depths,
      .init(base: y.base + yRow * y.width, stride: y.width),
      into: .init(base: x.mutableBase() + row * x.width, stride: x.width), rows: columns, columns: y.width,
      inner: rows, adding: adding)
  }

  /// W̄ += a ȳ xᵀ in `gradient`, whose slice is laid out as this matrix's parameters.
  public func addOuterProduct(_ y: Tile, _ x: Tile, scaledBy a: Scalar = 1, to gradient: inout Gradient) {
    addOuterProduct(y, x, scaledBy: a, starts: nil, to: &gradient)
  }

  /// The same in the rows from `starts` on in each sixteen columns: what comes before is left as it is or gets numbers
  /// without a meaning.
  func addOuterProduct(
    _ y: Tile, _ x: Tile, scaledBy a: Scalar = 1, starts: [UInt32]?, to gradient: inout Gradient
  ) {
    precondition(
      y.features >= rows && x.features >= columns && x.width == y.width && gradient.count == parameters.count,
      "a \(rows) × \(columns) gradient from \(y.features) and \(x.features) rows")
    guard rows > 0, columns > 0 else { return }
    Products.addOuterProduct(
      .init(base: y.base, stride: y.width), .init(base: x.base, stride: x.width),
      to: .init(base: gradient.base + offset, stride: stride), starts: starts, rows: rows, columns: columns,
      inner: x.width, scale: a)
  }

  /// x ← T⁻¹ x (or T⁻ᵀ x) by substitution, where T is this square matrix's lower or upper triangle, with ones on the
  /// diagonal if `unitDiagonal`.
  public func solveTriangular(
    lower: Bool, transposed: Bool = false, unitDiagonal: Bool = false, in x: inout Tile
  ) {
    precondition(rows == columns && x.features == rows, "a \(rows) × \(columns) triangle, x has \(x.features) rows")
    guard rows > 0 else { return }
    Products.singleThreaded
    guard x.width >= Tile.fullWidth else {
      var wide = Tile(features: rows, width: Tile.fullWidth, like: x)
      wide.fill { feature, event in x[feature, min(event, x.width - 1)] }
      solveTriangular(lower: lower, transposed: transposed, unitDiagonal: unitDiagonal, in: &wide)
      return x.fill { feature, event in wide[feature, event] }
    }
    blasSolveTriangular(
      CblasRowMajor, CblasLeft, lower ? CblasLower : CblasUpper, transposed ? CblasTrans : CblasNoTrans,
      unitDiagonal ? CblasUnit : CblasNonUnit, Int32(rows), Int32(x.width), 1, base, Int32(stride), x.mutableBase(),
      Int32(x.width))
  }
}
