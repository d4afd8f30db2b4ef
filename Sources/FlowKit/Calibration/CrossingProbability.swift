/// The probability that the counts of N independent uniform numbers stay within limits.
///
/// The unit interval has K equal bins. With Rₖ the number of values below k/K, the counts Rₖ − Rₖ₋₁ are multinomial, which is
/// independent Poisson numbers of mean N/K given that their sum is N. So
///
///     P(all within) = aₖ(N)/Poisson(N; N),   aₖ(r) = Σ_d aₖ₋₁(r − d) Poisson(d; N/K),
///
/// over those r and d that the limits allow: sums of positive terms, exact but for rounding (relative 10⁻¹² and less).
/// Source of the recursion: Säilynoja, Bürkner & Vehtari 2022; with Poisson numbers it is a convolution (Epanechnikov 1968).
struct CrossingProbability {
  /// N and K.
  let count: Int
  let bins: Int
  /// Poisson(d; N/K), d = 0 … N.
  private let weights: [Double]

  init(count: Int, bins: Int) {
    (self.count, self.bins) = (count, bins)
    let mean = Double(count) / Double(bins)
    weights = (0...count).map { Self.poisson($0, mean) }
  }

  private static func poisson(_ d: Int, _ mean: Double) -> Double {
    Double.exp(Double(d) * Double.log(mean) - mean - Double.logGamma(Double(d) + 1))
  }

  /// The probability that Rₖ is in `limits[k − 1]` for k = 1 … K − 1.
  func within(_ limits: [ClosedRange<Int>]) -> Double {
    precondition(limits.count == bins - 1, "\(limits.count) limits for \(bins) bins")
    return probability(counts: 0...count) { $0 < bins ? limits[$0 - 1] : count...count }
  }

  /// The probability that the count of every bin is in `limits`.
  func within(eachBin limits: ClosedRange<Int>) -> Double {
    probability(counts: limits) { $0 < bins ? 0...count : count...count }
  }

  /// - Parameters:
  ///   - counts: limits of each bin's count.
  ///   - limits: limits of Rₖ.
  private func probability(counts: ClosedRange<Int>, _ limits: (Int) -> ClosedRange<Int>) -> Double {
    var (first, values) = (0, [1.0])
    for bin in 1...bins {
      let range = limits(bin)
      // What can be reached at all.
      let low = max(range.lowerBound, first + counts.lowerBound)
      let high = min(range.upperBound, first + values.count - 1 + counts.upperBound)
      guard low <= high else { return 0 }
      var next = [Double](repeating: 0, count: high - low + 1)
      weights.withUnsafeBufferPointer { weights in
        values.withUnsafeBufferPointer { values in
          next.withUnsafeMutableBufferPointer { next in
            for (offset, value) in values.enumerated() where value > 0 {
              let start = first + offset
              let least = max(low, start + counts.lowerBound)
              let most = min(high, start + counts.upperBound)
              guard least <= most else { continue }
              for total in least...most { next[total - low] += value * weights[total - start] }
            }
          }
        }
      }
      (first, values) = (low, next)
    }
    return min(1, values[0] / Self.poisson(count, Double(count)))
  }
}
