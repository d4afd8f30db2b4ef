/// Classifiers each of which was trained without one part of the rows, so that every row is judged by one that has not seen it.
///
/// Rows are cut into K parts at random, both samples alike. Classifier k is trained on all parts but k; classifier k of `earlier` on
/// the parts before k alone, which the test needs.
struct CrossFit: Sendable {
  let classifiers: [RatioClassifier]
  /// Trained on the parts before 1, 2, …, K − 1.
  let earlier: [RatioClassifier]
  /// The rows of each part.
  let parts: [(first: [Int], second: [Int])]
  private let first, second: [Double]
  private let width: Int

  /// - Parameters:
  ///   - first, second: rows, row-major: at least as many as there are folds in each.
  ///   - isPaired: rows i of both are in the same part.
  ///   - isTested: whether the classifiers that the test needs are trained, too.
  init(
    _ first: [Double], _ second: [Double], width: Int, folds: Int, isPaired: Bool, isTested: Bool, seed: UInt64,
    _ pool: WorkerPool
  ) {
    (self.first, self.second, self.width) = (first, second, width)
    func shuffled(_ count: Int, _ number: Int) -> [Int] {
      var random = RandomStream(seed: seed, purpose: .split, index: UInt64(number))
      return random.permutation(of: count)
    }
    let orders = (shuffled(first.count / width, 0), shuffled(second.count / width, isPaired ? 0 : 1))
    let parts = (0..<folds).map { fold in
      (
        first: Swift.stride(from: fold, to: orders.0.count, by: folds).map { orders.0[$0] },
        second: Swift.stride(from: fold, to: orders.1.count, by: folds).map { orders.1[$0] }
      )
    }
    self.parts = parts
    // The largest trainings first, so that workers end together.
    let all = (0..<folds).map { left in (0..<folds).filter { $0 != left } }
    let before = isTested ? (1..<(folds - 1)).reversed().map { Array(0..<$0) } : []
    let plans = all + before
    let trained = UnitResults.collect(plans.count, startingWith: RatioClassifier?.none) { trained in
      pool.run(units: plans.count) { _, unit in
        trained[unit] = .trained(
          on: Self.rows(plans[unit].flatMap { parts[$0].first }, of: first, width),
          Self.rows(plans[unit].flatMap { parts[$0].second }, of: second, width), width: width,
          seed: EventRandom(seed: seed).child(unit).seed)
      }
    }.map { $0! }
    classifiers = Array(trained[..<folds])
    earlier = isTested ? trained[folds...].reversed() + [trained[folds - 1]] : []
  }

  private static func rows(_ numbers: [Int], of values: [Double], _ width: Int) -> [Double] {
    numbers.flatMap { values[($0 * width)..<(($0 + 1) * width)] }
  }

  /// log p_A/p_B of the rows of a part, by a classifier.
  func logRatios(ofPart part: Int, by classifier: RatioClassifier) -> (first: [Double], second: [Double]) {
    (
      classifier.logRatios(Self.rows(parts[part].first, of: first, width)),
      classifier.logRatios(Self.rows(parts[part].second, of: second, width))
    )
  }

  /// The mean of log p_A/p_B over classifiers, of rows that none was trained with.
  static func meanLogRatios(_ rows: [Double], by classifiers: [RatioClassifier], _ pool: WorkerPool) -> [Double] {
    let (width, block) = (classifiers[0].scales.means.count, 32 * Tile.fullWidth)
    let count = rows.count / width
    return UnitResults.collect(count, startingWith: 0.0) { means in
      pool.run(units: (count + block - 1) / block) { _, unit in
        let own = (unit * block)..<min(count, (unit + 1) * block)
        let values = Array(rows[(own.lowerBound * width)..<(own.upperBound * width)])
        for classifier in classifiers {
          for (row, ratio) in zip(own, classifier.logRatios(values)) {
            means[row] += ratio / Double(classifiers.count)
          }
        }
      }
    }
  }
}
