/// The outputs of a masked perceptron position by position: hidden units are filled in the order of their degrees, so that
/// all positions together cost one pass; the pullback walks the degrees back.
struct MaskedPass: OrderedPass {
  fileprivate let network: PerceptronLayers
  fileprivate let pass: Pass
  /// Each layer's units, filled as far as the degrees have come; the last are the outputs.
  fileprivate var units: [Tile]
  /// What φ′ needs of each hidden layer where that is not φ.
  fileprivate var saved: [Tile?]
  /// Where hidden units are dropped: by what they are multiplied, and the products.
  fileprivate let factors: [Tile]?
  fileprivate var kept: [Tile] = []

  init(_ network: PerceptronLayers, _ pass: Pass, like tile: Tile) {
    (self.network, self.pass) = (network, pass)
    units = network.layers.map { $0.contextProduct(pass.context, pass.parameters, like: tile) }
    saved = units.dropLast().map { network.activation.needsInput ? Tile(features: $0.features, like: $0) : nil } + [nil]
    factors = network.dropoutFactors(pass, like: tile)
    if let factors { kept = factors.map { Tile(features: $0.features, like: $0) } }
  }

  /// What goes into a layer.
  fileprivate func input(of layer: Int, _ x: Tile) -> Tile {
    layer == 0 ? x : factors == nil ? units[layer - 1] : kept[layer - 1]
  }

  mutating func outputs(ofPosition position: Int, _ x: Tile) -> Tile {
    for (index, layer) in network.layers.enumerated() {
      let rows = layer.rowRange(ofDegree: position)
      guard !rows.isEmpty else { continue }
      // Two elements of one array cannot be read and changed at once.
      let input = input(of: index, x)
      layer.apply(
        to: input, into: &units[index], adding: layer.context > 0, ofDegree: position,
        layer.isLast ? nil : network.activation, saving: &saved[index], pass.parameters)
      if let factors, !layer.isLast {
        kept[index].write(rows: rows, of: units[index])
        kept[index].multiply(by: factors[index], rows: rows)
      }
    }
    return units.last!.copy(ofRows: network.layers.last!.rowRange(ofDegree: position))
  }

  func pullback(at x: Tile) -> any OrderedPullback { MaskedPullback(self, at: x) }
}

private struct MaskedPullback: OrderedPullback {
  private let forward: MaskedPass
  private let x: Tile
  /// The cotangents of each layer's units.
  private var cotangents: [Tile]

  init(_ forward: MaskedPass, at x: Tile) {
    (self.forward, self.x) = (forward, x)
    cotangents = forward.units.map { Tile(features: $0.features, like: $0, filledWith: 0) }
  }

  mutating func pullBack(position: Int, _ outputs: Tile, to x̄: inout Tile, _ gradient: inout Gradient) {
    let (layers, activation) = (forward.network.layers, forward.network.activation)
    cotangents[layers.count - 1].write(outputs, toRow: layers.last!.rowRange(ofDegree: position).lowerBound)
    for (index, layer) in layers.enumerated().reversed() {
      let rows = layer.rowRange(ofDegree: position)
      guard !rows.isEmpty else { continue }
      if !layer.isLast {
        if let factors = forward.factors { cotangents[index].multiply(by: factors[index], rows: rows) }
        gradient.withSlice(layer.bias.lowerBound + rows.lowerBound..<layer.bias.lowerBound + rows.upperBound) {
          cotangents[index].pullBackActivation(
            activation, saved: forward.saved[index] ?? forward.units[index], rows: rows, biasGradient: &$0)
        }
      }
      let δ = cotangents[index]
      if index == 0 {
        layer.pullBackProduct(δ, ofDegree: position, into: &x̄, forward.pass.parameters)
      } else {
        layer.pullBackProduct(δ, ofDegree: position, into: &cotangents[index - 1], forward.pass.parameters)
      }
    }
  }

  mutating func finish(_ gradient: inout Gradient) {
    for (index, layer) in forward.network.layers.enumerated() {
      if layer.isLast { gradient.withSlice(layer.bias) { cotangents[index].addRowSums(to: &$0) } }
      layer.addGradient(
        cotangents[index], forward.input(of: index, x), forward.pass.context, forward.pass.parameters, to: &gradient)
    }
  }
}
