/// A critic that a flow is trained against: the game, the critic's network and how it learns.
public struct Adversary: FitCriterion {
  /// What keeps the critic from growing without bound.
  public enum Constraint: Sendable, Equatable {
    case free
    /// Orthonormal weights: 1-Lipschitz by construction.
    case orthonormal
    /// Weights between ± the limit (Arjovsky, Chintala & Bottou 2017).
    case clip(Double)
    /// The weight of (|∂D/∂x| − 1)² between samples and events (Gulrajani et al. 2017).
    case penalty(Double)
  }

  public var game: AdversarialGame
  public var constraint: Constraint
  /// The widths of the critic's hidden layers.
  public var hidden = [64, 64, 64]
  /// How many units of these are sorted together, 2 for MaxMin; 0 for max(0, a).
  public var group: Int
  /// The critic's steps before each of the flow.
  public var steps: Int
  /// The critic's largest learning rate, which falls like that of the flow.
  public var learningRate = 1e-3
  /// β₁ and β₂ of Adam, for both players.
  public var betas = (0.0, 0.9)

  /// The usual critic of a game: 1-Lipschitz with five steps for `wasserstein`, free with one step for the others.
  public init(_ game: AdversarialGame = .wasserstein) {
    self.init(game, game == .wasserstein ? .orthonormal : .free)
  }

  /// The usual critic with a constraint. Sorting goes with orthonormal weights, max(0, a) with all others.
  public init(_ game: AdversarialGame, _ constraint: Constraint) {
    (self.game, self.constraint) = (game, constraint)
    steps = game == .wasserstein ? 5 : 1
    group = constraint == .orthonormal ? 8 : 0
  }

  public var unit: String {
    guard game == .wasserstein else { return "nats, of at most log 2, by the critic of the moment" }
    return constraint == .orthonormal
      ? "units of the preprocessed columns: the critic's lower bound of W1"
      : "units of the critic, which is not 1-Lipschitz"
  }
  public var leastEvents: Int { 1 }

  public func objective(
    for architecture: Architecture, likelihoodWeight: Double, seed: UInt64
  ) throws(FlowError) -> any Objective {
    try AdversarialObjective(architecture, self, likelihoodWeight: likelihoodWeight, seed: seed)
  }

  func critic(inputs: Int) -> CriticNetwork {
    let weights: CriticNetwork.Weights =
      switch constraint {
      case .free, .penalty: .free
      case .orthonormal: .orthonormal
      case .clip(let limit): .clipped(limit)
      }
    return CriticNetwork(inputs: inputs, hidden: hidden, group: group, weights: weights)
  }
}
