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
    if x.isSingleEvent, Products.takesSingle(rows: rows), let weights = x.pool.transposed?.transposed(self) {
      return Products.multiplySingle(
        weights, x.base, x.width, into: target, rows: rows, inner: columns, adding: adding, finish)
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
