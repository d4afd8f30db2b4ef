/// Random ways to say which rows of two pooled samples are of the first: what a test by permutation compares a statistic with.
///
/// Of N + M rows any N are equally likely or, where row i of both samples belong together, one of each pair. Way number 0 is that of
/// the samples themselves. A way is a function of (seed, its number).
struct Relabelling: Sendable {
  let first, second: Int
  let isPaired: Bool
  /// How many ways there are besides the first.
  let permutations: Int
  let seed: UInt64

  init(_ first: Int, _ second: Int, isPaired: Bool = false, permutations: Int, seed: UInt64) {
    precondition(!isPaired || first == second, "pairs of \(first) and \(second) rows")
    (self.first, self.second, self.isPaired) = (first, second, isPaired)
    (self.permutations, self.seed) = (permutations, seed)
  }

  var rows: Int { first + second }

  /// Sets which rows are of the first sample. `order` is room of the caller's, of as many numbers as there are rows.
  func fill(_ isFirst: inout [Bool], way: Int, using order: inout [Int32]) {
    for row in 0..<rows { isFirst[row] = row < first }
    guard way > 0 else { return }
    var random = RandomStream(seed: seed, purpose: .permutations, index: UInt64(way))
    guard !isPaired else {
      for pair in 0..<first where random.next() & 1 == 1 { isFirst.swapAt(pair, first + pair) }
      return
    }
    for row in 0..<rows { (order[row], isFirst[row]) = (Int32(row), false) }
    for place in 0..<first {
      order.swapAt(place, place + random.integer(below: rows - place))
      isFirst[Int(order[place])] = true
    }
  }

  /// Calls `body` with each way, spread over workers.
  func forEach(_ pool: WorkerPool, _ body: @Sendable (_ way: Int, _ isFirst: [Bool]) -> Void) {
    let chunk = 16
    pool.run(units: (permutations + chunk) / chunk) { _, unit in
      var isFirst = [Bool](repeating: false, count: rows)
      var order = [Int32](repeating: 0, count: rows)
      for way in (unit * chunk)..<min(permutations + 1, (unit + 1) * chunk) {
        fill(&isFirst, way: way, using: &order)
        body(way, isFirst)
      }
    }
  }

  /// (k + 1)/(B + 1), where k of B permutations have a statistic at least as large as that of the samples, the first one: never 0,
  /// and valid for any B (Phipson & Smyth 2010). What differs by rounding only counts as equal.
  static func p(_ statistics: [Double]) -> Double {
    let scale = statistics.reduce(0) { max($0, abs($1)) }
    let least = statistics[0] - 1e-5 * scale
    return Double(statistics.count { $0 >= least }) / Double(statistics.count)
  }
}

extension KolmogorovSmirnov {
  /// p-values of columns by permutation, for values that repeat and for rows in pairs.
  ///
  /// - Parameter columns: of each column the values of the first sample's rows, then those of the second one's.
  static func permutationP(of columns: [[Double]], _ ways: Relabelling, _ pool: WorkerPool) -> [Double] {
    guard !columns.isEmpty else { return [] }
    let sorted = columns.map { SortedValues($0) }
    let count = columns.count
    let distances = UnitResults.collect(count * (ways.permutations + 1), startingWith: 0.0) { distances in
      ways.forEach(pool) { way, isFirst in
        for column in 0..<count {
          distances[column * (ways.permutations + 1) + way] = sorted[column].distance(isFirst, ways)
        }
      }
    }
    return (0..<count).map { column in
      let start = column * (ways.permutations + 1)
      return Relabelling.p(Array(distances[start..<(start + ways.permutations + 1)]))
    }
  }

  /// The rows of a column by value, and where values that are equal end.
  private struct SortedValues: Sendable {
    let rows: [Int32]
    let isEnd: [Bool]

    init(_ values: [Double]) {
      rows = (0..<Int32(values.count)).sorted { values[Int($0)] < values[Int($1)] }
      isEnd = rows.indices.map { [rows] in
        $0 + 1 == rows.count || values[Int(rows[$0 + 1])] != values[Int(rows[$0])]
      }
    }

    /// max |M i − N j|, as of the samples themselves.
    func distance(_ isFirst: [Bool], _ ways: Relabelling) -> Double {
      var (difference, largest) = (0, 0)
      for (place, row) in rows.enumerated() {
        difference += isFirst[Int(row)] ? ways.second : -ways.first
        if isEnd[place] { largest = max(largest, abs(difference)) }
      }
      return Double(largest)
    }
  }
}
