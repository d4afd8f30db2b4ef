/// Trains a flow against a critic that learns to tell its samples from events: in each step the critic raises d a few times, then the flow
/// lowers it.
///
///     L = Σ wᵢ d(D(xᵢ, cᵢ), D(x̂ᵢ, cᵢ)) − λ Σ wᵢ log p(xᵢ),      x̂ᵢ = f⁻¹(zᵢ; cᵢ), zᵢ ~ p₀
///
/// with d and what the flow lowers of it as ``AdversarialGame`` says; sample i has the weight of event i, so that what D adds to both
/// alike has no part in L. Events are preprocessed ones, the log-density is one of the data in their own units. A value of L is
/// one of the critic at that moment.
public struct AdversarialObjective: SumObjective {
  public let model: CriticisedFlow
  public let adversary: Adversary
  /// λ ≥ 0.
  public let likelihoodWeight: Double
  let seed: UInt64

  /// - Parameter seed: decides the draws of validation.
  /// - Throws: where λ is negative, or samples of the flow have no derivative, naming the layer.
  public init(
    _ architecture: Architecture, _ adversary: Adversary, likelihoodWeight: Double = 0, seed: UInt64 = 0
  ) throws(FlowError) {
    guard likelihoodWeight >= 0, likelihoodWeight.isFinite else {
      throw FlowError(.architecture, "the weight of the likelihood is a number of at least 0, got \(likelihoodWeight)")
    }
    try architecture.checkSamplesAreDifferentiable()
    let critic = adversary.critic(inputs: architecture.dimension + architecture.contextDimension)
    self.init(CriticisedFlow(architecture, critic), adversary, likelihoodWeight, seed)
  }

  private init(_ model: CriticisedFlow, _ adversary: Adversary, _ likelihoodWeight: Double, _ seed: UInt64) {
    (self.model, self.adversary, self.likelihoodWeight, self.seed) = (model, adversary, likelihoodWeight, seed)
  }

  public var subject: any Trainable { model }
  /// A value is one of the critic at that moment: a critic that is behind makes an epoch look better.
  public var comparesEpochs: Bool { false }
  public var companion: (any SumObjective)? { MaximumLikelihood(model.architecture) }
  public func copied() -> AdversarialObjective {
    AdversarialObjective(model.copied(), adversary, likelihoodWeight, seed)
  }

  public var turns: [Turn] {
    let optimizer = Adam(beta1: adversary.betas.0, beta2: adversary.betas.1)
    return [
      Turn(
        CriticObjective(game: self), parts: model.criticParts, optimizer: optimizer,
        learningRate: adversary.learningRate, repeats: adversary.steps),
      Turn(self, parts: model.flowParts, optimizer: optimizer),
    ]
  }

  public func loss(of tile: EventTile, _ pass: Pass) throws(FlowError) -> Double {
    let samples = try samples(tile, pass)
    let distance = distance(tile, model.critic(at: tile.x, pass), model.critic(at: samples, pass))
    guard likelihoodWeight > 0 else { return distance }
    return distance + likelihoodWeight * MaximumLikelihood(model.architecture).loss(of: tile, flowPass(pass))
  }

  public func loss(
    of tile: EventTile, _ pass: Pass, addingGradientTo gradient: inout Gradient
  ) throws(FlowError) -> Double {
    let (samples, pullback) = try model.flow(pass).preprocessedSamplesWithPullback(
      tile.count, from: tile.drawing(model.architecture, pass, seed: seed), like: tile.x)
    let critic = model.critic(at: samples.events, pass)
    let slopes = critic.slopes(
      tile.row { tile.weight(of: $0) * adversary.game.flowSlope(Double(critic.output[0, $0])) })
    let x̄ = slopes.rows(0..<model.dimension)
    var loss = distance(tile, model.critic(at: tile.x, pass), critic)
    gradient.withSlice(model.flowSlice) { gradient in
      pullback(x̄, Tile(features: 1, like: tile.x, filledWith: 0), &gradient)
      guard likelihoodWeight > 0 else { return }
      let (values, pullBackDensities) = model.flow(pass).logDensitiesWithPullback(of: tile.x)
      _ = pullBackDensities(tile.row { -likelihoodWeight * tile.weight(of: $0) }, &gradient)
      loss += likelihoodWeight * MaximumLikelihood(model.architecture).loss(of: tile, values)
    }
    return loss
  }

  private func flowPass(_ pass: Pass) -> Pass { pass.slice(model.flowSlice) }

  func samples(_ tile: EventTile, _ pass: Pass) throws(FlowError) -> Tile {
    try model.flow(pass).preprocessedSamples(
      tile.count, from: tile.drawing(model.architecture, pass, seed: seed), like: tile.x)
  }

  func distance(_ tile: EventTile, _ real: CriticPass, _ drawn: CriticPass) -> Double {
    (0..<tile.count).reduce(0) { sum, event in
      sum + tile.weight(of: event)
        * adversary.game.distance(Double(real.output[0, event]), Double(drawn.output[0, event]))
    }
  }
}
