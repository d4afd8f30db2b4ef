/// An encoder of events, with its decoder if it has one: an architecture and its parameters.
///
/// A value: copies are independent, and encoding does not change it. Events are row-major arrays, N × D, in the data's own units,
/// latents N × L. With a context every function takes that of its rows, N × C, or one row for all of them.
public struct EventEncoder: Sendable {
  public let architecture: EncoderArchitecture
  /// θ, flat, laid out as `architecture.layout` says.
  public let parameters: [Scalar]

  public init(architecture: EncoderArchitecture, parameters: [Scalar]) {
    precondition(
      parameters.count == architecture.parameterCount,
      "\(parameters.count) parameters for an encoder of \(architecture.parameterCount)")
    // Masked weights of a posterior's flow are 0.
    var values = parameters
    values.withUnsafeMutableBufferPointer { architecture.layout.clearUnused($0) }
    (self.architecture, self.parameters) = (architecture, values)
  }

  /// With initial parameters, drawn from `seed`.
  public init(architecture: EncoderArchitecture, seed: UInt64 = 0) {
    var random = RandomStream(seed: seed, purpose: .parameters)
    self.init(architecture: architecture, parameters: architecture.layout.initialParameters(using: &random))
  }

  public var dimension: Int { architecture.dimension }
  public var latentDimension: Int { architecture.latentDimension }
  /// C, 0 without context.
  public var contextDimension: Int { architecture.contextDimension }
  public var hasDecoder: Bool { architecture.decoder != nil }

  /// z of each event.
  public func latents(of events: [Double], context: [Double] = []) -> [Double] {
    evaluator().latents(of: events, context: context)
  }

  /// x̂ of each latent.
  ///
  /// - Throws: where there is no decoder.
  public func events(from latents: [Double], context: [Double] = []) throws(FlowError) -> [Double] {
    try evaluator().events(from: latents, context: context)
  }

  /// The mean over the columns of (x̂ − x)² of each event, in squared units of the metric: of the data, or of each column's deviation, and with
  /// the columns' weights.
  ///
  /// - Throws: where there is no decoder.
  public func reconstructionErrors(of events: [Double], context: [Double] = []) throws(FlowError) -> [Double] {
    try evaluator().reconstructionErrors(of: events, context: context)
  }

  /// The label that is most probable for each event.
  ///
  /// - Throws: where there is no predictor of labels.
  public func labels(of events: [Double]) throws(FlowError) -> [Int] { try evaluator().labels(of: events) }

  /// This encoder made ready for many calls, by one thread at a time.
  public func evaluator(threads: Int? = nil) -> EncoderEvaluator { EncoderEvaluator(self, threads: threads) }
}
