extension Trainer {
  /// Where the computation on `batch` first leaves the finite numbers, for a message: where the objective says, or else the
  /// first part (from the base) whose gradient does.
  func nonFinitePlace(_ batch: Batch) -> String {
    let (places, gradient) = (batch.places, gradient.whole())
    let parameters = engine.tileParameters.all
    for first in stride(from: 0, to: places.count, by: Tile.fullWidth) {
      let start = places.startIndex + first
      let part = places[start..<min(places.endIndex, start + Tile.fullWidth)]
      guard let tile = EventTile(events.data, part, first: first, divisor: 1, engine.worker(0).tiles) else { continue }
      let pass = Pass(parameters, context: tile.context, random: random.advanced(by: first))
      if let place = objective.nonFinitePlace(tile, pass) { return place }
    }
    let isFinite = { (part: ParameterLayout.Part) in
      gradient.all.slice(part.parameters).values.allSatisfy(\.isFinite)
    }
    guard let part = engine.layout.parts.last(where: { !isFinite($0) }) else { return "the loss is not finite" }
    switch part.name {
    case ContextEmbedding.partName: return "the gradient of the context's embedding is not finite"
    case CriticisedFlow.criticName: return "the gradient of the critic is not finite"
    case Architecture.baseName: return "the gradient of the base distribution is not finite"
    default: return "the gradient of layer \(part.name) is not finite"
    }
  }
}
