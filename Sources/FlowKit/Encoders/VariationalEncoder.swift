/// An encoder whose latents have a distribution, trained with the prior of these: the encoder's parts, then those of the prior.
///
///     q(z | x) = N(m(x), diag σ(x)²) or a flow of it,      p(z) the prior, a flow on ℝᴸ,      p(x | z) the decoder's head
///
/// With a context c all three are given it, and what is bounded is log p(x | c).
public struct VariationalEncoder: Trainable {
  public let architecture: EncoderArchitecture
  public let prior: Architecture
  public let layout: ParameterLayout

  /// - Throws: where the encoder has no distribution, or the prior another number of latents or another context.
  public init(_ architecture: EncoderArchitecture, prior: Architecture) throws(FlowError) {
    guard architecture.head != nil else {
      throw FlowError(
        .architecture, "a variational encoder has a decoder with a head, which says how events are distributed")
    }
    guard prior.dimension == architecture.latentDimension, prior.contextDimension == architecture.contextDimension
    else {
      throw FlowError(
        .architecture,
        "a prior of \(prior.dimension) latents and \(prior.contextDimension) columns of context for an encoder of "
          + "\(architecture.latentDimension) and \(architecture.contextDimension)")
    }
    self.init(unchecked: architecture, prior)
  }

  private init(unchecked architecture: EncoderArchitecture, _ prior: Architecture) {
    (self.architecture, self.prior) = (architecture, prior)
    layout = ParameterLayout(
      architecture.layout.parts.map { ($0.name, $0.value) } + prior.layout.parts.map { ("prior/\($0.name)", $0.value) })
  }

  public var dimension: Int { architecture.dimension }
  public var contextDimension: Int { architecture.contextDimension }
  public var preprocessing: [any Preprocessing] { architecture.preprocessing }
  public var contextPreprocessing: [any Preprocessing] { architecture.contextPreprocessing }
  public func copied() -> VariationalEncoder { VariationalEncoder(unchecked: architecture.copied(), prior.copied()) }

  /// What tiles see of the prior's parameters.
  var priorRange: Range<Int> {
    layout.prepared(ofParts: architecture.layout.parts.count..<layout.parts.count)
  }
}

/// The terms of the bound of one tile of events, for one draw of z each, forward and back.
struct VariationalPass {
  private let model: VariationalEncoder
  private let pass: Pass
  private let encoder: EncoderPass

  init(_ model: VariationalEncoder, _ pass: Pass) {
    (self.model, self.pass) = (model, pass)
    encoder = EncoderPass(model.architecture, pass)
  }

  /// log p(x | z), log p(z) and log q(z | x) of each event at z = T(m + σε), T being the identity unless the posterior is a flow.
  struct Terms {
    let likelihood, prior, posterior: [Double]

    /// log of p(x, z)/q(z | x): its mean over draws of z bounds log p(x) from below.
    func logWeight(_ event: Int) -> Double { likelihood[event] + prior[event] - posterior[event] }
  }

  /// Takes the cotangents of the three terms (one row each) and adds to the gradient of all parameters.
  typealias Pullback = (_ likelihood: Tile, _ prior: Tile, _ posterior: Tile, _ gradient: inout Gradient) -> Void

  /// m and log σ of each event, L rows each, and what a flow of the posterior is given.
  func code(of x: Tile) -> Tile { encoder.code(of: x) }

  /// σ.
  func deviations(_ code: Tile) -> Tile {
    let latents = model.architecture.latentDimension
    return code.copy(ofRows: latents..<(2 * latents)).mapped { Scalar.exp($0) }
  }

  /// z, and log|det ∂z/∂(m + σε)|.
  func latents(_ code: Tile, noise ε: Tile) -> Transformed {
    encoder.posteriorLatents(from: start(code, deviations(code), ε), code: code)
  }

  func terms(of x: Tile, code: Tile, noise ε: Tile) -> Terms {
    let z = latents(code, noise: ε)
    return Terms(
      likelihood: encoder.logLikelihoods(of: x, at: z.values), prior: prior.logDensities(of: z.values),
      posterior: posterior(code, ε, z.logDeterminant))
  }

  func termsWithPullback(of x: Tile, noise ε: Tile) -> (value: Terms, pullback: Pullback) {
    let (code, pullBackCode) = encoder.codeWithPullback(of: x)
    let σ = deviations(code)
    let (transformed, pullBackFlow) = encoder.posteriorLatentsWithPullback(from: start(code, σ, ε), code: code)
    let z = transformed.values
    let (likelihood, pullBackLikelihood) = encoder.logLikelihoodsWithPullback(of: x, at: z)
    let (density, pullBackDensity) = prior.logDensitiesWithPullback(of: z)
    let (range, latents) = (model.priorRange, z.features)
    return (
      Terms(likelihood: likelihood, prior: density, posterior: posterior(code, ε, transformed.logDeterminant)),
      { ofLikelihood, ofPrior, ofPosterior, gradient in
        var z̄ = pullBackLikelihood(ofLikelihood, &gradient)
        z̄.add(gradient.withSlice(range) { pullBackDensity(ofPrior, &$0) })
        // log q = −½ε² − log σ − ½ log 2π − log|det ∂z/∂z₀| of z₀ = m + σε.
        let (ofStart, ofFeatures) = pullBackFlow(z̄, ofPosterior.mapped { -$0 }, &gradient)
        var ofScale = ofStart
        ofScale.multiply(by: ε)
        ofScale.multiply(by: σ)
        var cotangent = Tile(features: code.features, like: x)
        cotangent.write(ofStart, toRow: 0)
        let moved = ofScale
        ofScale.fill { latent, event in moved[latent, event] - ofPosterior[0, event] }
        cotangent.write(ofScale, toRow: latents)
        if let ofFeatures { cotangent.write(ofFeatures, toRow: 2 * latents) }
        _ = pullBackCode(cotangent, &gradient)
      }
    )
  }

  private var prior: FlowPass { FlowPass(model.prior, pass.slice(model.priorRange)) }

  /// m + σε.
  private func start(_ code: Tile, _ σ: Tile, _ ε: Tile) -> Tile {
    var start = code.copy(ofRows: 0..<ε.features)
    start.addProduct(of: σ, ε)
    return start
  }

  private func posterior(_ code: Tile, _ ε: Tile, _ logDeterminant: LogDeterminant) -> [Double] {
    let (latents, squares) = (ε.features, ε.eventDots(with: ε))
    let constant = -0.5 * Double(latents) * Double.log(2 * .pi)
    return (0..<ε.width).map { event in
      let logScales = (latents..<(2 * latents)).reduce(0.0) { $0 + Double(code[$1, event]) }
      return constant - 0.5 * Double(squares[0, event]) - logScales - logDeterminant.value(of: event)
    }
  }
}
