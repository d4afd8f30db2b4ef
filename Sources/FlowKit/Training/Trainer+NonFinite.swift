extension Trainer {
  /// Where the computation on `batch` first leaves the finite numbers, for a message: the first layer (from the data)
  /// whose output does, or else the first (from the base) whose gradient does.
  func nonFinitePlace(_ batch: ArraySlice<Int32>) -> String {
    let chain = architecture.chain
    for start in stride(from: batch.startIndex, to: batch.endIndex, by: Engine.tileWidth) {
      let events = batch[start..<min(batch.endIndex, start + Engine.tileWidth)]
      let (rows, given) = objective.data.tiles(events, engine.workers[0])
      var x = rows
      let context = architecture.embedded(given, engine.tileParameters.all)
      if context?.isFinite == false { return "the context's embedding is not finite" }
      for (index, layer) in chain.layers.enumerated() {
        let value = layer.forward(
          x, Pass(engine.tileParameters.all.slice(chain.layout.prepared[index]), context: context))
        x = value.values
        let logDeterminant = value.logDeterminant
        if !x.isFinite || !logDeterminant.constant.isFinite || logDeterminant.perEvent?.isFinite == false {
          return "the output of layer \(chain.name(of: index)) is not finite"
        }
      }
    }
    for (index, part) in architecture.layout.parts.enumerated().reversed() {
      if !gradient.gradient.all.slice(part.parameters).values.allSatisfy(\.isFinite) {
        let place =
          index < chain.layers.count
          ? "layer \(part.name)"
          : part.name == ContextEmbedding.partName ? "the context's embedding" : "the base distribution"
        return "the gradient of \(place) is not finite"
      }
    }
    return "the log-density is not finite"
  }
}
