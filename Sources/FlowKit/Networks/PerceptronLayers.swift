/// The layers of a perceptron, masked or not: h₀ = (x, c), hₖ₊₁ = φ(Wₖ hₖ + bₖ), the last layer without φ. In training
/// hidden units are dropped where the perceptron says so.
struct PerceptronLayers: NetworkLayers {
  let layers: [NetworkLayer]
  let activation: Activation
  let dropout: Double

  var parameterCount: Int { layers.last!.bias.upperBound }

  var parameterShapes: [ParameterShape] { layers.parameterShapes }

  var weightCount: Int { layers.reduce(0) { $0 + $1.weightCount } }

  /// The outputs for each event.
  func forward(_ x: Tile, _ pass: Pass) -> Tile {
    let factors = dropoutFactors(pass, like: x)
    if factors == nil, x.isSingleEvent, let outputs = singleOutputs(x, pass) { return outputs }
    var h = x
    for (index, layer) in layers.enumerated() {
      h = layer.output(h, pass.context, activation, pass.parameters).value
      if let factors, !layer.isLast { h.multiply(by: factors[index]) }
    }
    return h
  }

  /// The outputs, and the map from their cotangent to that of the inputs; it adds to the parameters' and the context's.
  func forwardWithPullback(_ x: Tile, _ pass: Pass) -> (value: Tile, pullback: NetworkPullback) {
    let (layers, activation) = (layers, activation)
    let factors = dropoutFactors(pass, like: x)
    var inputs = [x]
    var saved: [Tile] = []
    for (index, layer) in layers.enumerated() {
      var output = layer.output(inputs.last!, pass.context, activation, pass.parameters)
      if let factors, !layer.isLast { output.value.multiply(by: factors[index]) }
      inputs.append(output.value)
      saved.append(output.saved)
    }
    let output = inputs.removeLast()
    return (
      output,
      { [inputs, saved] cotangent, gradient in
        var δ = cotangent
        for (index, layer) in layers.enumerated().reversed() {
          if let factors, !layer.isLast { δ.multiply(by: factors[index]) }
          δ.pullBackOutput(layer.bias, isLast: layer.isLast, activation, saved: saved[index], &gradient)
          layer.addGradient(δ, inputs[index], pass.context, pass.parameters, to: &gradient)
          δ = layer.pullBackProduct(δ, pass.parameters)
        }
        return δ
      }
    )
  }

  /// By what the hidden units of each layer are multiplied; nil where none is dropped.
  func dropoutFactors(_ pass: Pass, like tile: Tile) -> [Tile]? {
    guard dropout > 0, let random = pass.random else { return nil }
    return layers.dropLast().enumerated().map { index, layer in
      Tile(dropout: dropout, features: layer.rows, like: tile, from: random.child(index))
    }
  }

  func clearMasked(_ values: UnsafeMutableBufferPointer<Scalar>) {
    for layer in layers { layer.clearMasked(values.baseAddress! + layer.weight.lowerBound) }
  }

  func initialParameters(spread: Bool, using random: inout RandomStream) -> [Scalar] {
    layers.flatMap { layer in
      layer.isLast
        ? layer.initialParameters(within: spread ? 1 / Double(max(1, layer.stride)).squareRoot() : 0, using: &random)
        : layer.initialParameters(using: &random)
    }
  }
}

extension Tile {
  /// Turns the cotangent of what a layer's `output` is into that of its product.
  fileprivate mutating func pullBackOutput(
    _ bias: Range<Int>, isLast: Bool, _ activation: Activation, saved: Tile, _ gradient: inout Gradient
  ) {
    gradient.withSlice(bias) {
      if isLast { addRowSums(to: &$0) } else { pullBackActivation(activation, saved: saved, biasGradient: &$0) }
    }
  }
}
