/// Kolmogorov and Smirnov's distance of two samples on a line, the largest difference of their distribution functions, and
/// whether chance explains it.
public struct KolmogorovSmirnov: Sendable, Equatable {
  /// N and M.
  public let first, second: Int
  /// max |M i − N j| with i and j the numbers of points of each sample up to some place: N M times the distance.
  let largest: Int
  /// How many different values there are in both samples together.
  public let distinct: Int

  /// - Throws: where a sample has no point, or one that is not finite.
  public init(_ x: [Double], _ y: [Double]) throws(FlowError) {
    for sample in [x, y] {
      guard !sample.isEmpty, sample.allSatisfy(\.isFinite) else {
        throw FlowError(
          .data, "the distance of Kolmogorov and Smirnov is of finite numbers, one or more in each sample")
      }
    }
    self.init(sorted: x.sorted(), y.sorted())
  }

  init(sorted x: [Double], _ y: [Double]) {
    (first, second) = (x.count, y.count)
    var (i, j, largest, distinct) = (0, 0, 0, 0)
    while i < x.count || j < y.count {
      let value = i == x.count ? y[j] : j == y.count ? x[i] : min(x[i], y[j])
      while i < x.count, x[i] == value { i += 1 }
      while j < y.count, y[j] == value { j += 1 }
      largest = max(largest, abs(y.count * i - x.count * j))
      distinct += 1
    }
    (self.largest, self.distinct) = (largest, distinct)
  }

  /// D = max |F − G|, from 0 to 1.
  public var distance: Double { Double(largest) / (Double(first) * Double(second)) }

  /// The probability of a distance as large as this one if both samples are of one continuous distribution: the part of the paths
  /// from (0, 0) to (N, M) that go so far from the diagonal, all of them equally likely (Hodges 1958). Where values repeat it is
  /// too large.
  ///
  /// A path to (i, j) comes from (i − 1, j) with probability i/(i + j), so that the part P that has been outside follows
  /// P(i, j) = i/(i + j) P(i − 1, j) + j/(i + j) P(i, j − 1), with 1 outside: O(N M D), and nothing cancels.
  public var exactP: Double {
    guard largest > 0 else { return 1 }
    var row = [Double](repeating: 1, count: second + 1)
    var before = 0..<0
    for i in 0...first {
      // Inside is |M i − N j| < largest.
      let center = second * i
      let low = max(0, (center - largest).quotientRoundedDown(by: first) + 1)
      let high = min(second, (center + largest - 1) / first)
      guard low <= high else { return 1 }
      for j in low...high {
        guard i + j > 0 else {
          row[j] = 0
          continue
        }
        let above = before.contains(j) ? row[j] : 1
        let left = j > low ? row[j - 1] : 1
        // A border has one way in.
        row[j] = (Double(i) * (i > 0 ? above : 0) + Double(j) * (j > 0 ? left : 0)) / Double(i + j)
      }
      before = low..<(high + 1)
    }
    return row[second]
  }

  /// How many numbers `exactP` computes, about.
  var pathCost: Double { Double(first) * min(Double(second), 2 * distance * Double(second) + 1) }

  /// The same in the limit of many rows: Q(D √(N M/(N + M))).
  public var limitP: Double {
    let (n, m) = (Double(first), Double(second))
    return Self.limit(distance * (n * m / (n + m)).squareRoot())
  }

  /// Q(λ) = 2 Σ (−1)^(k−1) exp(−2 k² λ²), k = 1, 2, … (Kolmogorov 1933): the probability beyond λ. For small λ by the equal
  /// sum 1 − √(2π)/λ Σ exp(−(2k − 1)² π²/8λ²).
  public static func limit(_ λ: Double) -> Double {
    guard λ > 0 else { return 1 }
    let terms = (1...20).map(Double.init)
    guard λ < 1 else {
      let sum = terms.reduce(0) { $0 - Double.pow(-1, $1) * Double.exp(-2 * $1 * $1 * λ * λ) }
      return min(1, max(0, 2 * sum))
    }
    let sum = terms.reduce(0) { $0 + Double.exp(-(2 * $1 - 1) * (2 * $1 - 1) * .pi * .pi / (8 * λ * λ)) }
    return 1 - (2 * Double.pi).squareRoot() / λ * sum
  }
}

extension Int {
  /// ⌊self/divisor⌋ for a divisor above 0.
  fileprivate func quotientRoundedDown(by divisor: Int) -> Int {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

extension KolmogorovSmirnov {
  /// The mean distance of two clouds' projections on random directions, in [0, 1] (Grossi, Letizia & Torre 2024); weights do not
  /// count.
  ///
  /// - Parameters:
  ///   - directions: how many, at least 2.
  ///   - seed: decides them, as it does those of ``Wasserstein/sliced(_:_:power:directions:seed:threads:)``.
  ///   - threads: the result does not depend on them.
  public static func sliced(
    _ x: PointCloud, _ y: PointCloud, directions: Int = 200, seed: UInt64 = 0, threads: Int? = nil
  ) throws(FlowError) -> Double {
    try x.checkDimension(of: y)
    try Wasserstein.checkDirections(directions)
    let distances = UnitResults.collect(directions, startingWith: 0.0) { distances in
      WorkerPool(threads: threads ?? Processors.count).run(units: directions) { _, index in
        let direction = PointCloud.direction(index, seed: seed, dimension: x.dimension)
        distances[index] =
          KolmogorovSmirnov(sorted: x.projected(on: direction).sorted(), y.projected(on: direction).sorted()).distance
      }
    }
    return distances.reduce(0, +) / Double(directions)
  }
}
