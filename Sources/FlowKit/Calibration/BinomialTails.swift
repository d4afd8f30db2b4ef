/// The two tails P(R ≤ r) and P(R ≥ r) of a binomial number R of N trials, for all r.
struct BinomialTails {
  /// P(R ≤ r), r = 0 … N.
  let below: [Double]
  /// P(R ≥ r), r = 0 … N.
  let above: [Double]

  /// - Parameter probability: that of a trial's success, in (0, 1).
  init(trials: Int, probability: Double, logFactorials: [Double]) {
    let (ofSuccess, ofFailure) = (Double.log(probability), Double.log(onePlus: -probability))
    let masses = (0...trials).map { r in
      Double.exp(
        logFactorials[trials] - logFactorials[r] - logFactorials[trials - r] + Double(r) * ofSuccess
          + Double(trials - r) * ofFailure)
    }
    var (below, above) = (masses, masses)
    for r in 1...trials {
      below[r] = min(1, below[r - 1] + masses[r])
      above[trials - r] = min(1, above[trials - r + 1] + masses[trials - r])
    }
    (self.below, self.above) = (below, above)
  }

  private init(below: [Double], above: [Double]) { (self.below, self.above) = (below, above) }

  /// Those of N − R, to the bit: counting failures.
  var mirrored: BinomialTails { BinomialTails(below: above.reversed(), above: below.reversed()) }

  /// Twice the smaller tail at r.
  func tail(_ r: Int) -> Double { 2 * min(below[r], above[r]) }

  /// The r whose `tail` is above `limit`: an interval, as tails grow towards the middle.
  func range(above limit: Double) -> ClosedRange<Int> {
    let half = limit / 2
    // The first r with P(R ≤ r) > half, the last with P(R ≥ r) > half.
    let low = Self.first(below.count) { below[$0] > half }
    let high = below.count - 1 - Self.first(above.count) { above[above.count - 1 - $0] > half }
    return low...max(low, high)
  }

  /// The first of 0 ..< count with a property that all after it have.
  private static func first(_ count: Int, _ has: (Int) -> Bool) -> Int {
    var (low, high) = (0, count - 1)
    while low < high {
      let middle = (low + high) / 2
      if has(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
