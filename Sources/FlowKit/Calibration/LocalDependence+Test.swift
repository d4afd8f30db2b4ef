extension LocalDependence {
  /// - Parameters:
  ///   - levels: of the columns and the density.
  ///   - context: N × C, row-major.
  init(
    _ levels: CalibrationLevels, context: [Double], contextColumns: [String], permutations: Int, threads: Int?
  ) {
    let columns = contextColumns.indices.map { column in
      stride(from: column, to: context.count, by: contextColumns.count).map { context[$0] }
    }
    let hasDensity = !levels.ofDensity.isEmpty
    let all = levels.ofColumns + (hasDensity ? [levels.ofDensity] : [])
    let names = levels.columns + (hasDensity ? [RankCheck.Statistic.density.rawValue] : [])
    let scores = columns.map(ContextFeatures.normalScores)
    let targets = Targets(all)
    let features = ContextFeatures(scores)
    let observed = targets.explained(by: features, order: nil)
    let largest = Self.largestOfPermuted(targets, features, permutations, seed: levels.seed, threads)
    func p(_ value: Double) -> Double {
      // As large but for the rounding of another order of summation.
      Double(1 + largest.count { $0 >= value * (1 - 1e-12) }) / Double(permutations + 1)
    }
    self.permutations = permutations
    pValue = p(observed.max()!)
    let alone = scores.map { targets.explained(by: ContextFeatures([$0]), order: nil) }
    statistics = all.indices.map { index in
      let column = columns.indices.max { alone[$0][index] < alone[$1][index] }!
      return OfStatistic(
        name: names[index], explained: observed[index], pValue: p(observed[index]),
        contextColumn: contextColumns[column],
        regions: Region.quarters(of: columns[column], levels: all[index], draws: levels.draws))
    }
  }

  /// The largest statistic under each order of the contexts.
  private static func largestOfPermuted(
    _ targets: Targets, _ features: ContextFeatures, _ permutations: Int, seed: UInt64, _ threads: Int?
  ) -> [Double] {
    let pool = WorkerPool(threads: threads ?? Processors.count)
    return UnitResults.collect(permutations, startingWith: 0.0) { results in
      pool.run(units: permutations) { _, unit in
        var random = RandomStream(seed: seed, purpose: .contextOrders, index: UInt64(unit))
        results[unit] = targets.explained(by: features, order: random.permutation(of: targets.events)).max()!
      }
    }
  }

  /// √3 (2u − 1) and √5 (6u² − 6u + 1) of each statistic, without their means and of length 1.
  private struct Targets {
    /// N × 2Q, row-major.
    let values: [Double]
    let count: Int
    /// N.
    var events: Int { values.count / count }

    init(_ levels: [[Double]]) {
      var functions: [[Double]] = []
      for levels in levels {
        functions.append(Self.unit(levels.map { 2 * $0 - 1 }))
        functions.append(Self.unit(levels.map { 6 * $0 * ($0 - 1) + 1 }))
      }
      (values, count) = (levels[0].indices.flatMap { event in functions.map { $0[event] } }, functions.count)
    }

    private static func unit(_ values: [Double]) -> [Double] {
      let centered = values.centered
      let length = max(centered.length, .leastNormalMagnitude)
      return centered.map { $0 / length }
    }

    /// The mean part of the two variances of each statistic that the features explain, with event i given the context of event
    /// `order`[i].
    func explained(by features: ContextFeatures, order: [Int]?) -> [Double] {
      guard features.count > 0 else { return [Double](repeating: 0, count: count / 2) }
      var basis = features.basis
      if let order {
        for (event, other) in order.enumerated() {
          for feature in 0..<features.count {
            basis[event * features.count + feature] = features.basis[other * features.count + feature]
          }
        }
      }
      let parts = Products.inDouble(
        basis, transposed: true, values, rows: features.count, inner: events, columns: count)
      var explained = [Double](repeating: 0, count: count / 2)
      for (index, part) in parts.enumerated() { explained[index % count / 2] += part * part / 2 }
      return explained
    }
  }
}

extension LocalDependence.Region {
  /// The quarters of the events by a column's value; equal values stay together, so that there may be fewer.
  static func quarters(of column: [Double], levels: [Double], draws: Int) -> [Self] {
    let order = column.indices.sorted { column[$0] < column[$1] }
    var (regions, first) = ([Self](), 0)
    for quarter in 1...4 {
      var end = max(first, order.count * quarter / 4)
      while end > 0, end < order.count, column[order[end]] == column[order[end - 1]] { end += 1 }
      guard end > first else { continue }
      let scores = NormalScores(levels: order[first..<end].map { levels[$0] }, draws: draws)
      regions.append(
        Self(
          lowest: column[order[first]], highest: column[order[end - 1]], events: end - first, bias: scores.bias,
          width: scores.width))
      first = end
    }
    return regions
  }
}
