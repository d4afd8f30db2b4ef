internal import CFlowKernels

/// One layer of a network: where its parameters stand, and which of its weights are not masked.
///
/// Rows (units) and columns are sorted by degree, and a row of degree m sees exactly the first `prefixes[m]` columns, so
/// the weights are block-triangular: blocks of rows are multiplied with the prefix that their last row may see, and the
/// rest is never touched. A layer without masks is one degree that sees every column.
///
/// A class, because workers share it: a copy of the structure would count five references where all cores meet.
final class NetworkLayer: Sendable {
  /// The weights, rows × (columns + context) row-major; the biases follow.
  let weight: Range<Int>
  let rows: Int
  /// Columns that masks apply to; context columns follow.
  let columns: Int
  let context: Int
  /// The first row of each degree, and the end.
  let rowStarts: [Int]
  /// The number of columns that a row of each degree sees.
  let prefixes: [Int]
  let isLast: Bool
  /// The columns that each eight rows see, and the rows that see each eight columns; nil where none is masked.
  private let rowDepths: [flowkit_depths]?
  private let columnDepths: [flowkit_depths]?
  /// The first row that sees one of each sixteen columns.
  private let gradientStarts: [UInt32]?

  /// - Parameter offset: where the parameters begin.
  init(
    offset: Int, columns: Int, context: Int, rowStarts: [Int], prefixes: [Int], isLast: Bool
  ) {
    let rows = rowStarts.last!
    self.rows = rows
    weight = offset..<(offset + rows * (columns + context))
    (self.columns, self.context, self.rowStarts, self.prefixes) = (columns, context, rowStarts, prefixes)
    self.isLast = isLast
    guard prefixes != [columns] else {
      (rowDepths, columnDepths, gradientStarts) = (nil, nil, nil)
      return
    }
    var lastDegree = 0
    rowDepths = Swift.stride(from: 0, to: rows, by: 8).map { start in
      while lastDegree + 1 < rowStarts.count, rowStarts[lastDegree + 1] < min(rows, start + 8) { lastDegree += 1 }
      return flowkit_depths(start: 0, end: UInt32(clamping: prefixes[min(lastDegree, prefixes.count - 1)]))
    }
    /// The first row that sees one of each `size` columns: no earlier one sees those to the right of their first.
    func firstRows(every size: Int) -> [UInt32] {
      var degree = 0
      return Swift.stride(from: 0, to: columns, by: size).map { column in
        while degree < prefixes.count, prefixes[degree] <= column { degree += 1 }
        return UInt32(clamping: degree < prefixes.count ? rowStarts[degree] : rows)
      }
    }
    columnDepths = firstRows(every: 8).map { flowkit_depths(start: $0, end: UInt32(clamping: rows)) }
    gradientStarts = firstRows(every: 16)
  }

  /// The weights that are not masked.
  var weightCount: Int {
    rows * context + prefixes.indices.reduce(0) { $0 + rowRange(ofDegree: $1).count * prefixes[$1] }
  }

  var stride: Int { columns + context }
  var bias: Range<Int> { weight.upperBound..<(weight.upperBound + rows) }

  func rowRange(ofDegree degree: Int) -> Range<Int> { rowStarts[degree]..<rowStarts[degree + 1] }

  /// Those of one degree, or all.
  func rows(ofDegree degree: Int?) -> Range<Int> { degree.map(rowRange) ?? 0..<rows }

  /// A part of the weights, its first entry at (row, column).
  func matrix(_ parameters: Parameters, row: Int, rows: Int, column: Int = 0, columns: Int) -> WeightMatrix {
    WeightMatrix(
      parameters.slice(weight), offset: row * stride + column, rows: rows, columns: columns, stride: stride)
  }

  func visibleMatrix(_ parameters: Parameters) -> WeightMatrix {
    matrix(parameters, row: 0, rows: rows, columns: columns)
  }

  func contextMatrix(_ parameters: Parameters) -> WeightMatrix {
    matrix(parameters, row: 0, rows: rows, column: columns, columns: context)
  }

  /// φ(Wh + W_c c + b), without φ in the last layer, and what φ′ needs.
  func output(
    _ h: Tile, _ c: Tile?, _ activation: Activation, _ parameters: Parameters
  ) -> (value: Tile, saved: Tile) {
    var a = contextProduct(c, parameters, like: h)
    var saved = !isLast && activation.needsInput ? Tile(features: rows, like: h) : nil
    apply(to: h, into: &a, adding: context > 0, isLast ? nil : activation, saving: &saved, parameters)
    return (a, saved ?? a)
  }

