// What a decoder's outputs mean for events: their expectation, and draws of them. In the data's own units, row-major.

extension DecoderHead {
  /// E[x | z] of each event.
  func means(_ outputs: Tile, count: Int, _ scaling: Standardize) -> [Double] {
    values(outputs, count, scaling) { probabilities, location, _, _ in
      guard let probabilities else { return location }
      return probabilities.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
    }
  }

  /// x of p(x | z), drawn by the random numbers of each event.
  func draws(
    _ outputs: Tile, count: Int, _ scaling: Standardize, _ parameters: Parameters, from random: EventRandom
  ) -> [Double] {
    let logScales = (0..<dimension).map { logScale($0, parameters) }
    var streams = (0..<count).map { random.stream(of: $0) }
    return values(outputs, count, scaling) { probabilities, location, column, event in
      guard let probabilities else {
        return location + Double.exp(logScales[column]) * scaling.standardDeviations[column] * streams[event].normal()
      }
      var rest = streams[event].uniform()
      for (number, probability) in probabilities.enumerated() {
        rest -= probability
        if rest < 0 { return Double(number) }
      }
      return Double(probabilities.count - 1)
    }
  }

  /// `value` of each column of each event: of the probabilities of whole numbers, or of the location where there are none.
  private func values(
    _ outputs: Tile, _ count: Int, _ scaling: Standardize,
    _ value: (_ probabilities: [Double]?, _ location: Double, _ column: Int, _ event: Int) -> Double
  ) -> [Double] {
    (0..<count).flatMap { event in
      (0..<dimension).map { column in
        let location = scaling.means[column] + scaling.standardDeviations[column] * Double(outputs[column, event])
        return value(probabilities(outputs, column, event, location), location, column, event)
      }
    }
  }

  private func probabilities(_ outputs: Tile, _ column: Int, _ event: Int, _ location: Double) -> [Double]? {
    switch kind {
    case .normal, .normalColumns, .normalFixed: return nil
    case .bernoulli:
      let one = 1 / (1 + Double.exp(-Double(outputs[column, event])))
      return [1 - one, one]
    case .categorical(let levels):
      let logits = (0..<levels).map { Double(outputs[column * levels + $0, event]) }
      let top = logits.max()!
      let weights = logits.map { Double.exp($0 - top) }
      let total = weights.reduce(0, +)
      return weights.map { $0 / total }
    case .logistic(let levels):
      let logScale = Double(outputs[dimension + column, event])
      return (0..<levels).map { number in
        let at = DiscretizedLogistic(Double(number), location: location, logScale: logScale, levels: levels)
        return Double.exp(at.logProbability)
      }
    }
  }
}
