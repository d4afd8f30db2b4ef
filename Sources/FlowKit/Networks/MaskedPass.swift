/// The outputs of a masked perceptron position by position, while its inputs become known one after another: what the
/// inverse of an autoregressive map needs. Hidden units are filled in the order of their degrees, so that all positions
/// together cost one pass; the pullback walks the degrees back.
struct MaskedPass {
  private let network: MaskedPerceptron
  private let layers: [NetworkLayer]
  private let prepared: Parameters
  private let context: Tile?
  /// Each layer's units, filled as far as the degrees have come; the last are the outputs.
  private var units: [Tile]
  /// What φ′ needs of each hidden layer where that is not φ.
  private var saved: [Tile?]

  init(_ network: MaskedPerceptron, _ pass: Pass, like tile: Tile) {
    (self.network, context, prepared) = (network, pass.context, pass.parameters)
    layers = network.layers
    units = layers.map { $0.contextProduct(pass.context, pass.parameters, like: tile) }
    saved = units.dropLast().map { network.activation.needsInput ? Tile(features: $0.features, like: $0) : nil }
  }

  /// The outputs of `position`, once rows 0 ..< position of `x` are known.
  mutating func outputs(ofPosition position: Int, _ x: Tile) -> Tile {
    for (index, layer) in layers.enumerated() {
      let rows = layer.rowRange(ofDegree: position)
      guard !rows.isEmpty else { continue }
      let W = layer.matrix(prepared, row: rows.lowerBound, rows: rows.count, columns: layer.prefixes[position])
      // Two elements of one array cannot be read and changed at once.
      let input = index == 0 ? x : units[index - 1]
      W.multiply(input, into: &units[index], atRow: rows.lowerBound, adding: layer.context > 0)
      let bias = prepared.slice(layer.bias).slice(rows)
      if layer.isLast {
        units[index].addBias(bias, rows: rows)
      } else {
        units[index].activate(network.activation, bias: bias, rows: rows, saving: &saved[index])
      }
    }
    return units.last!.copy(ofRows: layers.last!.rowRange(ofDegree: position))
  }

  /// The cotangents of all units, while the positions are walked back.
  struct Cotangents {
    fileprivate var units: [Tile]
    /// ∂L/∂x by way of the network.
    var x: Tile
  }

  func cotangents() -> Cotangents {
    Cotangents(
      units: units.map { Tile(features: $0.features, like: $0, filledWith: 0) },
      x: Tile(features: network.inputs, like: units[0], filledWith: 0))
  }

  /// Takes the cotangent of one position's outputs; positions come from the last to the first.
  func pullBack(
    position: Int, outputs: Tile, _ cotangents: inout Cotangents, _ gradient: inout Gradient
  ) {
    cotangents.units[layers.count - 1].write(outputs, toRow: layers.last!.rowRange(ofDegree: position).lowerBound)
    for (index, layer) in layers.enumerated().reversed() {
      let rows = layer.rowRange(ofDegree: position)
      guard !rows.isEmpty else { continue }
      if !layer.isLast {
        gradient.withSlice(layer.bias.lowerBound + rows.lowerBound..<layer.bias.lowerBound + rows.upperBound) {
          cotangents.units[index].pullBackActivation(
            network.activation, saved: saved[index] ?? units[index], rows: rows, biasGradient: &$0)
        }
      }
      let W = layer.matrix(prepared, row: rows.lowerBound, rows: rows.count, columns: layer.prefixes[position])
      let δ = cotangents.units[index]
      if index == 0 {
        W.multiplyTransposed(δ, fromRow: rows.lowerBound, into: &cotangents.x, adding: true)
      } else {
        W.multiplyTransposed(δ, fromRow: rows.lowerBound, into: &cotangents.units[index - 1], adding: true)
      }
    }
  }

  /// Adds the gradient of the weights and the last biases, once all positions are walked back.
  func addGradient(_ cotangents: Cotangents, _ x: Tile, to gradient: inout Gradient) {
    for (index, layer) in layers.enumerated() {
      if layer.isLast { gradient.withSlice(layer.bias) { cotangents.units[index].addRowSums(to: &$0) } }
      layer.addGradient(
        cotangents.units[index], index == 0 ? x : units[index - 1], context, prepared, to: &gradient)
    }
  }
}
