internal import CFlowKernels

// Element-wise operations on tiles: thin wrappers of the C kernels that check shapes once. Each takes its tiles as
// arguments, which keeps their memory alive during the call. A layer's pullback is made of the same operations.

extension Tile {
  // MARK: Writing

  /// Sets every value.
  public mutating func fill(_ value: Scalar) {
    mutableBase().update(repeating: value, count: count)
  }

  /// Sets every value of some rows.
  public mutating func fill(rows: Range<Int>, with value: Scalar) {
    let rows = checked(rows)
    (mutableBase() + rows.lowerBound * width).update(repeating: value, count: rows.count * width)
  }

  /// Writes all rows of `source` to the rows from `row` on.
  public mutating func write(_ source: Tile, toRow row: Int) {
    precondition(
      0 <= row && row + source.features <= features && source.width == width,
      "\(source.features) × \(source.width) values from row \(row) on of \(features) × \(width)")
    (mutableBase() + row * width).update(from: source.base, count: source.count)
  }

  /// Writes some rows of `source`, a tile of this shape, to the same rows.
  mutating func write(rows: Range<Int>, of source: Tile) {
    checkShape(source)
    let first = checked(rows).lowerBound * width
    (mutableBase() + first).update(from: source.base + first, count: rows.count * width)
  }

  /// A tile of its own that holds some rows; ``rows(_:)`` shares them.
  public func copy(ofRows rows: Range<Int>) -> Tile {
    var result = Tile(features: checked(rows).count, like: self)
    result.mutableBase().update(from: base + rows.lowerBound * width, count: result.count)
    return result
  }

  // MARK: Sums and products of tiles

  /// self += a · x, entry by entry; in some rows, or all.
  public mutating func add(_ x: Tile, scaledBy a: Scalar = 1, rows: Range<Int>? = nil) {
    checkShape(x)
    let (first, count) = span(rows)
    flowkit_axpy(a, x.base + first, mutableBase() + first, count)
  }

  /// self ← self · x, entry by entry; in some rows, or all.
  public mutating func multiply(by x: Tile, rows: Range<Int>? = nil) {
    checkShape(x)
    let (first, count) = span(rows)
    flowkit_multiply(x.base + first, mutableBase() + first, count)
  }

  /// self += x · y, entry by entry; in some rows, or all.
  public mutating func addProduct(of x: Tile, _ y: Tile, rows: Range<Int>? = nil) {
    checkShape(x)
    checkShape(y)
    let (first, count) = span(rows)
    flowkit_add_product(x.base + first, y.base + first, mutableBase() + first, count)
  }

  /// Row indices[k] += row k of `source`.
  public mutating func addRows(_ source: Tile, to indices: [Int]) {
    precondition(
      source.features == indices.count && source.width == width && indices.allSatisfy((0..<features).contains),
      "\(source.features) × \(source.width) values for the rows \(indices) of \(features) × \(width)")
    let target = mutableBase()
    for (row, index) in indices.enumerated() {
      flowkit_axpy(1, source.base + row * width, target + index * width, width)
    }
  }

  // MARK: Rows and parameters: one parameter per row, the same for all events

  /// Each row r += a · bias[r]; of some rows, which `bias` then belongs to, or all.
  public mutating func addBias(_ bias: Parameters, scaledBy a: Scalar = 1, rows: Range<Int>? = nil) {
    let rows = checked(rows ?? 0..<features)
    precondition(bias.count == rows.count, "rows \(rows), \(bias.count) biases")
    flowkit_bias(mutableBase() + rows.lowerBound * width, a, bias.base, rows.count, width)
  }

  /// gradient[r] += a Σ over the events of self[r]: the pullback of `addBias` for the cotangent self.
  public func addRowSums(to gradient: inout Gradient, scaledBy a: Scalar = 1) {
    precondition(gradient.count == features, "\(features) rows, \(gradient.count) parameters")
    flowkit_row_sums(base, a, gradient.base, features, width)
  }

  /// Each row r becomes scale[r] · row, in place.
  public mutating func scaleRows(by scale: Parameters) {
    precondition(scale.count == features, "\(features) rows, \(scale.count) scales")
    let base = mutableBase()
    flowkit_scale_rows(base, scale.base, base, features, width)
  }

  /// gradient[r] += Σ over the events of self[r] · x[r]: the pullback of `scaleRows`, applied to x, for the cotangent self.
  public func addRowDots(with x: Tile, to gradient: inout Gradient) {
    checkShape(x)
    precondition(gradient.count == features, "\(features) rows, \(gradient.count) parameters")
    flowkit_row_dots(base, x.base, gradient.base, features, width)
  }

  /// The sum of one row over the events, padding included, in Double.
  public func rowSum(_ row: Int) -> Double {
    withRow(row) { $0.reduce(0.0) { $0 + Double($1) } }
  }

  // MARK: Checks

  /// Checks the shapes that a scalar map is given: `count` rows of parameters per row, and one of log-determinants.
  func checkParameters(_ φ: Tile, count: Int, _ logDeterminant: Tile) {
    precondition(
      φ.features == count * features && φ.width == width && logDeterminant.features == 1
        && logDeterminant.width == width,
      "\(features) rows, \(φ.features) rows of parameters, \(logDeterminant.features) of log-determinant")
  }

  func checkShape(_ other: Tile) {
    precondition(
      features == other.features && width == other.width,
      "a tile of \(features) × \(width) and one of \(other.features) × \(other.width)")
  }

  private func checked(_ rows: Range<Int>) -> Range<Int> {
    checkRange(rows)
    return rows
  }

  /// Where some rows begin, or all, and how many scalars they hold.
  private func span(_ rows: Range<Int>?) -> (first: Int, count: Int) {
    guard let rows else { return (0, count) }
    return (checked(rows).lowerBound * width, rows.count * width)
  }

  /// Whether every value is finite.
  public var isFinite: Bool {
    UnsafeBufferPointer(start: base, count: count).allSatisfy(\.isFinite)
  }
}
