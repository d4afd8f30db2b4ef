// What is found in one pass over a source besides statistics: its weight, and a random choice of its events.

extension EventSource {
  /// Σ wᵢ and how many weights are above 0; the number of events twice without weights.
  func totalWeight() throws(FlowError) -> (sum: Double, positive: Int) {
    guard hasWeights else { return (Double(count), count) }
    var (sum, positive) = (0.0, 0)
    try forEachBlock { block in
      for weight in block.events.weights! {
        sum += weight
        positive += weight > 0 ? 1 : 0
      }
    }
    guard sum > 0 else { throw EventScan.allWeightsZero(place) }
    guard sum.isFinite else { throw FlowError(.data, "\(place): the weights add up to more than a number can hold") }
    return (sum, positive)
  }

  /// A random choice of events, in their order, at most `most`: a function of the seed and the source. Events of weight 0
  /// are never among them. The parts of a sorted source are represented by their size.
  func sample(_ most: Int, seed: UInt64) throws(FlowError) -> EventBlock {
    let total = try totalWeight().positive
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
