/// A multilayer perceptron: h₀ = (x, c), hₖ₊₁ = φ(Wₖ hₖ + bₖ), and a last layer without φ.
///
/// Weights start uniform in ±1/√(inputs), as biases do; the last layer starts at 0, so that a flow starts as its base.
public struct Perceptron: Sendable, Codable, Equatable {
  public let inputs: Int
  public let context: Int
  public let hidden: [Int]
  public let outputs: Int
  public let activation: Activation

  public init(inputs: Int, context: Int = 0, hidden: [Int], outputs: Int, activation: Activation = .relu) {
    precondition(hidden.allSatisfy { $0 > 0 }, "hidden layers have at least one unit, got \(hidden)")
    (self.inputs, self.context, self.hidden, self.outputs) = (inputs, context, hidden, outputs)
    self.activation = activation
  }

  /// The widths of all layers, from (x, c) to the output.
  private var widths: [Int] { [inputs + context] + hidden + [outputs] }

  /// `weight0` (units × inputs, row-major), `bias0`, `weight1`, ….
  public func parameterShapes(prefix: String) -> [ParameterShape] {
    zip(widths, widths.dropFirst()).enumerated().flatMap { index, sizes in
      [
        ParameterShape("\(prefix)weight\(index)", [sizes.1, sizes.0]),
        ParameterShape("\(prefix)bias\(index)", [sizes.1]),
      ]
    }
  }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    zip(widths, widths.dropFirst()).enumerated().flatMap { index, sizes in
      let count = sizes.1 * (sizes.0 + 1)
      guard index < hidden.count else { return Array(repeating: Scalar(0), count: count) }
      let bound = 1 / Double(max(1, sizes.0)).squareRoot()
      return (0..<count).map { _ in Scalar((2 * random.uniform() - 1) * bound) }
    }
  }

  /// The arguments of a layer list that make this network.
  var layerListArguments: String {
    let sizes = "hidden=" + hidden.map(String.init).joined(separator: "x")
    return activation == .relu ? sizes : sizes + ",activation=\(activation.rawValue)"
  }

  /// The network's output for each event.
  public func forward(_ x: Tile, _ context: Tile?, _ parameters: Parameters) -> Tile {
    var h = x
    for layer in layers {
      h = layer.product(h, context, parameters)
      _ = h.finish(layer.bias, isLast: layer.isLast, activation, parameters)
    }
    return h
  }

  /// The output, and the map from its cotangent to that of x, which adds to the parameters' and the context's.
  public func forwardWithPullback(
    _ x: Tile, _ context: Tile?, _ parameters: Parameters
  ) -> (value: Tile, pullback: (consuming Tile, inout Gradient) -> Tile) {
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
          δ = layer.pullBackProduct(δ, inputs[index], context, parameters, &gradient)
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

// MARK: - One layer

/// Where one layer's weights stand: W = (W_x, W_c) in the first layer, which alone sees the context.
private struct PerceptronLayer {
  let inputs: Int
  let context: Int
  let outputs: Int
  let weight: Range<Int>
  let isLast: Bool

  var bias: Range<Int> { weight.upperBound..<(weight.upperBound + outputs) }

  private func columns(_ parameters: Parameters, from first: Int, count: Int) -> WeightMatrix {
    WeightMatrix(parameters.slice(weight), offset: first, rows: outputs, columns: count, stride: inputs + context)
  }

  func product(_ h: Tile, _ c: Tile?, _ parameters: Parameters) -> Tile {
    var a = Tile(features: outputs, like: h)
    columns(parameters, from: 0, count: inputs).multiply(h, into: &a)
    if context > 0 { columns(parameters, from: inputs, count: context).multiply(c!, into: &a, adding: true) }
    return a
  }

  func pullBackProduct(
    _ δ: Tile, _ h: Tile, _ c: Tile?, _ parameters: Parameters, _ gradient: inout Gradient
  ) -> Tile {
    let W = columns(parameters, from: 0, count: inputs)
    gradient.withSlice(weight) { W.addOuterProduct(δ, h, to: &$0) }
    if context > 0 {
      let C = columns(parameters, from: inputs, count: context)
      gradient.withSlice(weight) { C.addOuterProduct(δ, c!, to: &$0) }
      if gradient.context != nil { C.multiplyTransposed(δ, into: &gradient.context!, adding: true) }
    }
    var result = Tile(features: inputs, like: δ)
    W.multiplyTransposed(δ, into: &result)
    return result
  }
}

extension Perceptron {
  private var layers: [PerceptronLayer] {
    var offset = 0
    return (0...hidden.count).map { index in
      let context = index == 0 ? context : 0
      let width = widths[index]
      let weight = offset..<(offset + widths[index + 1] * width)
      offset = weight.upperBound + widths[index + 1]
      return PerceptronLayer(
        inputs: width - context, context: context, outputs: widths[index + 1], weight: weight,
        isLast: index == hidden.count)
    }
  }
}
