/// One layer of a masked perceptron, its rows and columns sorted by degree.
///
/// Row r of degree m sees exactly the first `prefix(m)` columns, so the weights are block-triangular: blocks of rows are
/// multiplied with the prefix that their last row may see, and the rest is never touched.
struct MaskedLayer {
  /// Where the weights (rows × stride) and then the biases stand in the network's parameters.
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

  var stride: Int { columns + context }
  var bias: Range<Int> { weight.upperBound..<(weight.upperBound + rows) }

  func rowRange(ofDegree degree: Int) -> Range<Int> { rowStarts[degree]..<rowStarts[degree + 1] }

  /// Consecutive rows that are multiplied together, with the columns that the last of them sees.
  struct Block {
    let rows: Range<Int>
    let columns: Int
  }

  /// Enough rows for the product to run at full speed, few enough to skip most of what is masked.
  static let blockRows = 32

  var blocks: [Block] {
    var blocks: [Block] = []
    var start = 0
    for degree in prefixes.indices {
      let end = rowStarts[degree + 1]
      if end - start >= Self.blockRows || (degree == prefixes.count - 1 && end > start) {
        blocks.append(Block(rows: start..<end, columns: prefixes[degree]))
        start = end
      }
    }
    return blocks
  }

  /// A part of the weights, its first entry at (row, column).
  func matrix(_ parameters: Parameters, row: Int, rows: Int, column: Int = 0, columns: Int) -> WeightMatrix {
    WeightMatrix(
      parameters.slice(weight), offset: row * stride + column, rows: rows, columns: columns, stride: stride)
  }

  /// Wh (+ W_c c) without the bias.
  func product(_ h: Tile, _ c: Tile?, _ parameters: Parameters) -> Tile {
    var a = contextProduct(c, parameters, like: h)
    for block in blocks {
      matrix(parameters, row: block.rows.lowerBound, rows: block.rows.count, columns: block.columns)
        .multiply(h, into: &a, atRow: block.rows.lowerBound, adding: context > 0)
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

  /// Adds δhᵀ to the weights' gradient and what the context is due to its own.
  func addGradient(
    _ δ: Tile, _ h: Tile, _ c: Tile?, _ parameters: Parameters, to gradient: inout Gradient
  ) {
    gradient.withSlice(weight) { gradient in
      for block in blocks {
        matrix(parameters, row: block.rows.lowerBound, rows: block.rows.count, columns: block.columns)
          .addOuterProduct(δ, fromRow: block.rows.lowerBound, h, to: &gradient)
      }
    }
    guard context > 0 else { return }
    let C = matrix(parameters, row: 0, rows: rows, column: columns, columns: context)
    gradient.withSlice(weight) { C.addOuterProduct(δ, c!, to: &$0) }
    if gradient.context != nil { C.multiplyTransposed(δ, into: &gradient.context!, adding: true) }
  }

  /// Wᵀδ by blocks of columns: a column is seen by all rows from its degree on.
  func pullBackProduct(_ δ: Tile, _ parameters: Parameters) -> Tile {
    var result = Tile(features: columns, like: δ)
    var done = 0
    for block in blocks {
      let fresh = block.columns - done
      guard fresh > 0 else { continue }
      matrix(
        parameters, row: block.rows.lowerBound, rows: rows - block.rows.lowerBound, column: done, columns: fresh
      ).multiplyTransposed(δ, fromRow: block.rows.lowerBound, into: &result, atRow: done)
      done = block.columns
    }
    result.fill(rows: done..<columns, with: 0)
    return result
  }
}
