/// A density p(x) or p(x | c): an architecture and its parameters.
///
/// A value: copies are independent, and scoring or sampling does not change it. What is costly about a call, prepared
/// parameters and threads, is made once and shared by the copies; `evaluator()` gives a caller its own. Events, latents and
/// contexts are row-major arrays, N × D, N × D and N × C; a context of one row is shared by all events.
public struct Flow: Sendable {
  public let architecture: Architecture
  private var values: [Scalar]
  private var shared = SharedEvaluator<FlowEvaluator>()

  /// θ, flat, laid out as `architecture.parameterShapes` says. Entries that the architecture has no use for are 0.
  public var parameters: [Scalar] {
    get { values }
    set {
      values = newValue
      parametersChanged()
    }
    _modify {
      defer { parametersChanged() }
      yield &values
    }
  }

  public init(architecture: Architecture, parameters: [Scalar]) {
    (self.architecture, values) = (architecture, parameters)
    parametersChanged()
  }

  /// The flow that is trained, or that something trained begins with.
  init(_ subject: any Trainable, parameters: [Scalar]) {
    guard let architecture = subject as? Architecture ?? (subject as? any FlowBearing)?.architecture else {
      preconditionFailure("what is trained is no flow but \(type(of: subject)): ask for its parameters")
    }
    self.init(architecture: architecture, parameters: Array(parameters.prefix(architecture.parameterCount)))
  }

  private mutating func parametersChanged() {
    precondition(
      values.count == architecture.parameterCount,
      "\(values.count) parameters for an architecture of \(architecture.parameterCount)")
    values.withUnsafeMutableBufferPointer { [layout = architecture.layout] in layout.clearUnused($0) }
    shared = SharedEvaluator()
  }

  /// A flow with initial parameters, drawn from `seed`.
  public init(architecture: Architecture, seed: UInt64 = 0) {
    var random = RandomStream(seed: seed, purpose: .parameters)
    let parts = architecture.layout.parts
    self.init(architecture: architecture, parameters: parts.flatMap { $0.value.initialParameters(using: &random) })
  }

  /// A flow with initial parameters, drawn from `seed`, for training on `events`: layers such as `actnorm` start from
  /// what 4,096 of them, drawn from the seed, look like when they arrive there.
  ///
  /// - Throws: where the events cannot be read, or the architecture is not defined for them.
  public init(
    architecture: Architecture, startingFrom events: some EventSource, seed: UInt64 = 0
  ) throws(FlowError) {
    let data = try TrainingData(sampling: 4_096, of: events, architecture, seed: seed)
    var (x, context) = data.tiles(TilePool())
    var random = RandomStream(seed: seed, purpose: .parameters)
    let chain = architecture.chain
    var embedding: [Scalar] = []
    if let network = architecture.contextEmbedding {
      var random = RandomStream(seed: seed, purpose: .parameters, index: 1)
      embedding = network.initialParameters(using: &random)
      context = network.forward(context!, Pass(network.prepared(Parameters(embedding))))
    }
    var parameters = chain.initialParameters(for: x, given: context, using: &random)
    let z = chain.forward(x, Pass(chain.prepared(Parameters(parameters)), context: context)).values
    parameters += embedding
    parameters += architecture.base.initialParameters(for: z, given: context, using: &random)
    self.init(architecture: architecture, parameters: parameters)
  }

  public var dimension: Int { architecture.dimension }
  public var contextDimension: Int { architecture.contextDimension }

  /// log p(x | c) in nats of each event, in the data's own units: −∞ outside the flow's domain, NaN for a NaN.
  public func logDensity(_ events: [Double], context: [Double] = []) -> [Double] {
    shared.evaluate(self) { $0.logDensity(events, context: context) }
  }

  /// ∂ log p(x | c)/∂x of each event; NaN where log p is not finite.
  public func gradient(ofLogDensity events: [Double], context: [Double] = []) -> [Double] {
    shared.evaluate(self) { $0.gradient(ofLogDensity: events, context: context) }
  }

  /// The latent z to which the flow maps each event.
  public func latent(of events: [Double], context: [Double] = []) -> [Double] {
    shared.evaluate(self) { $0.latent(of: events, context: context) }
  }

  /// The events x that the flow maps to latents z.
  ///
  /// - Throws: where a numeric inverse does not converge.
  public func events(from latents: [Double], context: [Double] = []) throws(FlowError) -> [Double] {
    try shared.evaluate(self) { evaluator throws(FlowError) in try evaluator.events(from: latents, context: context) }
  }

  /// `count` events. The same seed gives the same events, and fewer events are a prefix of more.
  ///
  /// - Throws: where a numeric inverse does not converge.
  public func sample(_ count: Int, context: [Double] = [], seed: UInt64 = 0) throws(FlowError) -> [Double] {
    try shared.evaluate(self) { evaluator throws(FlowError) in
      try evaluator.sample(count, context: context, seed: seed)
    }
  }

  /// This flow made ready for many calls, by one thread at a time.
  public func evaluator(threads: Int? = nil) -> FlowEvaluator {
    FlowEvaluator(self, threads: threads)
  }
}
