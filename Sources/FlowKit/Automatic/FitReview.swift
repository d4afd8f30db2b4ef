/// What the validation events say of a fit beyond their mean: how far it is from simple densities, whether it overfits, and which
/// events it finds hard to believe.
public struct FitReview: Sendable {
  /// The mean log-density of the validation events by a normal density with the mean and covariance of the training events, and by
  /// a mixture of eight normal densities fitted to at most 10,000 of them; nil with context, where these are not defined.
  public internal(set) var normal, mixture: Double?
  /// By how much the fit is better than the better of the two, in nats, and the standard error of that.
  public internal(set) var gain: (value: Double, error: Double)?
  /// The mean log-density of at most 10,000 training events.
  public internal(set) var training: Double?
  /// The validation events with the lowest log-densities, lowest first, and the mean log-density without them.
  public let worst: [Event]
  public let meanWithoutWorst: Double
  /// How few validation events hold half of all distance from the median log-density, where these are less than one in a hundred:
  /// then they decide the mean, not the others.
  public let decisive: Int?

  public struct Event: Sendable, Equatable {
    /// In the source of the validation events, from 0 on.
    public let row: Int
    public let logDensity: Double
  }

  private static let worstCount = 3

  init(_ scores: ValidationScores) {
    let order = scores.logDensities.indices.filter { scores.weight(of: $0) > 0 }
      .sorted { scores.logDensities[$0] < scores.logDensities[$1] }
    let worst = order.prefix(Self.worstCount)
    self.worst = worst.map { Event(row: scores.rows[$0], logDensity: scores.logDensities[$0]) }
    meanWithoutWorst = scores.mean(without: Set(worst))
    decisive = Self.decisive(order, scores)
  }

  private static func decisive(_ order: [Int], _ scores: ValidationScores) -> Int? {
    guard order.count >= 100 else { return nil }
    let median = scores.logDensities[order[order.count / 2]]
    let distances = order.map { scores.weight(of: $0) * abs(scores.logDensities[$0] - median) }.sorted(by: >)
    guard let largest = distances.first else { return nil }
    guard largest.isFinite else { return distances.count { !$0.isFinite } }
    let half = 0.5 * distances.reduce(0, +)
    var (sum, count) = (0.0, 0)
    while sum < half {
      sum += distances[count]
      count += 1
    }
    return count > 0 && 100 * count < order.count ? count : nil
  }
}

extension AutomaticFit {
  private static let reviewRows = 10_000

  /// - Parameters:
  ///   - flows: whose mixture `scores` are by.
  ///   - references: the scores of simple densities.
  func review(_ flows: [Flow], _ scores: ValidationScores, _ references: SimpleDensities?) throws(FlowError)
    -> FitReview
  {
    var review = FitReview(scores)
    let sample = try train.sample(Self.reviewRows, seed: choices.seed).events
    let logDensities = FlowEnsemble(flows).evaluator(threads: threads).logDensity(
      sample.events, context: sample.context)
    review.training = ValidationScores(logDensities, weights: sample.weights).mean.value
    guard let references else { return review }
    let (normal, mixture) = (
      scores.withLogDensities(references.normal), scores.withLogDensities(references.mixture)
    )
    (review.normal, review.mixture) = (normal.mean.value, mixture.mean.value)
    review.gain = scores.gain(over: mixture.mean.value > normal.mean.value ? mixture : normal)
    return review
  }

  /// The log-densities of the validation events by densities that need no network.
  struct SimpleDensities {
    var normal: [Double] = []
    var mixture: [Double] = []
    /// Those with tails, by the base that is such a density.
    var heavy: [(base: StudentTMixture, logDensities: [Double])] = []
  }

  /// Nil without validation events, with a context, and where something is declared of columns: a density that knows nothing of
  /// bounds or whole numbers is no fair reference.
  func simpleDensities() throws(FlowError) -> SimpleDensities? {
    guard let validation, train.contextDimension == 0, choices.preprocessing.declaredColumns.isEmpty else { return nil }
    let sample = try train.sample(Self.reviewRows, seed: choices.seed).events
    let whitening = try BroadComponent(weight: 0.5, of: train, after: []).whitening
    let dimension = train.dimension
    func fit(_ components: Int, isNormal: Bool) -> StudentTMixtureFit {
      var random = RandomStream(seed: choices.seed, purpose: .start)
      return StudentTMixtureFit(
        sample.events, dimension: dimension, weights: sample.weights, components: components, isNormal: isNormal,
        using: &random)
    }
    let mixture = fit(8, isNormal: true)
    let heavy = [1, 8].map { fit($0, isNormal: false) }
    var references = SimpleDensities()
    references.heavy = [1, 8].map { (StudentTMixture(dimension: dimension, components: $0), []) }
    try validation.forEachBlock { block in
      var rows = block.events.events
      references.mixture += mixture.logDensities(rows)
      for (index, fit) in heavy.enumerated() { references.heavy[index].logDensities += fit.logDensities(rows) }
      var logs = [Double](repeating: 0, count: rows.count / dimension)
      whitening.forward(rows: &rows, firstEvent: 0, addingTo: &logs)
      references.normal += logs.indices.map { event in
        logs[event] - 0.5 * Double(dimension) * Double.log(2 * .pi)
          - 0.5 * rows[(event * dimension)..<((event + 1) * dimension)].reduce(0) { $0 + $1 * $1 }
      }
    }
    return references
  }
}
