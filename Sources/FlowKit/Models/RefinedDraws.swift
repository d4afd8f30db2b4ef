/// Draws of a model of which a refinement keeps some.
final class RefinedDraws {
  private let evaluator: EnsembleEvaluator
  private let refinement: Refinement
  private let seed: UInt64
  private let pool: WorkerPool
  /// How many draws were made, and how many of them kept.
  private(set) var made = 0
  private(set) var kept = 0

  /// So many times an event is drawn again: an acceptance of a thousandth needs some ten thousand.
  private static let mostRounds = 100_000

  init(_ evaluator: EnsembleEvaluator, _ refinement: Refinement, seed: UInt64, threads: Int?) {
    (self.evaluator, self.refinement, self.seed) = (evaluator, refinement, seed)
    pool = WorkerPool(threads: threads ?? Processors.count)
  }

  /// `count` events from number `first` on, each with its context, if there is one.
  ///
  /// Those that are rejected are drawn again in the next round, whose seed is a hash of `seed` and its number; the j-th of them is event
  /// number `first` + j of that seed. So an event depends on (seed, its number) and on the events of its block before it, and not on
  /// those after it or on threads.
  func sample(_ count: Int, first: Int, context: [Double]) throws(FlowError) -> [Double] {
    let (dimension, contextDimension) = (evaluator.dimension, evaluator.contextDimension)
    var result = [Double](repeating: 0, count: count * dimension)
    var pending = Array(0..<count)
    for round in 0..<Self.mostRounds {
      guard !pending.isEmpty else { return result }
      let seed = EventRandom(seed: seed).child(round).seed
      let own = pending.flatMap { context[($0 * contextDimension)..<(($0 + 1) * contextDimension)] }
      let draws = try evaluator.sample(pending.count, first: first, context: own, seed: seed)
      let labelled = LabelledEvents(draws, context: own)
      let ratios = refinement.logRatios(
        labelled.interleaved(dimension: dimension, contextDimension: contextDimension), pool)
      made += pending.count
      var rejected: [Int] = []
      for (draw, event) in pending.enumerated() {
        var random = RandomStream(seed: seed, purpose: .acceptance, index: UInt64(first + draw))
        guard Double.log(1 - random.uniform()) < ratios[draw] - refinement.logBound else {
          rejected.append(event)
          continue
        }
        for feature in 0..<dimension { result[event * dimension + feature] = draws[draw * dimension + feature] }
      }
      kept += pending.count - rejected.count
      pending = rejected
    }
    throw FlowError(
      .numerics,
      "the refinement rejects all draws of an event, \(Self.mostRounds) in a row: the model is too far from the data there"
    )
  }
}
