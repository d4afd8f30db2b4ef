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
  /// The base, where it is another than that of the choices.
  public var base: String?
  public var epochs: Int
  /// The flows of the mixture.
  public var members: Int
  /// The mean log-density of the validation events and its standard error; nil without any.
  public var logDensity, error: Double?
  public var seconds: Double
  /// Whether it is better than what there was.
  public var isBest: Bool

  /// What was trained, in words.
  public var subject: String { base.map { "\(preprocessing), base \($0)" } ?? preprocessing }

  private enum CodingKeys: CodingKey {
    case purpose, preprocessing, base, epochs, members, logDensity, error, seconds, isBest
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
