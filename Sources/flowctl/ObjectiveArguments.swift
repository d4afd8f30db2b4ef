import ArgumentParser
import FlowKit

/// What a fit minimises.
struct ObjectiveArguments: ParsableArguments {
  @Option(
    help: """
      What is minimised: \(FitObjective.names.joined(separator: ", ")), with arguments, such as 'mmd(kernel=laplace)', \
      'sinkhorn(epsilon=0.1,sweeps=200,gradient=unrolled)' or 'wasserstein(constraint=penalty,critic-steps=5,critic-rate=0.001)'. All \
      but likelihood and flow-matching compare samples of the flow with the events, as the preprocessing makes them; flow-matching fits the \
      velocity of one layer 'ode' without solving its equation. The guide Objectives says what each is good for.
      """)
  var objective: String?

  @Option(parsing: .unconditional, help: "Adds so many times the mean negative log-density to an objective on samples.")
  var likelihoodWeight: Double?

  func fitObjective() throws(FlowError) -> FitObjective {
    guard objective != nil || likelihoodWeight == nil else {
      throw FlowError(
        .architecture,
        "--likelihood-weight mixes the likelihood into an objective on samples; give one with --objective")
    }
    return try FitObjective(objective ?? FitObjective.likelihood.text, likelihoodWeight: likelihoodWeight ?? 0)
  }

  /// Whether lines name the objective.
  var isGiven: Bool { objective != nil }
}
