/// Maximum likelihood: L = −Σ wᵢ log p(xᵢ) / Σ wᵢ, which is KL(data ‖ flow) up to a constant.
///
/// Over a minibatch of B events the sum of weights is replaced by B · w̄, with the training set's mean weight w̄, so that
/// the gradient of a minibatch is unbiased. Events of weight 0 are left out, whatever their density: 0 · ∞ is no number.
struct MaximumLikelihood {
  let data: TrainingData

  /// Σ over the events of −wᵢ/w̄ · log p(xᵢ) / divisor, in the data's units; adds its gradient to `gradient`.
  func loss(
    _ indices: ArraySlice<Int32>, divisor: Double, _ engine: Engine, _ worker: Engine.Worker,
    gradient: inout Gradient
  ) -> Double {
    let indices = data.hasWeights ? indices.filter { data.relativeWeight($0) > 0 }[...] : indices
    guard !indices.isEmpty else { return 0 }
    let (x, context) = data.tiles(indices, worker)
    let architecture = worker.architecture
    let (embedded, pullbackOfEmbedding) = architecture.embeddedWithPullback(context, worker.parameters)
    let (latent, pullback) = architecture.chain.forwardWithPullback(
      x, Pass(worker.parameters, context: embedded))
    let pullbackOfBase = worker.logDensities.withUnsafeMutableBufferPointer {
      architecture.base.logDensityWithPullback(latent.values, worker.baseParameters, into: $0)
    }
    worker.addLogDeterminant(latent.logDeterminant)
    // The padding has weight 0.
    var cotangent = Tile(features: 1, like: latent.values, filledWith: 0)
    var loss = 0.0
    cotangent.withMutableRow(0) { row in
      for (event, index) in indices.enumerated() {
        let weight = -data.relativeWeight(index) / divisor
        loss += weight * (worker.logDensities[event] + data.logDeterminant(index))
        row[event] = Scalar(weight)
      }
    }
    let values = gradient.withSlice(architecture.layout.prepared.last!) { pullbackOfBase(cotangent, &$0) }
    guard let pullbackOfEmbedding else {
      _ = pullback(values, cotangent, &gradient)
      return loss
    }
    gradient.context = embedded.map { Tile(features: $0.features, like: $0, filledWith: 0) }
    _ = pullback(values, cotangent, &gradient)
    pullbackOfEmbedding(gradient.context.take()!, &gradient)
    return loss
  }

  /// Σ over the events of −wᵢ/w̄ · log p(xᵢ), in the data's units, without a gradient.
  func lossSum(_ indices: Range<Int32>, _ engine: Engine) -> Double {
    let order = Array(indices)
    var sums = [Double](repeating: 0, count: (order.count + Engine.tileWidth - 1) / Engine.tileWidth)
    sums.withUnsafeMutableBufferPointer { sums in
      let sums = sums.baseAddress!
      engine.forEachTile(of: order.count) { worker, range in
        let (x, context) = data.tiles(order[range], worker)
        engine.logDensity(x, context: context, worker: worker)
        sums[range.lowerBound / Engine.tileWidth] = order[range].enumerated().reduce(0) { sum, event in
          let weight = data.relativeWeight(event.element)
          guard weight > 0 else { return sum }
          return sum - weight * (worker.logDensities[event.offset] + data.logDeterminant(event.element))
        }
      }
    }
    return sums.reduce(0, +)
  }
}
