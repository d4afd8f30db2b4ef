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

  // Random numbers without a state: the stream of an event has the layer's θ (hashed in `prepare`) as its key and the
  // event's own bits as its index. So a draw depends neither on the tile, the thread nor the number of the step, a
  // resumed training repeats it, and it changes with every step that changes θ. Events with equal bits share a draw.

  /// A hash of θ that 48 bits of two scalars hold exactly.
  static func key(of parameters: Parameters) -> (Scalar, Scalar) {
    var hash = BitHash()
    for index in 0..<parameters.count { hash.combine(parameters[index]) }
    return (Scalar(hash.value >> 40), Scalar(hash.value >> 8 & 0xFF_FFFF))
  }

  private func streams(for x: Tile, key: (Scalar, Scalar), draw: Int = 0) -> [RandomStream] {
    let seed = UInt64(key.0) << 24 | UInt64(key.1) | UInt64(draw) << 48
    return (0..<x.width).map { event in
      var hash = BitHash()
      for feature in 0..<x.features { hash.combine(x[feature, event]) }
      return RandomStream(seed: seed, purpose: .probes, index: hash.value)
    }
  }

  /// `forwardWithPullback` with an estimated log-determinant. Its value differs from that of `forward` by the
  /// estimate's error, of mean 0, and so does the gradient.
  func estimatedWithPullback(
    _ x: consuming Tile, given context: Tile?, _ parameters: Parameters
  ) -> (value: Transformed, pullback: Pullback) {
    var z = x
    var random = streams(for: z, key: (parameters[network.parameterCount], parameters[network.parameterCount + 1]))
    var pass = TangentPass(network, at: z, context, parameters)
    let series = NeumannSeries(drawing: &random, lipschitz: network.lipschitz)
    let estimate = series.sum(&pass, along: NeumannSeries.signs(like: z, drawing: &random))
    z.add(pass.output)
    var row = Tile(features: 1, like: z)
    row.withMutableRow(0) { row in
      for event in row.indices { row[event] = Scalar(estimate.logDeterminants[event]) }
    }
    return (
      Transformed(z, LogDeterminant(perEvent: row)),
      { [pass] values, logDeterminant, gradient in
        var directions = estimate.w
        directions.scaleAllDirections(by: logDeterminant)
        let throughNetwork = pass.pullBack(values, directions: directions, &gradient)
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
  ///   - parameters: what `prepare` made of θ.
  ///   - terms: cuts the power series, which is then off by at most D L^(terms + 1) / ((terms + 1)(1 − L)), not counted
  ///     in the standard error; nil draws the number of terms, without bias.
  ///   - probes: the number of random vectors, at least 2.
  ///   - seed: draws them.
  public func logDeterminantEstimate(
    _ x: Tile, given context: Tile? = nil, _ parameters: Parameters, terms: Int? = nil, probes: Int, seed: UInt64 = 0
  ) -> (values: [Double], standardErrors: [Double]) {
    precondition(2 <= probes && probes <= 1 << 16, "2 to 65536 probes, got \(probes)")
    var pass = TangentPass(network, at: x, context, parameters)
    var moments = Array(repeating: (mean: 0.0, squares: 0.0), count: x.width)
    let key = (Scalar(seed >> 24 & 0xFF_FFFF), Scalar(seed & 0xFF_FFFF))
    for probe in 0..<probes {
      var random = streams(for: x, key: key, draw: probe)
      let series =
        terms.map { NeumannSeries(terms: $0, events: x.width) }
        ?? NeumannSeries(drawing: &random, lipschitz: network.lipschitz)
      let values = series.sum(&pass, along: NeumannSeries.signs(like: x, drawing: &random)).logDeterminants
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
