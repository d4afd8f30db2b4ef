/// A round of an automatic fit: some flows trained, and what came out.
public struct FitRound: Sendable, Codable, Equatable {
  public enum Purpose: String, Sendable, Codable {
    /// Which preprocessing, or which base.
    case race
    /// How many passes over the training events.
    case epochs
    /// As long as the limit allows.
    case long
    /// More flows in the mixture.
    case flows
    /// Again, with the validation events.
    case refit
  }

  public var purpose: Purpose
  public var preprocessing: String
  /// The layers and the base, where they are others than those of the plan and the choices.
  public var layers, base: String?
  public var epochs: Int
  /// The flows of the mixture.
  public var members: Int
  /// The mean log-density of the validation events and its standard error; nil without any.
  public var logDensity, error: Double?
  public var seconds: Double
  /// Whether it is better than what there was.
  public var isBest: Bool

  /// What was trained, in words.
  public var subject: String {
    ([preprocessing] + [base.map { "base \($0)" }, layers.map { "layers \($0)" }].compactMap { $0 }).joined(
      separator: ", ")
  }

  private enum CodingKeys: CodingKey {
    case purpose, preprocessing, layers, base, epochs, members, logDensity, error, seconds, isBest
  }
}

/// What a caller may show of an automatic fit.
public enum AutomaticFitEvent: Sendable {
  /// A round begins.
  case begins(FitRound.Purpose, epochs: Int, flows: Int)
  case ended(FitRound)
  /// Of a flow that is trained alone.
  case training(TrainingEvent)
}

/// What an automatic fit made.
public struct AutomaticFitResult: Sendable {
  /// Flows whose densities are averaged; one or more.
  public var members: [Flow] { trainings.map(\.result.flow) }
  /// Whether the flows have the layers of the plan, not those of a round that is nearly the base alone.
  public var hasLayers: Bool { rounds.last { $0.isBest }?.layers == nil }
  /// The training of each.
  public var trainings: [(setup: TrainingSetup, result: TrainingResult)]
  public var rounds: [FitRound]
  /// Of the validation events by the mixture; nil without any.
  public var scores: ValidationScores?
  /// What these say beyond their mean.
  public var review: FitReview?
  /// Why it ended.
  public var stopped: StopReason
  /// What to go on from, where it was interrupted.
  public var state: AutomaticFitState?
}
