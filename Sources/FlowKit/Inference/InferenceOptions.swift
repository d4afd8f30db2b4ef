/// How a flow is fitted to a target.
public struct InferenceOptions: Sendable, Equatable {
  /// Steps in all, unless `minutes` is set.
  public var steps = 4_000
  /// A time limit in place of `steps`.
  public var minutes: Double?
  /// Draws per step: large batches are what helps most (Agrawal & Domke 2024).
  public var batchSize = 1_024
  /// The largest learning rate; a cosine leads from it to 0.
  public var learningRate = 3e-3
  /// Begins with a wide normal density r and leads the flow along p^β r^(1−β) in the first third, so that modes far apart are
  /// found. A target of one mode is fitted better without: a funnel's scale is lost in a wide start.
  public var anneals = false
  /// After that, trains on points that annealed importance sampling moves from the flow towards p²/q, which covers modes
  /// (Midgley et al. 2023).
  public var refines = false
  /// Draws for the final figures.
  public var draws = 20_000
  public var seed: UInt64 = 0

  public init() {}

  /// - Throws: where an option means nothing.
  func check() throws(FlowError) {
    let requirements: [(Bool, String)] = [
      (steps >= 1, "steps: at least 1"), (minutes.map { $0 > 0 } ?? true, "minutes: more than 0"),
      (batchSize >= 2, "draws per step: at least 2"),
      (learningRate > 0 && learningRate.isFinite, "the learning rate: finite and more than 0"),
      (draws >= 100, "draws for the final figures: at least 100"),
    ]
    for (holds, requirement) in requirements where !holds { throw FlowError(.data, requirement) }
  }
}

/// How good a fit to a target is, from draws of the flow q and their weights p̃/q.
public struct InferenceReport: Sendable {
  public let weights: ImportanceWeights
  /// The part of the points at which the target had no finite value, of all at which it was computed.
  public let failures: Int
  public let evaluations: Int
  /// What the flow has lost, in words; nil where the probe found nothing lost.
  public let collapse: String?
  public let seconds: Double
}

/// What a caller may show while an inference runs.
public enum InferenceEvent: Sendable {
  /// How much is done, between 0 and 1; β; the bound on fixed draws.
  case progress(step: Int, done: Double, temper: Double, elbo: Double)
  /// The part that follows, in words.
  case stage(String)
}
