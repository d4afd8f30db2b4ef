/// A network of layers one above the other: h₀ = (x, c), hₖ₊₁ = φ(Wₖ hₖ + bₖ), the last layer without φ.
protocol LayeredNetwork {
  var layers: [NetworkLayer] { get }
  var activation: Activation { get }
}

extension LayeredNetwork {
  var weightCount: Int { layers.reduce(0) { $0 + $1.weightCount } }

  /// The outputs for each event.
  func forward(_ x: Tile, _ context: Tile?, _ parameters: Parameters) -> Tile {
    var h = x
    for layer in layers {
      h = layer.product(h, context, parameters)
      _ = h.finish(layer.bias, isLast: layer.isLast, activation, parameters)
    }
    return h
  }

  /// The outputs, and the map from their cotangent to that of the inputs; it adds to the parameters' and the context's.
  func forwardWithPullback(
    _ x: Tile, _ context: Tile?, _ parameters: Parameters
  ) -> (value: Tile, pullback: (consuming Tile, inout Gradient) -> Tile) {
    let layers = layers
    var inputs = [x]
    var saved: [Tile] = []
    for layer in layers {
      var h = layer.product(inputs.last!, context, parameters)
      saved.append(h.finish(layer.bias, isLast: layer.isLast, activation, parameters))
      inputs.append(h)
    }
    let output = inputs.removeLast()
    return (
      output,
      { [inputs, saved] cotangent, gradient in
        var δ = cotangent
        for (index, layer) in layers.enumerated().reversed() {
          δ.pullBackFinish(layer.bias, isLast: layer.isLast, activation, saved: saved[index], &gradient)
          layer.addGradient(δ, inputs[index], context, parameters, to: &gradient)
          δ = layer.pullBackProduct(δ, parameters)
        }
        return δ
      }
    )
  }
}

// MARK: - What follows the product

extension Tile {
  /// Adds the bias and, but for the last layer, applies the activation, in place; returns what its pullback needs.
  mutating func finish(
    _ bias: Range<Int>, isLast: Bool, _ activation: Activation, _ parameters: Parameters
  ) -> Tile {
    guard !isLast else {
      addBias(parameters.slice(bias))
      return self
    }
    var saved = activation.needsInput ? Tile(features: features, like: self) : nil
    activate(activation, bias: parameters.slice(bias), saving: &saved)
    return saved ?? self
  }

  /// Turns the cotangent of what `finish` made into that of what it was given.
  mutating func pullBackFinish(
    _ bias: Range<Int>, isLast: Bool, _ activation: Activation, saved: Tile, _ gradient: inout Gradient
  ) {
    gradient.withSlice(bias) {
      if isLast { addRowSums(to: &$0) } else { pullBackActivation(activation, saved: saved, biasGradient: &$0) }
    }
  }
}
