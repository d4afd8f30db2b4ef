// What a fit is compared with, and choices of its events.

extension AutomaticFit {
  /// The mean log-density of the validation events by a normal density with the mean and covariance of the training events.
  func normalReference() throws(FlowError) -> Double? {
    guard let validation, choices.preprocessing.bounds.isEmpty, train.contextDimension == 0 else { return nil }
    let whitening = try BroadComponent(weight: 0.5, of: train, after: []).whitening
    let chain = try Chain([Shift(dimension: train.dimension)], dimension: train.dimension)
    let architecture = Architecture(
      chain: chain, base: StandardNormal(dimension: train.dimension), preprocessing: [whitening])
    let zero = [Scalar](repeating: 0, count: architecture.parameterCount)
    return try Flow(architecture: architecture, parameters: zero).scores(of: validation, threads: threads).mean.value
  }
}

extension EventSource {
  /// A random choice of events, in memory.
  func choice(_ most: Int, seed: UInt64) throws(FlowError) -> any EventSource {
    let chosen = try sample(most, seed: seed).events
    return try EventArray(
      chosen.events, dimension: dimension, context: chosen.context, weights: chosen.weights, columns: columns,
      contextColumns: contextColumns, place: place)
  }
}
