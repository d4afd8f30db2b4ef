extension EventSource {
  /// A random choice of events, in memory.
  func choice(_ most: Int, seed: UInt64) throws(FlowError) -> any EventSource {
    let chosen = try sample(most, seed: seed).events
    return try EventArray(
      chosen.events, dimension: dimension, context: chosen.context, weights: chosen.weights, columns: columns,
      contextColumns: contextColumns, place: place)
  }
}
