/// A critic at one point per event: f(x), then ∂f/∂x, the gradient of θ, and that of the slopes ∂f/∂x.
///
/// Where units are sorted or cut, f is linear in each piece: the choices that were made at x stay, for every derivative.
public struct CriticPass {
  private let network: CriticNetwork
  private let parameters: Parameters
  /// hₖ, what goes into each layer.
  private var inputs: [Tile]
  /// The order of each hidden layer's units, or hₖ₊₁ itself, which is above 0 where a unit is on.
  private var choices: [Tile] = []
  /// f, one row.
  public let output: Tile

  /// - Parameter parameters: what tiles see of the network's.
  public init(_ network: CriticNetwork, at x: Tile, _ parameters: Parameters) {
    (self.network, self.parameters) = (network, parameters)
    inputs = [x]
    var h = x
    for layer in network.layers {
      h = layer.product(h, nil, parameters)
      let bias = parameters.slice(layer.bias)
      guard !layer.isLast else {
        h.addBias(bias)
        break
      }
      if network.group > 0 {
        choices.append(h.sortGroups(of: network.group, bias: bias))
      } else {
        choices.append(h.activate(.relu, bias: bias))
      }
      inputs.append(h)
    }
    output = h
  }

  /// uₑ ∂f/∂x for one factor per event.
  public func slopes(_ u: Tile) -> Tile {
    var δ = u
    for (index, layer) in network.layers.enumerated().reversed() {
      if !layer.isLast { δ = throughChoices(δ, index) }
      δ = layer.pullBackProduct(δ, parameters)
    }
    return δ
  }

  /// Adds the gradient of Σ uₑ f(xₑ) with respect to θ; u is 0 in the padding.
  public func pullBack(_ u: Tile, _ gradient: inout Gradient) {
    var δ = u
    for (index, layer) in network.layers.enumerated().reversed() {
      if !layer.isLast { δ = throughChoices(δ, index) }
      gradient.withSlice(layer.bias) { δ.addRowSums(to: &$0) }
      layer.addGradient(δ, inputs[index], nil, parameters, to: &gradient)
      if index > 0 { δ = layer.pullBackProduct(δ, parameters) }
    }
  }

  /// Adds the gradient of Σ ⟨vₑ, ∂f/∂x(xₑ)⟩; v is 0 in the padding. With δ the cotangents of each layer for f itself and
  /// t₀ = v, tₖ₊₁ = φ′ Ŵₖ tₖ, it is Ŵ̄ₖ = δₖ tₖᵀ.
  public func pullBackSlopes(_ v: Tile, _ gradient: inout Gradient) {
    var δ = Tile(features: 1, like: v, filledWith: 1)
    var cotangents = [δ]
    for (index, layer) in network.layers.enumerated().dropFirst().reversed() {
      δ = throughChoices(layer.pullBackProduct(δ, parameters), index - 1)
      cotangents.append(δ)
    }
    var t = v
    for (index, layer) in network.layers.enumerated() {
      layer.addGradient(cotangents[network.layers.count - 1 - index], t, nil, parameters, to: &gradient)
      guard !layer.isLast else { return }
      t = layer.product(t, nil, parameters)
      if network.group > 0 {
        t = t.sorted(by: choices[index])
      } else {
        t.pullBackActivation(.relu, saved: choices[index])
      }
    }
  }

  /// The cotangent of what a hidden layer's φ is given.
  private func throughChoices(_ δ: Tile, _ index: Int) -> Tile {
    if network.group > 0 { return δ.unsorted(by: choices[index]) }
    var δ = δ
    δ.pullBackActivation(.relu, saved: choices[index])
    return δ
  }
}
