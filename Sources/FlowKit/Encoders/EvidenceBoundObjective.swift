/// Trains a variational encoder with its prior (Kingma & Welling 2014, arXiv:1312.6114): lowers
///
///     L = −Σ wᵢ [log p(xᵢ | zᵢ) + β (log p(zᵢ) − log q(zᵢ | xᵢ))],      zᵢ = m(xᵢ) + σ(xᵢ) εᵢ, εᵢ ~ N(0, I)
///
/// which is, with β = 1, a bound of the mean −log p(x) from above, in nats, of the data as they are. β rises from 0 to 1 over the first part
/// of the training, so that latents are used before their prior asks for nothing but itself; in validation it is 1.
public struct EvidenceBoundObjective: SumObjective {
  public let model: VariationalEncoder
  /// The part of the training over which β rises; 0 for β = 1 from the start.
  public let warmUp: Double
  private let seed: UInt64
  private let progress: TrainingProgress

  /// - Parameter seed: decides the draws of validation, which are the same after every epoch.
  public init(_ model: VariationalEncoder, warmUp: Double = 0, seed: UInt64 = 0) {
    self.init(model, warmUp, seed, TrainingProgress())
  }

  private init(_ model: VariationalEncoder, _ warmUp: Double, _ seed: UInt64, _ progress: TrainingProgress) {
    (self.model, self.warmUp, self.seed, self.progress) = (model, warmUp, seed, progress)
  }

  public var subject: any Trainable { model }
  public func begin(progress: Double) { self.progress.value = progress }
  public func copied() -> EvidenceBoundObjective { EvidenceBoundObjective(model.copied(), warmUp, seed, progress) }

  /// β of a step of training.
  private var temper: Double { warmUp > 0 ? min(1, progress.value / warmUp) : 1 }

  public func loss(of tile: EventTile, _ pass: Pass) -> Double {
    let variational = VariationalPass(model, pass)
    return loss(
      tile, variational.terms(of: tile.x, code: variational.code(of: tile.x), noise: noise(tile, pass)), 1)
  }

  public func loss(of tile: EventTile, _ pass: Pass, addingGradientTo gradient: inout Gradient) -> Double {
    let (terms, pullback) = VariationalPass(model, pass).termsWithPullback(of: tile.x, noise: noise(tile, pass))
    let β = temper
    pullback(
      tile.row { -tile.weight(of: $0) }, tile.row { -β * tile.weight(of: $0) }, tile.row { β * tile.weight(of: $0) },
      &gradient)
    return loss(tile, terms, β)
  }

  private func loss(_ tile: EventTile, _ terms: VariationalPass.Terms, _ β: Double) -> Double {
    (0..<tile.count).reduce(0) { sum, event in
      let divergence = terms.posterior[event] - terms.prior[event]
      return sum - tile.weight(of: event) * (terms.likelihood[event] - β * divergence)
    }
  }

  /// ε: of the step or, in validation, the same after every epoch.
  private func noise(_ tile: EventTile, _ pass: Pass) -> Tile {
    let random = pass.random ?? EventRandom(seed: seed, purpose: .samples, first: tile.first)
    // The networks draw from the children before.
    return Tile.noise(model.architecture.latentDimension, like: tile.x, from: random.child(model.layout.parts.count))
  }
}

extension Tile {
  /// N(0, 1) in each place.
  static func noise(_ features: Int, like tile: Tile, from random: EventRandom) -> Tile {
    var noise = Tile(features: features, like: tile)
    StandardNormal(dimension: features).sample(into: &noise, Parameters([]), from: random)
    return noise
  }
}
