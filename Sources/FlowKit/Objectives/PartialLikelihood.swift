/// The mean negative log-density of events, estimated from every so manieth event of each tile: for flows whose densities cost much.
struct PartialLikelihood: SumObjective {
  let architecture: Architecture
  /// Of how many events one is evaluated.
  let share: Int

  init(_ architecture: Architecture, share: Int) { (self.architecture, self.share) = (architecture, share) }

  var subject: any Trainable { architecture }
  func copied() -> PartialLikelihood { PartialLikelihood(architecture.copied(), share: share) }

  /// The events that are evaluated stand for as much weight as all of the tile.
  func loss(of tile: EventTile, _ pass: Pass) -> Double {
    let chosen = Array(stride(from: 0, to: tile.count, by: share))
    var pass = pass
    pass.context = tile.context?.events(chosen)
    let values = FlowPass(architecture, pass).logDensities(of: tile.x.events(chosen))
    var (sum, weights) = (0.0, 0.0)
    for (place, event) in chosen.enumerated() {
      sum -= tile.weight(of: event) * (values[place] + tile.logDeterminant(of: event))
      weights += tile.weight(of: event)
    }
    guard weights > 0 else { return 0 }
    return sum * (0..<tile.count).reduce(0) { $0 + tile.weight(of: $1) } / weights
  }

  /// Trains by all events: an estimate would do, but nobody asks for it.
  func loss(of tile: EventTile, _ pass: Pass, addingGradientTo gradient: inout Gradient) -> Double {
    MaximumLikelihood(architecture).loss(of: tile, pass, addingGradientTo: &gradient)
  }
}

extension Tile {
  /// Some events, the last of them repeated as padding.
  fileprivate func events(_ chosen: [Int]) -> Tile {
    var result = Tile(features: features, width: Tile.width(for: chosen.count), like: self)
    result.fill { feature, event in self[feature, chosen[min(event, chosen.count - 1)]] }
    return result
  }
}
