/// Trains a continuous flow without solving its equation: the velocity is fitted to that of straight ways from draws of the base to
/// events,
///
///     L = Σ wᵢ |f(xₜ, t; cᵢ) − (xᵢ − zᵢ)|²,      xₜ = (1 − t) zᵢ + t xᵢ,  zᵢ ~ p₀,  t uniform in [0, 1]
///
/// whose minimum over all f is E[x − z | xₜ, t], the field whose flow leads the base at t = 0 to the data at t = 1. Events are preprocessed
/// ones. L does not fall to 0 but to the mean variance of x − z given (xₜ, t), so that only differences of L mean anything. In
/// validation draws and times are the same after every epoch. Source: Lipman, Chen, Ben-Hamu, Nickel & Le, "Flow Matching for
/// Generative Modeling" (ICLR 2023, arXiv:2210.02747), section 4.1 with σ_min = 0; Liu, Gong & Liu (arXiv:2209.03003).
public struct FlowMatching: SumObjective {
  public let architecture: Architecture
  private let layer: NeuralODE
  private let seed: UInt64

  /// - Parameter seed: decides the draws of validation.
  /// - Throws: unless the layers are one ``NeuralODE``, and the base has no parameters: this loss has no gradient for them.
  public init(_ architecture: Architecture, seed: UInt64 = 0) throws(FlowError) {
    guard architecture.chain.layers.count == 1, let layer = architecture.chain.layers[0] as? NeuralODE else {
      throw FlowError(
        .architecture,
        "\(FlowMatchingCriterion.name) trains one layer 'ode' and nothing beside it, such as 'ode(hidden=64x64)'; got "
          + "'\(architecture.layerList)'")
    }
    guard architecture.base.parameterCount == 0, architecture.broad == nil else {
      throw FlowError(
        .architecture,
        "\(FlowMatchingCriterion.name) needs a base with nothing to train, such as 'normal', and no broad component; got "
          + "'\(architecture.base.text)'\(architecture.broad == nil ? "" : " and one")")
    }
    self.init(architecture, layer, seed)
  }

  private init(_ architecture: Architecture, _ layer: NeuralODE, _ seed: UInt64) {
    (self.architecture, self.layer, self.seed) = (architecture, layer, seed)
  }

  public var subject: any Trainable { architecture }
  /// The exact likelihood of an eighth of the events: each costs as much as some hundred in training.
  public var companion: (any SumObjective)? { PartialLikelihood(architecture, share: 8) }
  public func copied() -> FlowMatching {
    let copy = architecture.copied()
    return FlowMatching(copy, copy.chain.layers[0] as? NeuralODE ?? layer, seed)
  }

  public func loss(of tile: EventTile, _ pass: Pass) -> Double {
    let flow = FlowPass(architecture, pass)
    let place = place(tile, flow)
    var difference = flow.velocity(at: place.x, place.t, of: layer)
    difference.add(place.velocity, scaledBy: -1)
    return loss(tile, difference)
  }

  public func loss(of tile: EventTile, _ pass: Pass, addingGradientTo gradient: inout Gradient) -> Double {
    let flow = FlowPass(architecture, pass)
    let place = place(tile, flow)
    let (value, pullback) = flow.velocityWithPullback(at: place.x, place.t, of: layer)
    var difference = value
    difference.add(place.velocity, scaledBy: -1)
    let loss = loss(tile, difference)
    difference.scaleEvents(by: tile.row { 2 * tile.weight(of: $0) })
    _ = pullback(difference, place.t, &gradient)
    return loss
  }

  private func loss(_ tile: EventTile, _ difference: Tile) -> Double {
    let squares = difference.eventDots(with: difference)
    return (0..<tile.count).reduce(0) { $0 + tile.weight(of: $1) * Double(squares[0, $1]) }
  }

  /// A point on the way to each event: where, when, and how fast it moves there.
  private func place(_ tile: EventTile, _ flow: FlowPass) -> (x: Tile, t: Tile, velocity: Tile) {
    let random = tile.drawing(architecture, flow.pass, seed: seed)
    var z = Tile(features: architecture.dimension, like: tile.x)
    architecture.base.sample(into: &z, flow.baseParameters, from: random)
    let times = random.child(0)
    var t = Tile(features: 1, like: tile.x)
    t.fill { _, event in Scalar(times.stream(of: event).firstUniform) }
    var velocity = tile.x
    velocity.add(z, scaledBy: -1)
    var x = z
    x.add(velocity, scaledByEvents: t)
    return (x, t, velocity)
  }

  public func nonFinitePlace(_ tile: EventTile, _ pass: Pass) -> String? {
    FlowPass(architecture, pass).firstNonFinite(tile.x)
  }
}

extension RandomStream {
  fileprivate var firstUniform: Double {
    var stream = self
    return stream.uniform()
  }
}

/// ``FlowMatching`` as `flow-matching` names it.
public struct FlowMatchingCriterion: FitCriterion, Equatable {
  public static let name = "flow-matching"
  public var text: String { Self.name }
  public var unit: String { "squared velocities of preprocessed events" }
  public var leastEvents: Int { 1 }

  public init() {}

  public func objective(
    for architecture: Architecture, likelihoodWeight: Double, seed: UInt64
  ) throws(FlowError) -> any Objective {
    guard likelihoodWeight == 0 else {
      throw FlowError(
        .architecture,
        "\(text) solves no equation and has no likelihood to mix in; leave out the weight of the likelihood")
    }
    return try FlowMatching(architecture, seed: seed)
  }
}
