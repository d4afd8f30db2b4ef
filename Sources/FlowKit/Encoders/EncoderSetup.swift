/// A fit of an encoder that can begin: its architecture made for events, these events, what is minimised, and how.
///
/// It is the first of two stages. The second fits a flow to the latents that the encoder then has (`latentSetup`).
/// Both at once mislead: a density of latents that move grows without bound where they shrink, and the reconstruction pays for it
/// (Brehmer & Cranmer 2020, arXiv:2003.13913; Ghosh et al. 2020, arXiv:1903.12436).
public struct EncoderSetup: Sendable {
  public let architecture: EncoderArchitecture
  public let objective: EncoderObjective
  public let options: TrainingOptions
  public let train: any EventSource
  /// nil trains to the end.
  public let validation: (any EventSource)?

  /// - Parameters:
  ///   - events: what is encoded; their context, if they have any, are the labels that the objective learns from, in its order.
  ///   - latents: L.
  ///   - encoder: its network, as ``CodeNetwork`` writes it.
  ///   - decoder: that of the decoder; nil mirrors the encoder.
  /// - Throws: where a text describes no network, or the events allow no fit.
  public init(
    fitting events: any EventSource, validation: Validation = .fraction(0.1), latents: Int, encoder: String = "128x128",
    decoder: String? = nil, objective: EncoderObjective = EncoderObjective(),
    options: TrainingOptions = TrainingOptions(), registry: Registry = .standard
  ) throws(FlowError) {
    try options.check()
    guard options.noise == nil, !options.curriculum else {
      throw FlowError(.architecture, "noise and curricula are of fits of flows; an encoder is trained without them")
    }
    let criterion = objective.criterion
    guard decoder == nil || criterion.trainsDecoder else {
      throw FlowError(.architecture, "\(objective.name) trains an encoder alone; leave the decoder out")
    }
    guard events.contextDimension == criterion.labels.count else {
      throw FlowError(
        .data,
        "\(events.place): \(objective.name) takes \(criterion.labels.count) columns of labels beside the features, got "
          + "\(events.contextDimension)")
    }
    let parts = try TrainingSetup.parts(events, validation, PreprocessingOptions(), options.seed)
    let back = criterion.trainsDecoder ? decoder ?? CodeNetwork.mirrored(encoder) : nil
    architecture = try EncoderArchitecture(
      fitting: parts.train, latents: latents, encoder: encoder, decoder: back,
      predictor: try criterion.predictor(latents: latents, train: parts.train), metric: objective.metric,
      registry: registry)
    (self.objective, self.options, train, self.validation) = (objective, options, parts.train, parts.validation)
    _ = try criterion.objective(for: architecture, train: train, seed: options.seed)
  }

  /// The fit of a flow to the latents of the same events.
  ///
  /// - Parameter options: how the flow is trained; as the encoder by default.
  /// - Throws: where the latents have no density, such as those of more latents than columns, or one that is constant.
  public func latentSetup(
    _ encoder: EventEncoder, recipe: String? = nil, layers: String? = nil, base: String = StandardNormal.name,
    broad: Double = 0, options: TrainingOptions? = nil, registry: Registry = .standard
  ) throws(FlowError) -> TrainingSetup {
    var others = Validation.none
    if let validation { others = .events(try EncodedEvents(validation, encoder)) }
    do throws(FlowError) {
      return try TrainingSetup(
        fitting: EncodedEvents(train, encoder), validation: others, recipe: recipe,
        layers: layers, base: base, options: options ?? self.options, broad: broad, registry: registry)
    } catch {
      guard error.kind == .data else { throw error }
      throw FlowError(.data, "the latents of \(error.message); take fewer of them, or another encoder")
    }
  }

  /// What a flow on latents is until one is fitted: a normal density of mean 0 and variance 1.
  public var latentStart: Flow {
    get throws(FlowError) {
      let latents = architecture.latentDimension
      return Flow(
        architecture: Architecture(
          chain: try Chain([], dimension: latents), base: StandardNormal(dimension: latents)))
    }
  }
}
