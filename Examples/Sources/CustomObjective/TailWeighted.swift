import FlowKit

/// The mean of (exp(−α log p) − 1) / α instead of −log p: events of low density count for more. For α → 0 it is the negative
/// log-likelihood. A sum over events, in one phase.
struct TailWeighted: SumObjective {
  let architecture: Architecture
  let alpha: Double

  var subject: any Trainable { architecture }
  func copied() -> TailWeighted { TailWeighted(architecture: architecture.copied(), alpha: alpha) }

  func loss(of tile: EventTile, _ pass: Pass) -> Double {
    loss(of: tile, FlowPass(architecture, pass).logDensities(of: tile.x))
  }

  func loss(of tile: EventTile, _ pass: Pass, addingGradientTo gradient: inout Gradient) -> Double {
    let (values, pullback) = FlowPass(architecture, pass).logDensitiesWithPullback(of: tile.x)
    _ = pullback(tile.row { -tile.weight(of: $0) * power(tile, values, $0) }, &gradient)
    return loss(of: tile, values)
  }

  /// p^(−α) of an event, in the data's own units.
  private func power(_ tile: EventTile, _ values: [Double], _ event: Int) -> Double {
    exponential(-alpha * (values[event] + tile.logDeterminant(of: event)))
  }

  private func loss(of tile: EventTile, _ values: [Double]) -> Double {
    (0..<tile.count).reduce(0) { $0 + tile.weight(of: $1) * (power(tile, values, $1) - 1) / alpha }
  }
}
