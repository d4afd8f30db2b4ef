/// What makes a code a good one: by what an encoder is trained.
public protocol EncoderCriterion: Sendable {
  /// The criterion as ``EncoderObjective`` writes it, without the metric, such as `ae(error=absolute)`.
  var text: String { get }
  /// What its values are measured in, for messages.
  var unit: String { get }
  /// Whether it trains a decoder. One that it does not train there is not.
  var trainsDecoder: Bool { get }
  /// The columns of labels that it learns from, which are no features; none by default.
  var labels: [String] { get }
  /// The noise on events of training steps where the options name none; none by default.
  var noise: TrainingNoise? { get }
  /// What the decoder's outputs say of an event; nil, the default, where they are the event itself. Only an encoder with a head has a prior.
  var head: DecoderHead.Kind? { get }
  /// The prior of the latents of an encoder with a head; normal by default.
  var prior: LatentPrior { get }
  /// The layers of the posterior's flow; nil, the default, where q(z | x) is normal.
  var posterior: String? { get }
  /// Whether the flow on the latents is one of each label of the first column, p(z | label); false by default.
  var conditionsFlow: Bool { get }
  /// Throws where the events cannot be trained on; nothing by default.
  func check(_ events: any EventSource) throws(FlowError)
  /// The predictor of labels that it trains with the encoder; none by default.
  ///
  /// - Throws: where the labels of these events allow none.
  func predictor(latents: Int, train: any EventSource) throws(FlowError) -> LabelPredictor?
  /// What training sees of the events: the same by default.
  ///
  /// - Parameters:
  ///   - events: those before they were divided.
  ///   - isPart: whether the validation events are a part of them.
  /// - Throws: where they cannot be trained on.
  func trainingEvents(
    of events: any EventSource, train: any EventSource, validation: (any EventSource)?, isPart: Bool
  ) throws(FlowError) -> (train: any EventSource, validation: (any EventSource)?)
  /// The objective that trains an encoder by it. The first parts of its subject are those of the encoder.
  ///
  /// - Parameters:
  ///   - prior: that of the latents, where there is a head.
  ///   - train: the events that it is trained on, for what they say of their labels.
  ///   - seed: decides what is random in validation.
  /// - Throws: where it cannot train the encoder on these events.
  func objective(
    for architecture: EncoderArchitecture, prior: Architecture?, train: any EventSource, seed: UInt64
  ) throws(FlowError) -> any Objective
}

extension EncoderCriterion {
  public var labels: [String] { [] }
  public var noise: TrainingNoise? { nil }
  public var head: DecoderHead.Kind? { nil }
  public var prior: LatentPrior { .normal }
  public var posterior: String? { nil }
  public var conditionsFlow: Bool { false }
  public func check(_ events: any EventSource) throws(FlowError) {}
  public func predictor(latents: Int, train: any EventSource) throws(FlowError) -> LabelPredictor? { nil }
  public func trainingEvents(
    of events: any EventSource, train: any EventSource, validation: (any EventSource)?, isPart: Bool
  ) throws(FlowError) -> (train: any EventSource, validation: (any EventSource)?) { (train, validation) }
}

/// The error of reconstructions, by which auto-encoders are trained: `ae`, `ae(error=absolute)`, and `ae(features=other.h5,feature-weight=2)` with
/// that of the features of another encoder beside it (``PerceptualObjective``).
public struct ReconstructionCriterion: EncoderCriterion {
  public static let name = "ae"
  public var error: ReconstructionObjective.Error
  /// What the encoder of the features is called, such as its file; nil for no features.
  public var featuresName: String?
  /// The encoder of the features, which a text only names; an objective with a name and without it cannot be made.
  public var features: EventEncoder?
  /// The weight of the features' error, λ.
  public var featureWeight: Double

  public init(
    _ error: ReconstructionObjective.Error = .squared, featuresName: String? = nil, features: EventEncoder? = nil,
    featureWeight: Double = 1
  ) {
    (self.error, self.featuresName, self.features) = (error, featuresName, features)
    self.featureWeight = featureWeight
  }

  init(_ arguments: inout LayerArguments) throws(FlowError) {
    let error = try arguments.choice(
      "error", default: ReconstructionObjective.Error.squared,
      from: ReconstructionObjective.Error.allCases.map { ($0.rawValue, $0) })
    let name = arguments.take("features", positional: false)?.value
    let weight =
      name == nil ? 1 : try arguments.number("feature-weight", default: 1, "a number above 0") { $0 > 0 && $0.isFinite }
    self.init(error, featuresName: name, featureWeight: weight)
  }

  public var text: String {
    var arguments = error == .squared ? [] : ["error=\(error.rawValue)"]
    if let featuresName { arguments.append("features=\(featuresName)") }
    if featuresName != nil, featureWeight != 1 { arguments.append("feature-weight=\(featureWeight)") }
    return arguments.isEmpty ? Self.name : "\(Self.name)(\(arguments.joined(separator: ",")))"
  }
  public var unit: String {
    (error == .squared ? "the part of the variance that is lost" : "units of the scaled columns")
      + (featuresName == nil ? "" : ", and the squared error of features")
  }
  public var trainsDecoder: Bool { true }

  public func objective(
    for architecture: EncoderArchitecture, prior: Architecture?, train: any EventSource, seed: UInt64
  ) throws(FlowError) -> any Objective {
    guard let featuresName else { return try ReconstructionObjective(architecture, error: error) }
    guard let features else {
      throw FlowError(.architecture, "the features \(featuresName) are named, but their encoder is not given")
    }
    return try PerceptualObjective(architecture, error: error, features: features, weight: featureWeight)
  }
}
