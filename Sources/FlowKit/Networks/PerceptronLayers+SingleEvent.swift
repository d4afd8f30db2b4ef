// One event through a perceptron at once: what the layers leave stays one number a unit, where a tile would hold it sixteen
// times, and no tile is made but that of the outputs.

extension PerceptronLayers {
  /// The outputs, with the bits of ``forward(_:_:)``; nil where a layer wants other products or a kernel for its activation.
  func singleOutputs(_ x: Tile, _ pass: Pass) -> Tile? {
    guard activation == .relu || layers.count == 1, let weights = x.pool.transposed,
      layers.allSatisfy({ Products.takesSingle(rows: $0.rows) && $0.columns > 0 })
    else { return nil }
    var outputs = Tile(features: layers.last!.rows, like: x)
    let target = Products.Matrix(base: outputs.mutableBase(), stride: x.width)
    let widest = layers.reduce(0) { max($0, $1.rows) }
    let isDone = withUnsafeTemporaryAllocation(of: Scalar.self, capacity: 2 * widest) { units in
      var input = Products.Matrix(base: x.base, stride: x.width)
      for (index, layer) in layers.enumerated() {
        let units = Products.Matrix(base: units.baseAddress! + (index % 2) * widest, stride: 1)
        let output = layer.isLast ? target : units
        guard layer.singleOutput(input, into: output, weights, pass) else { return false }
        input = output
      }
      return true
    }
    return isDone ? outputs : nil
  }
}

extension NetworkLayer {
  /// φ(Wh + W_c c + b) with the rectifier φ, or none in the last layer; false where a weight is not finite.
  fileprivate func singleOutput(
    _ h: Products.Matrix, into output: Products.Matrix, _ weights: TransposedWeights, _ pass: Pass
  ) -> Bool {
    if context > 0, let c = pass.context {
      guard let own = weights.transposed(contextMatrix(pass.parameters)) else { return false }
      Products.multiplySingle(own, c.base, c.width, into: output, rows: rows, inner: context, adding: false)
    }
    guard let own = weights.transposed(visibleMatrix(pass.parameters)) else { return false }
    Products.multiplySingle(
      own, h.base, h.stride, into: output, rows: rows, inner: columns, adding: context > 0,
      Products.Finish(bias: pass.parameters.base + bias.lowerBound, relu: !isLast))
    return true
  }
}
