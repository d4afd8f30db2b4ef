/// One tile through an encoder and its decoder, each way with its pullback. Events are preprocessed ones, as the scaling leaves them.
///
/// `pass` holds what tiles see of the parameters, those of the encoder first, and the context of the networks, if they have one.
public struct EncoderPass {
  public let architecture: EncoderArchitecture
  private let pass: Pass

  public init(_ architecture: EncoderArchitecture, _ pass: Pass) {
    (self.architecture, self.pass) = (architecture, pass)
  }

  /// ∂L/∂outputs ↦ ∂L/∂inputs; adds to the gradient of all parameters.
  public typealias Pullback = NetworkPullback

  /// z of each event; with a head its mean m, with a flow of the posterior T(m; h).
  public func latents(of x: Tile) -> Tile {
    let code = code(of: x)
    guard architecture.head != nil else { return code }
    let means = code.copy(ofRows: 0..<architecture.latentDimension)
    return posteriorLatents(from: means, code: code).values
  }

  /// The same, of an encoder without a head.
  public func latentsWithPullback(of x: Tile) -> (value: Tile, pullback: Pullback) {
    precondition(architecture.head == nil, "latents that have a distribution have no value to pull back")
    return codeWithPullback(of: x)
  }

  /// What the encoder's network makes of each event: z or, with a head, m and log σ, then h where the posterior is a flow.
  public func code(of x: Tile) -> Tile { architecture.encoder.network.forward(x, part(0)) }

  public func codeWithPullback(of x: Tile) -> (value: Tile, pullback: Pullback) {
    withPullback(architecture.encoder.network, x, 0)
  }

  /// log p(x | z) of each event.
  ///
  /// - Precondition: there is a head.
  public func logLikelihoods(of x: Tile, at z: Tile) -> [Double] {
    head.logLikelihoods(events(from: z), of: x, architecture.scaling, headParameters).values
  }

  /// The same, and the map from its cotangent (one row) to that of z; it adds to the gradient of all parameters.
  public func logLikelihoodsWithPullback(of x: Tile, at z: Tile) -> (values: [Double], pullback: Pullback) {
    let (outputs, pullBackDecoder) = eventsWithPullback(from: z)
    let (values, pullBackHead) = head.logLikelihoods(outputs, of: x, architecture.scaling, headParameters)
    let range = range(2)
    return (
      values,
      { cotangent, gradient in
        let slopes = cotangent
        return pullBackDecoder(gradient.withSlice(range) { pullBackHead(slopes, &$0) }, &gradient)
      }
    )
  }

  /// log σ.
  var headParameters: Parameters { pass.parameters.slice(range(2)) }
  private var head: DecoderHead {
    guard let head = architecture.head else { preconditionFailure("this decoder has no head") }
    return head
  }

  /// x̂ of each latent or, with a head, the decoder's outputs.
  ///
  /// - Precondition: there is a decoder.
  public func events(from z: Tile) -> Tile { decoder.forward(z, part(1)) }

  public func eventsWithPullback(from z: Tile) -> (value: Tile, pullback: Pullback) { withPullback(decoder, z, 1) }

  /// The logits of each class.
  ///
  /// - Precondition: there is a predictor.
  func labelLogits(of z: Tile) -> Tile { predictor.forward(z, part(predictorPart)) }

  func labelLogitsWithPullback(of z: Tile) -> (value: Tile, pullback: Pullback) {
    withPullback(predictor, z, predictorPart)
  }

  private var predictorPart: Int { architecture.layout.parts.count - 1 }
  private var predictor: any Conditioner {
    guard let predictor = architecture.predictor else { preconditionFailure("this encoder has no predictor of labels") }
    return predictor.network
  }

  private var decoder: any Conditioner {
    guard let decoder = architecture.decoder else { preconditionFailure("this encoder has no decoder") }
    return decoder.network
  }

  func range(_ part: Int) -> Range<Int> { architecture.layout.prepared[part] }
  func part(_ index: Int) -> Pass {
    var part = pass.part(index, range(index))
    // That of events may be labels, which the networks do not see.
    if architecture.contextDimension == 0 { part.context = nil }
    return part
  }

  private func withPullback(_ network: any Conditioner, _ x: Tile, _ index: Int) -> (value: Tile, pullback: Pullback) {
    let (value, pullback) = network.forwardWithPullback(x, part(index))
    let range = range(index)
    return (value, { cotangent, gradient in gradient.withSlice(range) { pullback(cotangent, &$0) } })
  }
}
