internal import CFlowKernels

/// A smooth perceptron at one point per event, with its derivatives there: g(x), then J v for directions v and uᵀJ, and
/// the gradient of s = Σ ⟨wₖ, J(x; θ) vₖ⟩, the one second-order object that residual and continuous flows need.
///
/// Directions lie side by side in a tile (`Directions.swift`).
struct TangentPass {
  private let layers: [NetworkLayer]
  private let parameters: Parameters
  private let context: Tile?
  /// hₖ, what goes into each layer.
  private var inputs: [Tile]
  /// φ′ and φ″ of each hidden layer.
  private(set) var first: [Tile] = []
  private(set) var second: [Tile] = []
  /// g(x).
  let output: Tile
  /// ḣₖ for each direction, what goes into each layer, and ȧₖ, what comes out before φ.
  private var tangents: [Tile] = []
  private var slopes: [Tile] = []

  init(_ network: LipschitzPerceptron, at x: Tile, _ pass: Pass) {
    self.init(network.layers, network.activation, at: x, pass)
  }

  /// - Parameter layers: of a perceptron; only the last has no φ.
  init(_ layers: [NetworkLayer], _ activation: SmoothActivation, at x: Tile, _ pass: Pass) {
    (self.layers, context, parameters) = (layers, pass.context, pass.parameters)
    inputs = [x]
    var h = x
    for layer in layers {
      h = layer.product(h, context, parameters)
      guard !layer.isLast else { break }
      var (first, second) = (Tile(features: layer.rows, like: h), Tile(features: layer.rows, like: h))
      h.activate(activation, bias: parameters.slice(layer.bias), first: &first, second: &second)
      inputs.append(h)
      self.first.append(first)
      self.second.append(second)
    }
    h.addBias(parameters.slice(layers.last!.bias))
    output = h
  }

  private func weights(_ layer: NetworkLayer) -> WeightMatrix {
    layer.matrix(parameters, row: 0, rows: layer.rows, columns: layer.columns)
  }

  /// J v for each direction: ȧ = Ŵḣ, ḣ′ = φ′(a) ∘ ȧ.
  mutating func push(_ directions: Tile) -> Tile {
    tangents = [directions]
    slopes = []
    for (index, layer) in layers.enumerated() {
      var slope = Tile(features: layer.rows, like: directions)
      weights(layer).multiply(tangents[index], into: &slope)
      slopes.append(slope)
      if !layer.isLast { tangents.append(slope.scalingDirections(by: first[index])) }
    }
    return slopes.removeLast()
  }

  /// The columns of J as directions: D × (D blocks of events).
  mutating func jacobian() -> Tile {
    return push(inputs[0].unitDirections())
  }

  /// uᵀJ for one u per event.
  func pullBackInput(_ u: Tile) -> Tile {
    var δ = u
    for (index, layer) in layers.enumerated().reversed() {
      if !layer.isLast { δ = δ.scalingDirections(by: first[index]) }
      δ = layer.pullBackProduct(δ, parameters)
    }
    return δ
  }

  /// Adds the gradient of ⟨ȳ, g(x)⟩ + Σₖ ⟨wₖ, J vₖ⟩ with respect to θ and the context, vₖ the directions last pushed;
  /// returns that with respect to x. Without `w` that of ⟨ȳ, g(x)⟩ alone.
  ///
  /// In reverse from (ā, ǡ) = (ȳ, w): W̄ += ā hᵀ + ǡ ḣᵀ, b̄ += ā, h̄ = Ŵᵀā, ḣ̄ = Ŵᵀǡ, then ā = φ′ ∘ h̄ + φ″ ∘ Σ ȧ ∘ ḣ̄ and
  /// ǡ = φ′ ∘ ḣ̄.
  ///
  /// - Parameter curvature: what is added to ā of each hidden layer besides; nothing by default.
  func pullBack(
    _ ȳ: Tile, directions w: Tile?, adding curvature: [Tile] = [], _ gradient: inout Gradient
  ) -> Tile {
    var δ = ȳ
    var t = w
    for (index, layer) in layers.enumerated().reversed() {
      if !layer.isLast {
        if t == nil {
          δ = δ.scalingDirections(by: first[index])
        } else {
          δ.pullBackTangents(&t!, slopes: slopes[index], first: first[index], second: second[index])
        }
        if !curvature.isEmpty { δ.add(curvature[index]) }
      }
      gradient.withSlice(layer.bias) { δ.addRowSums(to: &$0) }
      layer.addGradient(δ, inputs[index], context, parameters, to: &gradient)
      δ = layer.pullBackProduct(δ, parameters)
      guard let tangent = t else { continue }
      gradient.withSlice(layer.weight) { weights(layer).addOuterProduct(tangent, tangents[index], to: &$0) }
      if index > 0 { t = layer.pullBackProduct(tangent, parameters) }
    }
    return δ
  }
}

extension Tile {
  /// Turns the cotangents of φ(a) (this) and of φ′(a) ∘ ȧ (`tangents`) into those of a and ȧ.
  fileprivate mutating func pullBackTangents(
    _ tangents: inout Tile, slopes: Tile, first: Tile, second: Tile
  ) {
    checkShape(first)
    checkShape(second)
    slopes.checkShape(tangents)
    flowkit_tangent_pullback(
      mutableBase(), tangents.mutableBase(), slopes.base, first.base, second.base, features,
      tangents.width / width, width)
  }
}

extension [NetworkLayer] {
  /// The outputs of a smooth perceptron of these layers, without what derivatives need.
  func values(at x: Tile, _ activation: SmoothActivation, _ pass: Pass) -> Tile {
    var h = x
    for layer in self {
      h = layer.product(h, pass.context, pass.parameters)
      let bias = pass.parameters.slice(layer.bias)
      if layer.isLast { h.addBias(bias) } else { h.activate(activation, bias: bias) }
    }
    return h
  }
}
