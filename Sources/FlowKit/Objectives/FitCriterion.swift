/// How far the samples of a flow are from events, as what a fit minimises: a distance of two clouds (``SampleCriterion``) or what a
/// critic makes of them (``Adversary``).
public protocol FitCriterion: Sendable {
  /// The criterion as ``FitObjective`` writes it, such as `mmd(kernel=laplace)`.
  var text: String { get }
  /// What its values are measured in, for messages.
  var unit: String { get }
  /// The fewest events in a batch.
  var leastEvents: Int { get }
  /// The objective that trains a flow by it.
  ///
  /// - Parameters:
  ///   - likelihoodWeight: λ ≥ 0: as many times the mean negative log-density of the events, in nats, is added.
  ///   - seed: decides the draws of validation.
  /// - Throws: where it cannot train the flow, naming the layer.
  func objective(
    for architecture: Architecture, likelihoodWeight: Double, seed: UInt64
  ) throws(FlowError) -> any Objective
}
