import FlowKit
import Testing

/// A matrix of `rows` × `columns` inside a wider one, and the tiles it is multiplied with, filled with random numbers.
private struct ProductCase {
  let rows, columns, width, offset, stride, xRow, yRow: Int
  let weights: [Scalar]
  let x, y: Tile

  init(_ rows: Int, _ columns: Int, _ width: Int, _ random: inout RandomStream) {
    func number() -> Scalar { Scalar(2 * random.uniform() - 1) }
    func tile(_ features: Int) -> Tile {
      var tile = Tile(features: features, width: width, pool: pool)
      for feature in 0..<features { for event in 0..<width { tile[feature, event] = number() } }
      return tile
    }
    let pool = TilePool()
    (self.rows, self.columns, self.width) = (rows, columns, width)
    offset = Int(random.uniform() * 4)
    stride = columns + Int(random.uniform() * 3)
    xRow = Int(random.uniform() * 3)
    yRow = Int(random.uniform() * 3)
    weights = (0..<(offset + rows * stride)).map { _ in number() }
    x = tile(xRow + columns + 1)
    y = tile(yRow + rows + 1)
  }

  var matrix: WeightMatrix {
    WeightMatrix(Parameters(weights), offset: offset, rows: rows, columns: columns, stride: stride)
  }

  func weight(_ row: Int, _ column: Int) -> Double { Double(weights[offset + row * stride + column]) }

  var name: String { "\(rows) × \(columns) · \(width)" }
}

/// A sum of K products of numbers below 1, in Double: rounding each product and each sum errs by at most ε K · K / 2 with
/// partial sums below K, whatever the order.
private func bound(_ terms: Int) -> Double { Double(Scalar.ulpOfOne) * Double(terms + 1) * Double(terms + 2) / 2 }

private func dot(_ count: Int, _ term: (Int) -> Double) -> Double { (0..<count).reduce(0) { $0 + term($1) } }

/// The entries of `got` that are further from the expected ones than `tolerance`.
private func misses(_ got: Tile, within tolerance: Double, _ expected: (Int, Int) -> Double) -> [String] {
  (0..<got.features).flatMap { row in
    (0..<got.width).compactMap { event in
      let (value, wanted) = (Double(got[row, event]), expected(row, event))
      return abs(value - wanted) <= tolerance ? nil : "(\(row), \(event)): \(value), not \(wanted)"
    }
  }
}

/// Shapes around the kernels' block sizes (8 rows, 16 and 32 columns), and some between.
private func shapes() -> [(rows: Int, columns: Int)] {
  let sizes = [0, 1, 7, 8, 9, 16, 17, 33, 70]
  return sizes.flatMap { rows in sizes.map { (rows, $0) } } + stride(from: 2, to: 70, by: 3).map { ($0, 71 - $0) }
}

/// Every product against plain loops in Double.
@Suite struct ProductTests {
  private func forEachCase(width: Int, _ body: (ProductCase) -> Void) {
    var random = RandomStream(seed: 40, purpose: .samples)
    for (rows, columns) in shapes() { body(ProductCase(rows, columns, width, &random)) }
    // Deeper than the kernels' panels of 128.
    body(ProductCase(20, 300, width, &random))
    body(ProductCase(300, 20, width, &random))
  }

  @Test(arguments: [16, 48, 128], [false, true])
  func multiplyIsASum(width: Int, adding: Bool) {
    forEachCase(width: width) { each in
      let old = each.y
      var y = old
      each.matrix.multiply(each.x, into: &y, atRow: each.yRow, adding: adding)
      let missed = misses(y, within: bound(each.columns)) { row, event in
        let (i, before) = (row - each.yRow, Double(old[row, event]))
        guard 0..<each.rows ~= i else { return before }
        return dot(each.columns) { each.weight(i, $0) * Double(each.x[$0, event]) } + (adding ? before : 0)
      }
      #expect(missed.isEmpty, "\(each.name): \(missed.prefix(3))")
    }
  }

  @Test(arguments: [16, 48, 128], [false, true])
  func multiplyTransposedIsASum(width: Int, adding: Bool) {
    forEachCase(width: width) { each in
      let old = each.x
      var x = old
      each.matrix.multiplyTransposed(each.y, fromRow: each.yRow, into: &x, atRow: each.xRow, adding: adding)
      let missed = misses(x, within: bound(each.rows)) { row, event in
        let (j, before) = (row - each.xRow, Double(old[row, event]))
        guard 0..<each.columns ~= j else { return before }
        return dot(each.rows) { each.weight($0, j) * Double(each.y[each.yRow + $0, event]) } + (adding ? before : 0)
      }
      #expect(missed.isEmpty, "\(each.name): \(missed.prefix(3))")
    }
  }

