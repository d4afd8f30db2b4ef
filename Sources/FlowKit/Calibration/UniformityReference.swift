/// What N independent uniform levels look like: bands, and p-values for what is observed. Made once for all checks.
struct UniformityReference {
  /// The probability with which uniform levels are in the bands.
  static let coverage = 0.95
  let count: Int
  let band: SimultaneousBand
  let bins: HistogramBand
  private let crossing: CrossingProbability
  /// Of the counts at z₁ … z_K₋₁.
  private let tails: [BinomialTails]

  /// - Parameters:
  ///   - count: N ≥ 1.
  ///   - points: K; by default 100, or N where that is smaller.
  ///   - bins: B; by default 20, or fewer so that 10 levels are expected in each.
  init(count: Int, points: Int? = nil, bins: Int? = nil) {
    self.count = count
    let points = points ?? max(2, min(count, 100))
    let crossing = CrossingProbability(count: count, bins: points)
    var logFactorials = [0.0]
    for n in 1...count { logFactorials.append(Double.logGamma(Double(n) + 1)) }
    // Mirrored points have equal tails: with others by rounding, the band would end between the two.
    let lowerHalf = (1...(points / 2)).map {
      BinomialTails(trials: count, probability: Double($0) / Double(points), logFactorials: logFactorials)
    }
    let tails = (1..<points).map { $0 <= points / 2 ? lowerHalf[$0 - 1] : lowerHalf[points - $0 - 1].mirrored }
    (self.crossing, self.tails) = (crossing, tails)
    func within(_ limit: Double) -> Double { crossing.within(tails.map { $0.range(above: limit) }) }
    // Wide bands have small limits: one that is enough by adding the points' probabilities, and one that is too large for one point.
    // Between them the probability is a step function: the largest limit that still covers.
    var (wide, narrow) = ((1 - Self.coverage) / Double(points), 1.0)
    while narrow / wide > 1 + 1e-8 {
      let middle = (wide * narrow).squareRoot()
      if within(middle) >= Self.coverage { wide = middle } else { narrow = middle }
    }
    let limits = tails.map { $0.range(above: wide) }
    band = SimultaneousBand(
      coverage: crossing.within(limits), pointwise: 1 - wide, points: (1..<points).map { Double($0) / Double(points) },
      lower: limits.map { Double($0.lowerBound) / Double(count) },
      upper: limits.map { Double($0.upperBound) / Double(count) })
    self.bins = Self.histogramBand(count, bins ?? max(2, min(20, count / 10)), logFactorials)
  }

  private static func histogramBand(_ count: Int, _ bins: Int, _ logFactorials: [Double]) -> HistogramBand {
    let crossing = CrossingProbability(count: count, bins: bins)
    let tails = BinomialTails(trials: count, probability: 1 / Double(bins), logFactorials: logFactorials)
    var (wide, narrow) = ((1 - coverage) / Double(bins), 1.0)
    while narrow / wide > 1 + 1e-8, tails.range(above: wide) != tails.range(above: narrow) {
      let middle = (wide * narrow).squareRoot()
      if crossing.within(eachBin: tails.range(above: middle)) >= coverage { wide = middle } else { narrow = middle }
    }
    let limits = tails.range(above: wide)
    return HistogramBand(
      bins: bins, coverage: crossing.within(eachBin: limits), expected: Double(count) / Double(bins),
      lower: limits.lowerBound, upper: limits.upperBound)
  }

  /// The numbers of levels that are at most zₖ, k = 1 … K − 1.
  func counts(_ levels: [Double]) -> [Int] {
    let points = band.points.count + 1
    var counts = [Int](repeating: 0, count: points)
    for level in levels { counts[min(points - 1, max(0, Int((level * Double(points)).rounded(.up)) - 1))] += 1 }
    for k in 1..<points { counts[k] += counts[k - 1] }
    return Array(counts.dropLast())
  }

  func isInBand(_ counts: [Int]) -> Bool {
    counts.indices.allSatisfy {
      (band.lower[$0]...band.upper[$0]).contains(Double(counts[$0]) / Double(count))
    }
  }

  /// P(min over k of the tails of uniform levels' counts ≤ that of these), exact in N.
  ///
  /// Below 10⁻⁹, where 1 − P(within) would be rounding, it is the sum of the single points' probabilities, which is not smaller.
  func shapeP(_ counts: [Int]) -> Double {
    let smallest = zip(counts, tails).reduce(1) { min($0, $1.1.tail($1.0)) }
    // Tails equal to the smallest one, but for rounding, are as extreme.
    let outside = 1 - crossing.within(tails.map { $0.range(above: smallest * (1 + 1e-12)) })
    return outside > 1e-9 ? outside : min(1e-9, smallest * Double(tails.count))
  }
}
