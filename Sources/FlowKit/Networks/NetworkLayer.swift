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
  /// Blocks of rows, each with the columns that its last row sees: for Wh.
  let rowBlocks: [Block]
  /// Blocks of columns, each with the rows from the first that sees one of them: for Wᵀδ, and wider for δhᵀ.
  let columnBlocks, gradientBlocks: [Block]

  struct Block: Sendable, Equatable {
    let rows: Range<Int>
    let columns: Range<Int>
  }

  /// - Parameter offset: where the parameters begin.
  init(
    offset: Int, columns: Int, context: Int, rowStarts: [Int], prefixes: [Int], isLast: Bool
  ) {
    let rows = rowStarts.last!
    self.rows = rows
    weight = offset..<(offset + rows * (columns + context))
    (self.columns, self.context, self.rowStarts, self.prefixes) = (columns, context, rowStarts, prefixes)
    self.isLast = isLast
    guard prefixes.count > 1 else {
      rowBlocks = [Block(rows: 0..<rows, columns: 0..<prefixes[0])]
      (columnBlocks, gradientBlocks) = (rowBlocks, rowBlocks)
      return
    }
    // Small blocks skip most of what is masked. Products run at full speed from 16 rows on, outer products from 32.
    var lastDegree = 0
    rowBlocks = Swift.stride(from: 0, to: rows, by: 16).map { start in
      let end = min(rows, start + 16)
      while lastDegree + 1 < rowStarts.count, rowStarts[lastDegree + 1] < end { lastDegree += 1 }
      return Block(rows: start..<end, columns: 0..<prefixes[min(lastDegree, prefixes.count - 1)])
    }
    func blocks(ofColumns size: Int) -> [Block] {
      var degree = 0
      return Swift.stride(from: 0, to: columns, by: size).compactMap { start in
        while degree < prefixes.count, prefixes[degree] <= start { degree += 1 }
        guard degree < prefixes.count else { return nil }
        return Block(rows: rowStarts[degree]..<rows, columns: start..<min(columns, start + size))
      }
    }
    columnBlocks = blocks(ofColumns: 16)
    gradientBlocks = blocks(ofColumns: 32)
  }

  /// The weights that are not masked.
  var weightCount: Int {
    rows * context + prefixes.indices.reduce(0) { $0 + rowRange(ofDegree: $1).count * prefixes[$1] }
  }

  var stride: Int { columns + context }
  var bias: Range<Int> { weight.upperBound..<(weight.upperBound + rows) }

  func rowRange(ofDegree degree: Int) -> Range<Int> { rowStarts[degree]..<rowStarts[degree + 1] }

  /// A part of the weights, its first entry at (row, column).
  func matrix(_ parameters: Parameters, row: Int, rows: Int, column: Int = 0, columns: Int) -> WeightMatrix {
    WeightMatrix(
      parameters.slice(weight), offset: row * stride + column, rows: rows, columns: columns, stride: stride)
  }

  private func matrix(_ parameters: Parameters, _ block: Block) -> WeightMatrix {
    matrix(
      parameters, row: block.rows.lowerBound, rows: block.rows.count, column: block.columns.lowerBound,
      columns: block.columns.count)
  }

  /// Wh (+ W_c c) without the bias.
  func product(_ h: Tile, _ c: Tile?, _ parameters: Parameters) -> Tile {
    var a = contextProduct(c, parameters, like: h)
    for block in rowBlocks {
      matrix(parameters, block).multiply(h, into: &a, atRow: block.rows.lowerBound, adding: context > 0)
    }
    return a
  }

  /// W_c c, or undefined values without context.
  func contextProduct(_ c: Tile?, _ parameters: Parameters, like tile: Tile) -> Tile {
    var a = Tile(features: rows, like: tile)
    if context > 0 {
      matrix(parameters, row: 0, rows: rows, column: columns, columns: context).multiply(c!, into: &a)
    }
    return a
  }

  /// Adds δhᵀ to the weights' gradient and what the context is due to its own. What is masked gets numbers without a
  /// meaning, which `clearMasked` drops.
  func addGradient(
    _ δ: Tile, _ h: Tile, _ c: Tile?, _ parameters: Parameters, to gradient: inout Gradient
  ) {
    gradient.withSlice(weight) { gradient in
      for block in gradientBlocks {
        matrix(parameters, block)
          .addOuterProduct(δ, fromRow: block.rows.lowerBound, h, fromRow: block.columns.lowerBound, to: &gradient)
      }
    }
    guard context > 0 else { return }
    let C = matrix(parameters, row: 0, rows: rows, column: columns, columns: context)
    gradient.withSlice(weight) { C.addOuterProduct(δ, c!, to: &$0) }
    if gradient.context != nil { C.multiplyTransposed(δ, into: &gradient.context!, adding: true) }
  }

  /// Wᵀδ.
  func pullBackProduct(_ δ: Tile, _ parameters: Parameters) -> Tile {
    var result = Tile(features: columns, like: δ)
    for block in columnBlocks {
      matrix(parameters, block)
        .multiplyTransposed(δ, fromRow: block.rows.lowerBound, into: &result, atRow: block.columns.lowerBound)
    }
    // Columns that nobody sees.
    result.fill(rows: (columnBlocks.last?.columns.upperBound ?? 0)..<columns, with: 0)
    return result
  }
}

extension NetworkLayer {
  /// Uniform in ±1/√(visible inputs) where a weight is not masked, biases alike; all 0 in the last layer.
  func initialParameters(using random: inout RandomStream) -> [Scalar] {
    var values = [Scalar](repeating: 0, count: rows * stride + rows)
    guard !isLast else { return values }
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
}

extension [NetworkLayer] {
  /// `weight0` (rows × columns, row-major), `bias0`, `weight1`, ….
  func parameterShapes(prefix: String) -> [ParameterShape] {
    enumerated().flatMap { index, layer in
      [
        ParameterShape("\(prefix)weight\(index)", [layer.rows, layer.stride]),
        ParameterShape("\(prefix)bias\(index)", [layer.rows]),
      ]
    }
  }
}
