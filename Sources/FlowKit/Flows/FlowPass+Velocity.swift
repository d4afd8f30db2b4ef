extension FlowPass {
  /// f(x, t; c) of a flow whose chain is one continuous layer.
  ///
  /// - Parameter t: one row.
  func velocity(at x: Tile, _ t: Tile, of layer: NeuralODE) -> Tile {
    layer.field(x, layer.field.pass(at: t, embedded.slice(layerRange)))
  }

  /// The same, and the map from the cotangent of f to the gradient of the parameters; what it takes of a log-determinant is ignored.
  func velocityWithPullback(at x: Tile, _ t: Tile, of layer: NeuralODE) -> (value: Tile, pullback: Pullback) {
    let (pass, pullBackEmbedding) = embeddedWithPullback
    let (field, range) = (layer.field, layerRange)
    let tangents = field.tangents(at: x, field.pass(at: t, pass.slice(range)))
    let pullback: Pullback = { cotangent, _, gradient in
      let cotangent = cotangent
      return gradient.withSlice(range) { gradient in
        field.pullingBack(&gradient, like: cotangent) { tangents.pullBack(cotangent, directions: nil, &$0) }
      }
    }
    return (tangents.output, Self.joined(pullback, pass, pullBackEmbedding))
  }

  private var layerRange: Range<Int> { architecture.layout.prepared[0] }
}
