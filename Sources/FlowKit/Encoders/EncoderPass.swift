/// One tile through an encoder and its decoder, each way with its pullback. Events are preprocessed ones, as the scaling leaves them.
///
/// `pass` holds what tiles see of the parameters, those of the encoder first.
public struct EncoderPass {
  public let architecture: EncoderArchitecture
  private let pass: Pass

  public init(_ architecture: EncoderArchitecture, _ pass: Pass) {
    (self.architecture, self.pass) = (architecture, pass)
  }

  /// ∂L/∂outputs ↦ ∂L/∂inputs; adds to the gradient of all parameters.
  public typealias Pullback = NetworkPullback

  /// z of each event.
  public func latents(of x: Tile) -> Tile { architecture.encoder.network.forward(x, part(0)) }

  public func latentsWithPullback(of x: Tile) -> (value: Tile, pullback: Pullback) {
    withPullback(architecture.encoder.network, x, 0)
  }

  /// x̂ of each latent.
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

  private var predictorPart: Int { architecture.decoder == nil ? 1 : 2 }
  private var predictor: any Conditioner {
    guard let predictor = architecture.predictor else { preconditionFailure("this encoder has no predictor of labels") }
    return predictor.network
  }

  private var decoder: any Conditioner {
    guard let decoder = architecture.decoder else { preconditionFailure("this encoder has no decoder") }
    return decoder.network
  }

  private func range(_ part: Int) -> Range<Int> { architecture.layout.prepared[part] }
  private func part(_ index: Int) -> Pass {
    var part = pass.part(index, range(index))
    part.context = nil
    return part
  }

  private func withPullback(_ network: any Conditioner, _ x: Tile, _ index: Int) -> (value: Tile, pullback: Pullback) {
    let (value, pullback) = network.forwardWithPullback(x, part(index))
    let range = range(index)
    return (value, { cotangent, gradient in gradient.withSlice(range) { pullback(cotangent, &$0) } })
  }
}
