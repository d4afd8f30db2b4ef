internal import CFlowKernels

// Element-wise operations on tiles: thin wrappers of the C kernels that check shapes once. Each takes its tiles as
// arguments, which keeps their memory alive during the call.

extension Tile {
  /// Sets every value.
  public mutating func fill(_ value: Scalar) {
    mutableBase().update(repeating: value, count: count)
  }

  /// Sets every value of some rows.
  mutating func fill(rows: Range<Int>, with value: Scalar) {
    (mutableBase() + rows.lowerBound * width).update(repeating: value, count: rows.count * width)
  }

  /// Writes all rows of `source` to the rows from `row` on.
  mutating func write(_ source: Tile, toRow row: Int) {
    precondition(row + source.features <= features, "\(source.features) rows from \(row) on of \(features)")
    (mutableBase() + row * width).update(from: source.base, count: source.count)
  }

  /// A tile of its own that holds some rows.
  func copy(ofRows rows: Range<Int>) -> Tile {
    var result = Tile(features: rows.count, like: self)
    result.mutableBase().update(from: base + rows.lowerBound * width, count: result.count)
    return result
  }

  /// self += a · x.
  public mutating func add(_ x: Tile, scaledBy a: Scalar = 1) {
    checkShape(x)
    flowkit_axpy(a, x.base, mutableBase(), count)
  }

  /// Each row r becomes scale[r] · row, in place.
  mutating func scaleRows(by scale: Parameters) {
    precondition(scale.count == features, "\(features) rows, \(scale.count) scales")
    let base = mutableBase()
    flowkit_scale_rows(base, scale.base, base, features, width)
  }

  /// Row indices[k] += row k of `source`.
  mutating func addRows(_ source: Tile, to indices: [Int]) {
    precondition(source.features == indices.count, "\(source.features) rows for \(indices.count) places")
    let target = mutableBase()
    for (row, index) in indices.enumerated() {
      flowkit_axpy(1, source.base + row * width, target + index * width, width)
    }
  }

  /// gradient[r] += Σ over the events of self[r] · x[r].
  func addRowDots(with x: Tile, to gradient: inout Gradient) {
    checkShape(x)
    precondition(gradient.count == features, "\(features) rows, \(gradient.count) parameters")
    flowkit_row_dots(base, x.base, gradient.base, features, width)
  }

  /// gradient[r] += a Σ over the events of self[r].
  func addRowSums(to gradient: inout Gradient, scaledBy a: Scalar = 1) {
    precondition(gradient.count == features, "\(features) rows, \(gradient.count) parameters")
    flowkit_row_sums(base, a, gradient.base, features, width)
  }

  /// Each row r += a · bias[r]; of some rows, or all.
  mutating func addBias(_ bias: Parameters, scaledBy a: Scalar = 1, rows: Range<Int>? = nil) {
    let rows = rows ?? 0..<features
    precondition(bias.count == rows.count && rows.upperBound <= features, "rows \(rows), \(bias.count) biases")
    flowkit_bias(mutableBase() + rows.lowerBound * width, a, bias.base, rows.count, width)
  }

  /// The sum of one row over the events, padding included, in Double.
  func rowSum(_ row: Int) -> Double {
    withRow(row) { $0.reduce(0.0) { $0 + Double($1) } }
  }

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

  /// Whether every value is finite.
  var isFinite: Bool {
    UnsafeBufferPointer(start: base, count: count).allSatisfy(\.isFinite)
  }
}
