/// A multilayer perceptron g whose Lipschitz constant in its inputs is at most L, for every θ: h₀ = (x, c),
/// hₖ₊₁ = φ(Ŵₖ hₖ + bₖ), a last layer without φ.
///
/// Ŵ = W min(1, κ / σ̂(W)) with κ = L^(1/layers) and an upper bound σ̂ of the spectral norm (`SpectralBound`); |φ′| ≤ 1. So
/// the bound holds for the network as stored, not in the limit of an iteration. The context's columns of the first layer
/// are not constrained. Source: Behrmann et al., "Invertible Residual Networks" (ICML 2019), section 2.
///
/// Hidden weights start uniform in ±1/√(inputs), as biases do; the last layer at a tenth of that, so that g starts small.
public struct LipschitzPerceptron: Sendable {
  public let inputs: Int
  public let context: Int
  public let hidden: [Int]
  public let outputs: Int
  public let activation: SmoothActivation
  /// L, in (0, 1) for an invertible x + g(x).
  public let lipschitz: Double
  let layers: [NetworkLayer]

  public init(
    inputs: Int, context: Int = 0, hidden: [Int], outputs: Int, activation: SmoothActivation = .lipswish,
    lipschitz: Double
  ) {
    precondition(
      !hidden.isEmpty && hidden.allSatisfy { $0 > 0 }, "hidden layers have at least one unit, got \(hidden)")
    precondition(lipschitz > 0 && lipschitz.isFinite, "a Lipschitz constant is above 0, got \(lipschitz)")
    (self.inputs, self.context, self.hidden, self.outputs) = (inputs, context, hidden, outputs)
    (self.activation, self.lipschitz) = (activation, lipschitz)
    layers = Perceptron.layers([inputs] + hidden + [outputs], context: context)
  }

  /// `weight0` (units × inputs, row-major), `bias0`, `weight1`, …; weights as trained, before they are scaled.
  public func parameterShapes(prefix: String) -> [ParameterShape] {
    layers.parameterShapes.map { ParameterShape(prefix + $0.name, $0.dimensions) }
  }

  public var parameterCount: Int { layers.last!.bias.upperBound }

  var weightCount: Int { layers.reduce(0) { $0 + $1.weightCount } }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    layers.flatMap { layer in
      layer.initialParameters(within: (layer.isLast ? 0.1 : 1) / Double(layer.stride).squareRoot(), using: &random)
    }
  }

  // MARK: Preparation: Ŵ and b

  /// κ.
  private var layerBound: Double { Double.pow(lipschitz, 1 / Double(layers.count)) }

  /// The weights on the layer's inputs, without those on the context.
  private func spectralBound(_ layer: NetworkLayer, _ parameters: Parameters) -> SpectralBound {
    let weights = parameters.slice(layer.weight)
    let matrix = (0..<layer.rows).flatMap { row in
      (0..<layer.columns).map { Double(weights[row * layer.stride + $0]) }
    }
    return SpectralBound(matrix, rows: layer.rows, columns: layer.columns)
  }

  /// min(1, κ / σ̂); NaN where a weight is not finite, so that it shows.
  private func scale(_ bound: SpectralBound) -> Double {
    let norm = bound.bound(rounding: Double(Scalar.ulpOfOne))
    return norm <= layerBound ? 1 : layerBound / norm
  }

  func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    for index in 0..<parameterCount { prepared[index] = parameters[index] }
    for layer in layers {
      let scale = scale(spectralBound(layer, parameters))
      guard scale != 1 else { continue }
      for row in 0..<layer.rows {
        for column in 0..<layer.columns {
          let index = layer.weight.lowerBound + row * layer.stride + column
          prepared[index] = Scalar(Double(parameters[index]) * scale)
        }
      }
    }
  }

  /// With f = κ/σ̂ < 1: W̄ = f (Ŵ̄ − ⟨Ŵ̄, W⟩ / σ̂ · ∂σ̂/∂W).
  func pullBackPreparation(_ parameters: Parameters, preparedGradient: Parameters, to gradient: inout Gradient) {
    for layer in layers {
      let bound = spectralBound(layer, parameters)
      let scale = scale(bound)
      let slope = scale == 1 ? [] : bound.gradient()
      let offset = layer.weight.lowerBound
      var product = 0.0
      for row in 0..<layer.rows where scale != 1 {
        for index in (offset + row * layer.stride)..<(offset + row * layer.stride + layer.columns) {
          product += Double(preparedGradient[index]) * Double(parameters[index])
        }
      }
      for index in layer.weight {
        let (row, column) = ((index - offset) / layer.stride, (index - offset) % layer.stride)
        guard scale != 1, column < layer.columns else {
          gradient[index] += preparedGradient[index]
          continue
        }
        let along = product / bound.norm * slope[row * layer.columns + column]
        gradient[index] += Scalar(scale * (Double(preparedGradient[index]) - along))
      }
      for index in layer.bias { gradient[index] += preparedGradient[index] }
    }
  }

  /// A true upper bound of the network's Lipschitz constant in x: the product of bounds of ‖Ŵ‖. NaN where a weight is
  /// not finite.
  public func lipschitzBound(_ parameters: Parameters) -> Double {
    let prepared = ParameterBuffer(count: parameterCount)
    prepare(parameters, into: UnsafeMutableBufferPointer(start: prepared.base, count: prepared.count))
    return layers.reduce(1) { $0 * spectralBound($1, prepared.all).bound() }
  }

  // MARK: The map, of prepared parameters

  func forward(_ x: Tile, _ pass: Pass) -> Tile {
    layers.values(at: x, activation, pass)
  }
}

extension LipschitzPerceptron: Codable {
  public init(from decoder: any Decoder) throws {
    let constants = try NetworkConstants(from: decoder)
    let (outputs, lipschitz) = (try constants.checkedOutputs(), constants.lipschitz ?? .nan)
    try DescriptionCheck.require(
      !constants.hidden.isEmpty && lipschitz > 0 && lipschitz.isFinite,
      "a network of Lipschitz constant \(lipschitz) is none")
    self.init(
      inputs: constants.inputs, context: constants.context, hidden: constants.hidden, outputs: outputs,
      activation: try constants.checkedActivation(), lipschitz: lipschitz)
  }

  public func encode(to encoder: any Encoder) throws {
    try NetworkConstants(
      inputs: inputs, context: context, hidden: hidden, outputs: outputs, activation: activation.rawValue,
      lipschitz: lipschitz
    ).encode(to: encoder)
  }
}
