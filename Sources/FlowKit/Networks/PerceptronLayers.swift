/// A network of layers one above the other: h₀ = (x, c), hₖ₊₁ = φ(Wₖ hₖ + bₖ), the last layer without φ.
protocol LayeredNetwork {
  var layers: [NetworkLayer] { get }
  var activation: Activation { get }
}

extension LayeredNetwork {
  var weightCount: Int { layers.reduce(0) { $0 + $1.weightCount } }

  /// The outputs for each event.
  func forward(_ x: Tile, _ pass: Pass) -> Tile {
    var h = x
    for layer in layers { h = layer.output(h, pass.context, activation, pass.parameters).value }
    return h
  }

  /// The outputs, and the map from their cotangent to that of the inputs; it adds to the parameters' and the context's.
  func forwardWithPullback(
    _ x: Tile, _ pass: Pass
  ) -> (value: Tile, pullback: (consuming Tile, inout Gradient) -> Tile) {
    let layers = layers
    var inputs = [x]
    var saved: [Tile] = []
    for layer in layers {
      let output = layer.output(inputs.last!, pass.context, activation, pass.parameters)
      inputs.append(output.value)
      saved.append(output.saved)
    }
    let output = inputs.removeLast()
    return (
      output,
      { [inputs, saved] cotangent, gradient in
        var δ = cotangent
        for (index, layer) in layers.enumerated().reversed() {
          δ.pullBackOutput(layer.bias, isLast: layer.isLast, activation, saved: saved[index], &gradient)
          layer.addGradient(δ, inputs[index], pass.context, pass.parameters, to: &gradient)
          δ = layer.pullBackProduct(δ, pass.parameters)
        }
        return δ
      }
    )
  }
}

extension Tile {
  /// Turns the cotangent of what a layer's `output` is into that of its product.
  mutating func pullBackOutput(
    _ bias: Range<Int>, isLast: Bool, _ activation: Activation, saved: Tile, _ gradient: inout Gradient
  ) {
    gradient.withSlice(bias) {
      if isLast { addRowSums(to: &$0) } else { pullBackActivation(activation, saved: saved, biasGradient: &$0) }
    }
  }
}
