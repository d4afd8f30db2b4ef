/// A density p(x) or p(x | c): an architecture and its parameters.
///
/// A value: copies are independent, and scoring or sampling does not change it. `evaluator()` prepares it for repeated
/// use; the methods here are for single calls.
public struct Flow: Sendable {
  public let architecture: Architecture
  /// θ, flat, laid out as `architecture.parameterShapes` says. Entries that the architecture has no use for are 0.
  public var parameters: [Scalar] {
    willSet { precondition(newValue.count == architecture.parameterCount, "\(newValue.count) parameters") }
    didSet { parameters = Self.cleared(parameters, architecture) }
  }

  public init(architecture: Architecture, parameters: [Scalar]) {
    precondition(
      parameters.count == architecture.parameterCount,
      "\(parameters.count) parameters for an architecture of \(architecture.parameterCount)")
    self.architecture = architecture
    self.parameters = Self.cleared(parameters, architecture)
  }

  private static func cleared(_ parameters: consuming [Scalar], _ architecture: Architecture) -> [Scalar] {
    parameters.withUnsafeMutableBufferPointer { architecture.layout.clearUnused($0) }
    return parameters
  }

  /// A flow with initial parameters, drawn from `seed`.
  public init(architecture: Architecture, seed: UInt64 = 0) {
    var random = RandomStream(seed: seed, purpose: .parameters)
    let parts = architecture.layout.parts
    self.init(architecture: architecture, parameters: parts.flatMap { $0.value.initialParameters(using: &random) })
  }

  /// A flow with initial parameters, drawn from `seed`, for training on `events`: layers such as `actnorm` start from
  /// what the first 4,096 of them look like when they arrive there.
  public init(architecture: Architecture, startingFrom events: LabelledEvents, seed: UInt64 = 0) {
    let first = events.prefix(
      4_096, dimension: architecture.dimension, contextDimension: architecture.contextDimension)
    let data = TrainingData(first, architecture)
    var (x, context) = data.tiles(TilePool())
    var random = RandomStream(seed: seed, purpose: .parameters)
    let chain = architecture.chain
    var embedding: [Scalar] = []
    if let network = architecture.contextEmbedding {
      var random = RandomStream(seed: seed, purpose: .parameters, index: 1)
      embedding = network.initialParameters(using: &random)
      context = network.forward(context!, Pass(Parameters(embedding)))
    }
    var parameters = chain.initialParameters(for: x, given: context, using: &random)
    let z = chain.forward(x, Pass(chain.prepared(Parameters(parameters)), context: context)).values
    parameters += embedding
    parameters += architecture.base.initialParameters(for: z, given: context, using: &random)
    self.init(architecture: architecture, parameters: parameters)
  }

  public var dimension: Int { architecture.dimension }
  public var contextDimension: Int { architecture.contextDimension }

  /// log p(x | c) in nats of each event.
  ///
  /// - Parameters:
  ///   - events: N × D values, row-major, in the data's own units.
  ///   - context: N × C values for a conditional flow.
  public func logDensity(_ events: [Double], context: [Double] = []) -> [Double] {
    evaluator().logDensity(events, context: context)
  }

  /// `count` events, N × D row-major. The same seed gives the same events, and fewer events are a prefix of more.
  public func sample(_ count: Int, context: [Double] = [], seed: UInt64 = 0) throws(FlowError) -> [Double] {
    try evaluator().sample(count, context: context, seed: seed)
  }

  /// This flow made ready for many calls.
  public func evaluator(threads: Int? = nil) -> FlowEvaluator {
    FlowEvaluator(self, threads: threads)
  }
}
