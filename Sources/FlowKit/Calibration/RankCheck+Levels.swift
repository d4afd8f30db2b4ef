extension RankCheck {
  /// - Parameters:
  ///   - levels: uᵢ of each event, in (0, 1).
  ///   - draws: L.
  init(
    _ levels: [Double], draws: Int, _ statistic: Statistic, name: String, _ reference: UniformityReference
  ) {
    (self.statistic, self.name) = (statistic, name)
    let (bins, counts, n) = (reference.bins, reference.counts(levels), Double(levels.count))
    var histogram = [Int](repeating: 0, count: bins.bins)
    for level in levels { histogram[min(bins.bins - 1, Int(level * Double(bins.bins)))] += 1 }
    self.histogram = histogram
    distribution = counts.map { Double($0) / n }
    difference = zip(distribution, reference.band.points).map { $0 - $1 }
    isInBand = reference.isInBand(counts)
    shapeP = reference.shapeP(counts)
    ks = KolmogorovDistribution.statistic(levels)
    ksP = KolmogorovDistribution.upperTail(ks, count: levels.count)
    chiSquare = histogram.reduce(0) { sum, count in
      let difference = Double(count) - bins.expected
      return sum + difference * difference / bins.expected
    }
    chiSquareP = Double.chiSquareTails(chiSquare, degrees: Double(bins.bins - 1)).above
    let z = NormalScores(levels: levels, draws: draws)
    (bias, width) = (z.bias, z.width)
    biasP = 2 * Double.normalProbability(below: -abs(z.sum) / n.squareRoot())
    let tails = Double.chiSquareTails(z.sumOfSquares, degrees: n)
    widthP = min(1, 2 * min(tails.below, tails.above))
    (ksPHolm, chiSquarePHolm, pHolm) = (ksP, chiSquareP, shapeP)
  }
}

/// The normal scores z = Φ⁻¹(u) of levels.
struct NormalScores {
  /// Σ z and Σ z².
  let sum: Double
  let sumOfSquares: Double
  /// The location and spread of z; see `fitted`.
  let bias: Calibration.Estimate
  let width: Calibration.Estimate
  /// How many events lie below or above nearly all draws.
  let atEnds: Int

  init(levels: some Collection<Double>, draws: Int) {
    let z = levels.map(Double.normalQuantile)
    sum = z.reduce(0, +)
    sumOfSquares = z.reduce(0) { $0 + $1 * $1 }
    // Beyond this, levels only say that an event lies further out than the draws.
    let end = -Double.normalQuantile(1 / Double(draws + 1))
    let inside = z.filter { abs($0) < end }
    let (low, high) = (z.count { $0 <= -end }, z.count { $0 >= end })
    atEnds = low + high
    let n = Double(z.count)
    let mean = sum / n
    let spread = max(1e-3, (sumOfSquares / n - mean * mean).squareRoot())
    var fitted = (mean, spread)
    if inside.count > z.count / 2 {
      fitted = Self.fitted(
        inside, low: Double(low), high: Double(high), end: end, from: (mean, spread))
    }
    bias = Calibration.Estimate(value: fitted.0, error: fitted.1 / n.squareRoot())
    width = Calibration.Estimate(value: fitted.1, error: fitted.1 / (2 * Double(max(1, inside.count))).squareRoot())
  }

  /// Mean and standard deviation by maximum likelihood, where of some numbers it is only known that they are beyond `end` or below
  /// −`end` (Tobin 1958), by the EM algorithm: their expected z and z² take their place. Levels of few draws could not show how far
  /// events lie outside, and the plain moments would be too small.
  private static func fitted(
    _ inside: [Double], low: Double, high: Double, end: Double, from start: (Double, Double)
  ) -> (mean: Double, spread: Double) {
    let (sum, squares) = (inside.reduce(0, +), inside.reduce(0) { $0 + $1 * $1 })
    let n = Double(inside.count) + low + high
    var (mean, spread) = start
    for _ in 0..<500 {
      let above = tail(beyond: end, mean, spread)
      let below = tail(beyond: end, -mean, spread)
      let newMean = (sum + high * above.first - low * below.first) / n
      let second = (squares + high * above.second + low * below.second) / n
      let newSpread = max(1e-3, (second - newMean * newMean).squareRoot())
      let isDone = abs(newMean - mean) + abs(newSpread - spread) < 1e-9
      (mean, spread) = (newMean, newSpread)
      if isDone { break }
    }
    return (mean, spread)
  }

  /// E z and E z² given z > `end`: with a = (end − m)/s and λ = φ(a)/(1 − Φ(a)), m + sλ and m² + 2msλ + s²(1 + aλ).
  private static func tail(beyond end: Double, _ m: Double, _ s: Double) -> (first: Double, second: Double) {
    let a = (end - m) / s
    let above = Double.normalProbability(below: -a)
    // Beyond all numbers the ratio of density and tail tends to a.
    let λ = above > 1e-300 ? Double.exp(-a * a / 2) / (2 * Double.pi).squareRoot() / above : a
    return (m + s * λ, m * m + 2 * m * s * λ + s * s * (1 + a * λ))
  }
}
