/// A classifier two-sample test (C2ST; Lopez-Paz & Oquab 2017) on rows that no classifier had seen.
struct ClassifierTest: Sendable {
  /// The mean over both samples of the part that is told right.
  let accuracy, accuracyError: Double
  let area, areaError: Double
  let p: Double

  /// The figures are of every row, by the classifier that was trained without its part. Their errors are those over rows, for
  /// these classifiers.
  ///
  /// They have no p-value: a row counts in the test of its own part and in the training of all others, so that under the null
  /// hypothesis the parts' results are correlated (for a classifier that is linear in the labels the variance is doubled). The
  /// p-value stands on the classifiers that were trained on earlier parts only. Given these, the labels of part k are exchangeable:
  /// permuting them within each part gives the distribution of Σₖ √k Rₖ, with Rₖ the sum of the ranks of part k's rows of A, of mean 0
  /// and variance 1 over the ways.
  init(_ fit: CrossFit, _ options: ComparisonOptions, _ pool: WorkerPool) throws(FlowError) {
    var (right, areas, variance) = (([Double](), [Double]()), [Double](), 0.0)
    for (part, classifier) in fit.classifiers.enumerated() {
      let (first, second) = fit.logRatios(ofPart: part, by: classifier)
      right.0 += first.map { $0 > 0 ? 1 : $0 == 0 ? 0.5 : 0 }
      right.1 += second.map { $0 < 0 ? 1 : $0 == 0 ? 0.5 : 0 }
      let ranks = try RankComparison(first, second)
      areas.append(ranks.area)
      variance += (ranks.standardError ?? 0) * (ranks.standardError ?? 0)
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let parts = (mean(right.0), mean(right.1))
    accuracy = (parts.0 + parts.1) / 2
    let squares = (
      parts.0 * (1 - parts.0) / Double(right.0.count), parts.1 * (1 - parts.1) / Double(right.1.count)
    )
    accuracyError = (squares.0 + squares.1).squareRoot() / 2
    area = mean(areas)
    areaError = variance.squareRoot() / Double(areas.count)
    p = Self.p(fit, options, pool)
  }

  private static func p(_ fit: CrossFit, _ options: ComparisonOptions, _ pool: WorkerPool) -> Double {
    var sums = [Double](repeating: 0, count: options.permutations + 1)
    for (index, classifier) in fit.earlier.enumerated() {
      let (first, second) = fit.logRatios(ofPart: index + 1, by: classifier)
      let ranks = RankComparison.ranks(first + second)
      let ways = Relabelling(
        first.count, second.count, isPaired: options.isPaired, permutations: options.permutations,
        seed: EventRandom(seed: options.seed).child(index).seed)
      let own = UnitResults.collect(ways.permutations + 1, startingWith: 0.0) { own in
        ways.forEach(pool) { way, isFirst in
          var sum = 0.0
          for row in isFirst.indices where isFirst[row] { sum += ranks[row] }
          own[way] = sum
        }
      }
      let mean = own.reduce(0, +) / Double(own.count)
      let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(own.count)
      guard variance > 0 else { continue }
      let weight = Double(index + 1).squareRoot() / variance.squareRoot()
      for way in sums.indices { sums[way] += weight * (own[way] - mean) }
    }
    return Relabelling.p(sums)
  }
}
