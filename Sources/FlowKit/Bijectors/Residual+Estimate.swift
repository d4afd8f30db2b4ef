/// How a residual layer computes its log-determinant in training; without pullback it is always exact.
public enum ResidualDeterminant: String, Sendable, Codable, CaseIterable {
  /// From the whole Jacobian: D passes of the network.
  case exact
  /// An unbiased estimate from one random vector and a random number of terms, a cost that does not grow with D.
  case roulette
}

extension Residual {
  /// Where a layer list says nothing, training is exact up to this dimension and estimates beyond.
  public static let largestExactDimension = 16

  /// `forwardWithPullback` with an estimated log-determinant. Its value differs from that of `forward` by the
  /// estimate's error, of mean 0, and so does the gradient.
  func estimatedWithPullback(
    _ x: consuming Tile, _ pass: Pass, _ random: EventRandom
  ) -> (value: Transformed, pullback: Pullback) {
    var z = x
    var streams = random.streams(like: z)
    var tangents = TangentPass(network, at: z, pass)
    let series = NeumannSeries(drawing: &streams, lipschitz: network.lipschitz)
    let estimate = series.sum(&tangents, along: NeumannSeries.signs(like: z, drawing: &streams))
    z.add(tangents.output)
    var row = Tile(features: 1, like: z)
    row.withMutableRow(0) { row in
      for event in row.indices { row[event] = Scalar(estimate.logDeterminants[event]) }
    }
    return (
      Transformed(z, LogDeterminant(perEvent: row)),
      { [tangents] values, logDeterminant, gradient in
        var directions = estimate.w
        directions.scaleAllDirections(by: logDeterminant)
        let throughNetwork = tangents.pullBack(values, directions: directions, &gradient)
        var result = values
        result.add(throughNetwork)
        return result
      }
    )
  }

  /// log det(I + J_g) of each event of a tile estimated by the mean over random vectors, and its standard error: for
  /// dimensions where the exact one costs too much.
  ///
  /// - Parameters:
  ///   - pass: with what `prepare` made of θ.
  ///   - terms: cuts the power series, which is then off by at most D L^(terms + 1) / ((terms + 1)(1 − L)), not counted
  ///     in the standard error; nil draws the number of terms, without bias.
  ///   - probes: the number of random vectors, at least 2.
  ///   - seed: draws them.
  public func logDeterminantEstimate(
    _ x: Tile, _ pass: Pass, terms: Int? = nil, probes: Int, seed: UInt64 = 0
  ) -> (values: [Double], standardErrors: [Double]) {
    precondition(2 <= probes && probes <= 1 << 16, "2 to 65536 probes, got \(probes)")
    var tangents = TangentPass(network, at: x, pass)
    var moments = Array(repeating: (mean: 0.0, squares: 0.0), count: x.width)
    let random = EventRandom(seed: seed, purpose: .probes)
    for probe in 0..<probes {
      var streams = random.child(probe).streams(like: x)
      let series =
        terms.map { NeumannSeries(terms: $0, events: x.width) }
        ?? NeumannSeries(drawing: &streams, lipschitz: network.lipschitz)
      let values = series.sum(&tangents, along: NeumannSeries.signs(like: x, drawing: &streams)).logDeterminants
      for (event, value) in values.enumerated() {
        // Welford (1962).
        let change = value - moments[event].mean
        moments[event].mean += change / Double(probe + 1)
        moments[event].squares += change * (value - moments[event].mean)
      }
    }
    let count = Double(probes)
    return (moments.map(\.mean), moments.map { ($0.squares / (count - 1) / count).squareRoot() })
  }
}

extension EventRandom {
  /// A stream for each event of a tile.
  func streams(like x: Tile) -> [RandomStream] { (0..<x.width).map { stream(of: $0) } }
}