  /// a ← φ(Wh + b) or, adding, φ(a + Wh + b), for all units or those of one degree; without φ where none is given. What φ′
  /// needs is written to `saved`, where that is not φ.
  func apply(
    to h: Tile, into a: inout Tile, adding: Bool, ofDegree degree: Int? = nil, _ activation: Activation?,
    saving saved: inout Tile?, _ parameters: Parameters
  ) {
    let own = rows(ofDegree: degree)
    let bias = parameters.slice(bias.lowerBound + own.lowerBound..<bias.lowerBound + own.upperBound)
    let isFused = degree == nil && (activation == nil || activation == .relu)
    if let degree {
      matrix(parameters, row: own.lowerBound, rows: own.count, columns: prefixes[degree]).multiply(
        h, into: &a, atRow: own.lowerBound, adding: adding)
    } else {
      visibleMatrix(parameters).multiply(
        h, into: &a, adding: adding, depths: rowDepths,
        isFused ? Products.Finish(bias: bias.base, relu: activation == .relu) : Products.Finish())
    }
    guard !isFused else { return }
    if let activation {
      a.activate(activation, bias: bias, rows: own, saving: &saved)
    } else {
      a.addBias(bias, rows: own)
    }
  }

  /// Wh (+ W_c c).
  func product(_ h: Tile, _ c: Tile?, _ parameters: Parameters) -> Tile {
    var a = contextProduct(c, parameters, like: h)
    visibleMatrix(parameters).multiply(h, into: &a, adding: context > 0, depths: rowDepths, Products.Finish())
    return a
  }

  /// W_c c, or undefined values without context.
  func contextProduct(_ c: Tile?, _ parameters: Parameters, like tile: Tile) -> Tile {
    var a = Tile(features: rows, like: tile)
    if context > 0 {
      contextMatrix(parameters).multiply(c!, into: &a)
    }
    return a
  }

  /// Adds δhᵀ to the weights' gradient, where they are not masked, and what the context is due to its own.
  func addGradient(
    _ δ: Tile, _ h: Tile, _ c: Tile?, _ parameters: Parameters, to gradient: inout Gradient
  ) {
    gradient.withSlice(weight) { gradient in
      visibleMatrix(parameters).addOuterProduct(δ, h, starts: gradientStarts, to: &gradient)
      clearMasked(gradient.base, afterOuterProduct: true)
    }
    guard context > 0 else { return }
    let C = contextMatrix(parameters)
    gradient.withSlice(weight) { C.addOuterProduct(δ, c!, to: &$0) }
    if gradient.context != nil { C.multiplyTransposed(δ, into: &gradient.context!, adding: true) }
  }

  /// Sets to 0 what is masked of the weights, or of their gradient: all of it, or only what an outer product touches, up
  /// to the end of the sixteen columns in which each row's part ends.
  func clearMasked(_ weights: UnsafeMutablePointer<Scalar>, afterOuterProduct: Bool = false) {
    for degree in prefixes.indices {
      let end = afterOuterProduct ? min(columns, (prefixes[degree] + 15) / 16 * 16) : columns
      guard prefixes[degree] < end else { continue }
      for row in rowRange(ofDegree: degree) {
        (weights + row * stride + prefixes[degree]).update(repeating: 0, count: end - prefixes[degree])
      }
    }
  }

  /// Wᵀδ.
  func pullBackProduct(_ δ: Tile, _ parameters: Parameters) -> Tile {
    var result = Tile(features: columns, like: δ)
    pullBackProduct(δ, into: &result, parameters)
    return result
  }

  /// h̄ ← Wᵀδ; of the units of one degree h̄ += Wᵀδ.
  func pullBackProduct(_ δ: Tile, ofDegree degree: Int? = nil, into h̄: inout Tile, _ parameters: Parameters) {
    guard let degree else {
      return visibleMatrix(parameters).multiplyTransposed(δ, into: &h̄, depths: columnDepths)
    }
    let own = rowRange(ofDegree: degree)
    matrix(parameters, row: own.lowerBound, rows: own.count, columns: prefixes[degree]).multiplyTransposed(
      δ, fromRow: own.lowerBound, into: &h̄, adding: true)
  }
}

extension NetworkLayer {
  /// Uniform in ±1/√(visible inputs) where a weight is not masked, biases alike.
  func initialParameters(using random: inout RandomStream) -> [Scalar] {
    var values = [Scalar](repeating: 0, count: rows * stride + rows)
    for degree in prefixes.indices {
      let bound = 1 / Double(max(1, prefixes[degree] + context)).squareRoot()
      for row in rowRange(ofDegree: degree) {
        for column in [0..<prefixes[degree], columns..<stride].joined() {
          values[row * stride + column] = Scalar((2 * random.uniform() - 1) * bound)
        }
        values[rows * stride + row] = Scalar((2 * random.uniform() - 1) * bound)
      }
    }
    return values
  }

  /// Uniform in ±bound, masked weights too; nothing is drawn where the bound is 0.
  func initialParameters(within bound: Double, using random: inout RandomStream) -> [Scalar] {
    (weight.lowerBound..<bias.upperBound).map { _ in
      bound > 0 ? Scalar((2 * random.uniform() - 1) * bound) : 0
    }
  }
}

extension [NetworkLayer] {
  /// `weight0` (rows × columns, row-major), `bias0`, `weight1`, ….
  var parameterShapes: [ParameterShape] {
    enumerated().flatMap { index, layer in layer.parameterShapes("weight\(index)", "bias\(index)") }
  }
}

extension NetworkLayer {
  func parameterShapes(_ weight: String, _ bias: String) -> [ParameterShape] {
    [ParameterShape(weight, [rows, stride]), ParameterShape(bias, [rows])]
  }
}
