// The flow of the posterior: z = T(z₀; h(x)) of z₀ = m(x) + σ(x) ε, so that
//
//     log q(z | x) = log N(z₀; m, σ²) − log|det ∂z/∂z₀|
//
// exactly, at the draws that are made (inverse autoregressive flows, Kingma et al. 2016, arXiv:1606.04934).

extension EncoderPass {
  /// z and log|det ∂z/∂z₀|; z₀ itself where there is no flow.
  ///
  /// - Parameter code: what the encoder's network makes of the events.
  func posteriorLatents(from start: Tile, code: Tile) -> Transformed {
    guard let posterior = architecture.posterior else { return Transformed(start) }
    return posterior.forward(start, posteriorPass(code))
  }

  /// Takes ∂L/∂z and ∂L/∂log|det| (one row), adds to the gradient of the flow, and returns ∂L/∂z₀, and ∂L/∂h where there is a flow.
  typealias PosteriorPullback = (
    _ latents: consuming Tile, _ logDeterminant: Tile, _ gradient: inout Gradient
  ) -> (start: Tile, features: Tile?)

  func posteriorLatentsWithPullback(
    from start: Tile, code: Tile
  ) -> (value: Transformed, pullback: PosteriorPullback) {
    guard let posterior = architecture.posterior else {
      return (Transformed(start), { latents, _, _ in (latents, nil) })
    }
    let pass = posteriorPass(code)
    let (value, pullback) = posterior.forwardWithPullback(start, pass)
    let (range, features) = (range(posteriorPart), pass.context!)
    return (
      value,
      { latents, logDeterminant, gradient in
        let wanted = gradient.context.take()
        gradient.context = Tile(features: features.features, like: features, filledWith: 0)
        let ofStart = gradient.withSlice(range) { pullback(latents, logDeterminant, &$0) }
        let ofFeatures = gradient.context.take()
        gradient.context = wanted
        return (ofStart, ofFeatures)
      }
    )
  }

  private var posteriorPart: Int { architecture.layout.parts.count - 1 }

  private func posteriorPass(_ code: Tile) -> Pass {
    var pass = part(posteriorPart)
    pass.context = code.copy(ofRows: (2 * architecture.latentDimension)..<code.features)
    return pass
  }
}