  @Test(arguments: [16, 48, 128], [Scalar(1), -0.5])
  func addOuterProductIsASum(width: Int, scale: Scalar) {
    forEachCase(width: width) { each in
      var gradient = Gradient(count: each.weights.count)
      for index in each.weights.indices { gradient[index] = each.weights[index] }
      each.matrix.addOuterProduct(
        each.y.rows(each.yRow..<each.y.features), each.x, scaledBy: scale, to: &gradient)
      var missed: [String] = []
      for index in each.weights.indices {
        var wanted = Double(each.weights[index])
        let (i, j) = (index - each.offset).quotientAndRemainder(dividingBy: max(1, each.stride))
        let isEntry = index >= each.offset && i < each.rows && j < each.columns
        if isEntry {
          wanted += Double(scale) * dot(width) { Double(each.y[each.yRow + i, $0]) * Double(each.x[j, $0]) }
        }
        // What is no entry of the matrix keeps its bits.
        if abs(Double(gradient[index]) - wanted) > (isEntry ? bound(width) : 0) { missed.append("(\(i), \(j))") }
      }
      #expect(missed.isEmpty, "\(each.name): \(missed.prefix(3))")
    }
  }

  /// So that an event's result depends on neither its place nor its neighbours.
  @Test(arguments: [16, 48, 128])
  func aColumnHasTheSameBitsWhereverItStands(width: Int) {
    forEachCase(width: width) { each in
      var (x, y) = (each.x, each.y)
      for event in 0..<width {
        // Reversed, one column stands in turn in every lane and in whole and half panels.
        for row in 0..<x.features { x[row, event] = each.x[row, width - 1 - event] }
        for row in 0..<y.features { y[row, event] = each.y[row, width - 1 - event] }
      }
      var (product, moved) = (each.y, y)
      each.matrix.multiply(each.x, into: &product, atRow: each.yRow, adding: true)
      each.matrix.multiply(x, into: &moved, atRow: each.yRow, adding: true)
      #expect(isReversed(product, moved), "\(each.name)")
      (product, moved) = (each.x, x)
      each.matrix.multiplyTransposed(each.y, fromRow: each.yRow, into: &product, atRow: each.xRow, adding: true)
      each.matrix.multiplyTransposed(y, fromRow: each.yRow, into: &moved, atRow: each.xRow, adding: true)
      #expect(isReversed(product, moved), "\(each.name), transposed")
    }
  }

  /// The first 16 columns by themselves are what they are among 48 or 128.
  @Test(arguments: [48, 128])
  func aColumnHasTheSameBitsInTilesOfAnyWidth(width: Int) {
    forEachCase(width: width) { each in
      var (product, alone) = (each.y, narrow(each.y))
      each.matrix.multiply(each.x, into: &product, atRow: each.yRow)
      each.matrix.multiply(narrow(each.x), into: &alone, atRow: each.yRow)
      #expect(isEqual(narrow(product), alone), "\(each.name)")
      (product, alone) = (each.x, narrow(each.x))
      each.matrix.multiplyTransposed(each.y, fromRow: each.yRow, into: &product, atRow: each.xRow)
      each.matrix.multiplyTransposed(narrow(each.y), fromRow: each.yRow, into: &alone, atRow: each.xRow)
      #expect(isEqual(narrow(product), alone), "\(each.name), transposed")
    }
  }

  private func narrow(_ tile: Tile) -> Tile {
    var result = Tile(features: tile.features, width: 16, pool: TilePool())
    for row in 0..<tile.features { for event in 0..<16 { result[row, event] = tile[row, event] } }
    return result
  }

  private func isEqual(_ a: Tile, _ b: Tile) -> Bool {
    (0..<a.features).allSatisfy { row in (0..<a.width).allSatisfy { a[row, $0] == b[row, $0] } }
  }

  private func isReversed(_ a: Tile, _ b: Tile) -> Bool {
    (0..<a.features).allSatisfy { row in
      (0..<a.width).allSatisfy { a[row, $0] == b[row, a.width - 1 - $0] }
    }
  }
}
