internal import CFlowKernels
internal import COpenBLAS

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

  /// C ← A x or, adding, C += A x for one event, whose values stand `stride` apart in x; in C each stands sixteen times or,
  /// where its rows are one number apart, once.
  static func multiplySingle(
    _ a: UnsafePointer<Scalar>, _ x: UnsafePointer<Scalar>, _ stride: Int, into c: Matrix, rows: Int, inner: Int,
    adding: Bool, _ finish: Finish = Finish()
  ) {
    #if !DoublePrecision
      flowkit_single_product_f32(
        rows, inner, a, x, stride, c.base, c.stride, adding ? 1 : 0, finish.bias, finish.relu ? 1 : 0)
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
