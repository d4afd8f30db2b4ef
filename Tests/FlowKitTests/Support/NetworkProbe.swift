import FlowKit

/// A network with its parameters, evaluated on row-major arrays in one tile, whose padding repeats the last event.
struct NetworkProbe {
  let network: any Conditioner
  let parameters: [Scalar]
  private let pool = TilePool()

  init(_ network: any Conditioner, parameters: [Scalar]) {
    var cleared = parameters
    cleared.withUnsafeMutableBufferPointer { network.clearUnused($0) }
    (self.network, self.parameters) = (network, cleared)
  }

  func pass(_ context: [Scalar], _ random: EventRandom?) -> Pass {
    let c = network.context > 0 ? tile(context, network.context, events(context, network.context)) : nil
    return Pass(network.prepared(Parameters(parameters)), context: c, random: random)
  }

  func outputs(_ x: [Scalar], context: [Scalar] = [], random: EventRandom? = nil) -> [Scalar] {
    rows(network.forward(input(x, context), pass(context, random)), count(x, context))
  }

  struct Gradients {
    var value, x, context, parameters: [Scalar]
  }

  /// The outputs, and the gradients of ⟨r, outputs⟩.
  func pullBack(_ x: [Scalar], context: [Scalar] = [], random: EventRandom? = nil, r: [Scalar]) -> Gradients {
    let (count, pass) = (count(x, context), pass(context, random))
    let (value, pullback) = network.forwardWithPullback(input(x, context), pass)
    var gradient = Gradient(
      count: parameters.count, context: pass.context.map { Tile(features: $0.features, like: $0, filledWith: 0) })
    let x̄ = pullback(tile(r, network.outputs, count, padding: 0), &gradient)
    return Gradients(
      value: rows(value, count), x: rows(x̄, count), context: gradient.context.map { rows($0, count) } ?? [],
      parameters: parameters.indices.map { gradient[$0] })
  }

  // MARK: Between rows and tiles

  func count(_ x: [Scalar], _ context: [Scalar]) -> Int {
    network.inputs > 0 ? events(x, network.inputs) : events(context, network.context)
  }

  func input(_ x: [Scalar], _ context: [Scalar]) -> Tile { tile(x, network.inputs, count(x, context)) }

  private func events(_ rows: [Scalar], _ features: Int) -> Int { rows.count / features }

  func tile(_ rows: [Scalar], _ features: Int, _ count: Int, padding: Scalar? = nil) -> Tile {
    var tile = Tile(features: features, width: (count + 15) / 16 * 16, pool: pool)
    for feature in 0..<features {
      for event in 0..<tile.width {
        tile[feature, event] =
          event < count ? rows[event * features + feature] : padding ?? rows[(count - 1) * features + feature]
      }
    }
    return tile
  }

  func rows(_ tile: Tile, _ count: Int) -> [Scalar] {
    (0..<count).flatMap { event in (0..<tile.features).map { tile[$0, event] } }
  }
}
