// What is found in one pass over a source besides statistics: its weight, and a random choice of its events.

extension EventSource {
  /// w̄, the mean weight, and how many weights are above 0; 1 and all without weights.
  ///
  /// - Throws: where no weight is.
  func weightMoments() throws(FlowError) -> (mean: Double, positive: Int) {
    guard hasWeights else { return (1, count) }
    // The sum of large weights may be no number where their mean is one: it is summed in a small unit as well.
    let unit = 0x1p100
    var (sum, scaled, positive) = (0.0, 0.0, 0)
    try forEachBlock { block in
      for weight in block.events.weights! {
        sum += weight
        scaled += weight / unit
        positive += weight > 0 ? 1 : 0
      }
    }
    guard positive > 0 else { throw EventScan.allWeightsZero(place) }
    return (sum.isFinite ? sum / Double(count) : scaled / Double(count) * unit, positive)
  }

  /// A random choice of events, in their order, at most `most`: a function of the seed and the source. Events of weight 0
  /// are never among them. The parts of a sorted source are represented by their size.
  package func sample(_ most: Int, seed: UInt64) throws(FlowError) -> EventBlock {
    let total = try weightMoments().positive
    var sampling = SelectionSampling(min(most, total), of: total, seed: seed, purpose: .start)
    var result = EventBlock(LabelledEvents([], weights: hasWeights ? [] : nil), rows: [])
    try forEachBlock { block in
      let weights = block.events.weights
      let chosen = (0..<(block.events.events.count / dimension)).filter {
        (weights?[$0] ?? 1) > 0 && sampling.takesNext()
      }
      result.events.append(
        block.events.selecting(chosen, dimension: dimension, contextDimension: contextDimension))
      result.rows! += chosen.map { block.row(of: $0) }
    }
    return result
  }
}
