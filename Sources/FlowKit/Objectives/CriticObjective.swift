/// What the critic of an ``AdversarialObjective`` lowers:
///
///     −d + κ Σ wᵢ (|∂D/∂x (yᵢ)| − 1)²
///
/// with, where there is a penalty κ, points yᵢ between event i and its sample, drawn uniformly (Gulrajani et al. 2017).
struct CriticObjective: SumObjective {
  let game: AdversarialObjective

  private var model: CriticisedFlow { game.model }
  var subject: any Trainable { model }
  func copied() -> CriticObjective { CriticObjective(game: game.copied()) }

  func loss(of tile: EventTile, _ pass: Pass) throws(FlowError) -> Double {
    var unused = Gradient(count: pass.parameters.count)
    return try loss(of: tile, pass, addingGradientTo: &unused)
  }

  func loss(of tile: EventTile, _ pass: Pass, addingGradientTo gradient: inout Gradient) throws(FlowError) -> Double {
    let samples = try game.samples(tile, pass)
    let (real, drawn) = (model.critic(at: tile.x, pass), model.critic(at: samples, pass))
    let slopes = (0..<tile.count).map { event in
      game.adversary.game.slopes(Double(real.output[0, event]), Double(drawn.output[0, event]))
    }
    model.addingToCritic(&gradient) { gradient in
      real.pullBack(tile.row { -tile.weight(of: $0) * slopes[$0].r }, &gradient)
      drawn.pullBack(tile.row { -tile.weight(of: $0) * slopes[$0].s }, &gradient)
    }
    let distance = game.distance(tile, real, drawn)
    guard case .penalty(let weight) = game.adversary.constraint else { return -distance }
    return weight * penalty(tile, samples, pass, weight, &gradient) - distance
  }

  /// Σ wᵢ (|∂D/∂x| − 1)², and `weight` times its gradient.
  private func penalty(
    _ tile: EventTile, _ samples: Tile, _ pass: Pass, _ weight: Double, _ gradient: inout Gradient
  ) -> Double {
    let random = tile.drawing(model.architecture, pass, seed: game.seed).child(0)
    let share = tile.row { event in
      var stream = random.stream(of: event)
      return stream.uniform()
    }
    var difference = tile.x
    difference.add(samples, scaledBy: -1)
    var points = samples
    points.add(difference, scaledByEvents: share)
    let critic = model.critic(at: points, pass)
    var slopes = critic.slopes(Tile(features: 1, like: points, filledWith: 1))
    let squares = slopes.eventDots(with: slopes)
    let norms = (0..<tile.count).map { Double(squares[0, $0]).squareRoot() }
    slopes.scaleEvents(
      by: tile.row { norms[$0] > 0 ? 2 * weight * tile.weight(of: $0) * (norms[$0] - 1) / norms[$0] : 0 })
    model.addingToCritic(&gradient) { critic.pullBackSlopes(slopes, &$0) }
    return (0..<tile.count).reduce(0) { $0 + tile.weight(of: $1) * (norms[$1] - 1) * (norms[$1] - 1) }
  }
}
