/// A fit of an encoder that can begin: its architecture made for events, these events, what is minimised, and how.
///
/// It is the first of two stages. The second fits a flow to the latents that the encoder then has (`latentSetup`).
/// Both at once mislead: a density of latents that move grows without bound where they shrink, and the reconstruction pays for it
/// (Brehmer & Cranmer 2020, arXiv:2003.13913; Ghosh et al. 2020, arXiv:1903.12436).
public struct EncoderSetup: Sendable {
  public let architecture: EncoderArchitecture
  /// Of the latents of a variational encoder, with which it is trained; nil for others.
  public let prior: Architecture?
  /// On which the flow on the latents is conditional; nil for one of all events.
  public let classes: LabelClasses?
  public let objective: EncoderObjective
  public let options: TrainingOptions
  public let train: any EventSource
  /// nil trains to the end.
  public let validation: (any EventSource)?
  /// What training sees of both: triplets of rows, where these are given.
  let seen: (train: any EventSource, validation: (any EventSource)?)
  /// Whether losses of the encoder are those of validation events.
  public var hasEncoderValidation: Bool { seen.validation != nil }

  /// - Parameters:
  ///   - events: what is encoded; their context are the labels that the objective learns from, in its order, or, of an objective without
  ///     any, what all networks and the flow are conditional on.
  ///   - latents: L.
  ///   - encoder: its network, as ``CodeNetwork`` writes it.
  ///   - decoder: that of the decoder; nil mirrors the encoder.
  ///   - recipe, layers, base: of a prior that is a flow; without the first two, the layers of the first `Recipe`.
  /// - Throws: where a text describes no network, or the events allow no fit.
  public init(
    fitting events: any EventSource, validation: Validation = .fraction(0.1), latents: Int, encoder: String = "128x128",
    decoder: String? = nil, recipe: String? = nil, layers: String? = nil, base: String = StandardNormal.name,
    objective: EncoderObjective = EncoderObjective(),
    options: TrainingOptions = TrainingOptions(), registry: Registry = .standard
  ) throws(FlowError) {
    try options.check()
    let criterion = objective.criterion
    guard !options.curriculum else {
      throw FlowError(.architecture, "a curriculum is of a fit of a flow; an encoder is trained without one")
    }
    guard options.noise == nil || !criterion.trainsDecoder else {
      throw FlowError(
        .architecture, "\(objective.name) would learn to give the noise back; noise is of flows and of codes by labels")
    }
    var options = options
    options.noise = options.noise ?? criterion.noise
    guard decoder == nil || criterion.trainsDecoder else {
      throw FlowError(.architecture, "\(objective.name) trains an encoder alone; leave the decoder out")
    }
    let seesContext = criterion.trainsDecoder && events.contextDimension > 0
    guard seesContext || events.contextDimension == criterion.labels.count else {
      throw FlowError(
        .data,
        "\(events.place): \(objective.name) takes \(criterion.labels.count) columns of labels beside the features, got "
          + "\(events.contextDimension)")
    }
    let parts = try TrainingSetup.parts(events, validation, PreprocessingOptions(), options.seed)
    let back = criterion.trainsDecoder ? decoder ?? CodeNetwork.mirrored(encoder) : nil
    architecture = try EncoderArchitecture(
      fitting: parts.train, latents: latents, context: seesContext, encoder: encoder, decoder: back,
      head: criterion.head,
      posterior: try criterion.posterior.map { layers throws(FlowError) in
        try Self.posterior(layers, latents, registry, seed: options.seed)
      },
      predictor: try criterion.predictor(latents: latents, train: parts.train), metric: objective.metric,
      weights: objective.weights, registry: registry)
    classes = criterion.conditionsFlow ? try LabelClasses(of: parts.train) : nil
    prior =
      criterion.head == nil
      ? nil
      : try Self.prior(criterion.prior, architecture, recipe, layers, base, registry, seed: options.seed)
    (self.objective, self.options, train, self.validation) = (objective, options, parts.train, parts.validation)
    let isPart = if case .fraction = validation { true } else { false }
    seen = try criterion.trainingEvents(
      of: events, train: parts.train, validation: parts.validation, isPart: isPart)
    for events in [parts.train] + (parts.validation.map { [$0] } ?? []) { try criterion.check(events) }
    // Before anything is trained.
    if let classes, let validation = parts.validation { try classes.check(validation) }
    _ = try criterion.objective(for: architecture, prior: prior, train: train, seed: options.seed)
  }

  /// A flow that is given 2 L features by the encoder.
  private static func posterior(
    _ layers: String, _ latents: Int, _ registry: Registry, seed: UInt64
  ) throws(FlowError) -> Chain {
    var random = RandomStream(seed: seed, purpose: .architecture, index: 1)
    let chain = try LayerList(layers).chain(
      dimension: latents, contextDimension: 2 * latents, registry: registry, using: &random)
    guard chain.domain.isEverything else {
      throw FlowError(.architecture, "the posterior \(layers) is not defined for all numbers, as latents are")
    }
    return chain
  }

  private static func prior(
    _ prior: LatentPrior, _ encoder: EncoderArchitecture, _ recipe: String?, _ layers: String?, _ base: String,
    _ registry: Registry,
    seed: UInt64
  ) throws(FlowError) -> Architecture {
    let latents = encoder.latentDimension
    switch prior {
    case .normal: return try withoutLayers(encoder, StandardNormal(dimension: latents))
    case .mixture(let text): return try withoutLayers(encoder, try registry.base(text, dimension: latents))
    case .flow:
      let list = if let layers { layers } else { try Recipe(named: recipe ?? Recipe.all[0].name).layers }
      var random = RandomStream(seed: seed, purpose: .architecture)
      let chain = try LayerList(list).chain(
        dimension: latents, contextDimension: encoder.contextDimension, registry: registry, using: &random)
      return Architecture(
        chain: chain, base: try registry.base(base, dimension: latents),
        contextPreprocessing: encoder.contextPreprocessing)
    }
  }

  /// A density that is the same for every context.
  private static func withoutLayers(
    _ encoder: EncoderArchitecture, _ base: any BaseDistribution
  ) throws(FlowError) -> Architecture {
    Architecture(
      chain: try Chain([], dimension: base.dimension, contextDimension: encoder.contextDimension), base: base,
      contextPreprocessing: encoder.contextPreprocessing)
  }

  /// The fit of a flow to the latents of the same events, conditional on their context or their classes where there are any.
  ///
  /// - Parameter options: how the flow is trained; as the encoder by default, but without its noise.
  /// - Throws: where the latents have no density, such as those of more latents than columns, or one that is constant.
  public func latentSetup(
    _ encoder: EventEncoder, recipe: String? = nil, layers: String? = nil, base: String = StandardNormal.name,
    broad: Double = 0, options: TrainingOptions? = nil, registry: Registry = .standard
  ) throws(FlowError) -> TrainingSetup {
    var (own, others) = (self.options, Validation.none)
    own.noise = nil
    if let validation { others = .events(try EncodedEvents(validation, encoder, classes: classes)) }
    do throws(FlowError) {
      return try TrainingSetup(
        fitting: EncodedEvents(train, encoder, classes: classes), validation: others, recipe: recipe, layers: layers,
        base: base, options: options ?? own, broad: broad, registry: registry)
    } catch {
      guard error.kind == .data else { throw error }
      throw FlowError(.data, "the latents of \(error.message); take fewer of them, or another encoder")
    }
  }

  /// What a flow on latents is until one is fitted: a normal density of mean 0 and variance 1.
  public var latentStart: Flow {
    get throws(FlowError) {
      let start =
        if let prior { prior } else {
          try Self.withoutLayers(architecture, StandardNormal(dimension: architecture.latentDimension))
        }
      return Flow(architecture: start, seed: options.seed)
    }
  }
}
