/// The values of a column in rising order, with their weights: its empirical distribution.
///
/// The quantile of q is the smallest value x for which the values up to x have at least the part q of the weight: the
/// inverse of the empirical distribution function.
public struct SortedColumn: Sendable {
  /// Those of positive weight, rising.
  public let values: [Double]
  /// The sums of the weights up to each value; nil where all are equal.
  private let sums: [Double]?
  /// Kish's effective number of events, (Σ w)²/Σ w²: their number where weights are equal.
  public let effectiveCount: Double

  /// - Parameters:
  ///   - values: finite, at least one of them of positive weight.
  ///   - weights: one for each, at least 0, or nil for equal ones.
  public init(_ values: [Double], weights: [Double]? = nil) {
    guard let weights else {
      precondition(!values.isEmpty, "a column without values has no distribution")
      (self.values, sums, effectiveCount) = (values.sorted(), nil, Double(values.count))
      return
    }
    let order = values.indices.filter { weights[$0] > 0 }.sorted { values[$0] < values[$1] }
    precondition(!order.isEmpty, "a column without weight has no distribution")
    var (sum, squares, sums) = (0.0, 0.0, [Double]())
    for index in order {
      sum += weights[index]
      squares += weights[index] * weights[index]
      sums.append(sum)
    }
    (self.values, self.sums, effectiveCount) = (order.map { values[$0] }, sums, sum * sum / squares)
  }

  /// Column `column` of rows of `width` values.
  public init(_ rows: [Double], column: Int, of width: Int, weights: [Double]? = nil) {
    self.init(stride(from: column, to: rows.count, by: width).map { rows[$0] }, weights: weights)
  }

  /// - Parameter part: q, in 0 … 1.
  public func quantile(_ part: Double) -> Double {
    guard let sums, let total = sums.last else {
      return values[min(values.count - 1, max(0, Int((part * Double(values.count)).rounded(.up)) - 1))]
    }
    let index = Self.firstIndex(sums.count) { sums[$0] >= part * total }
    // The last sum may be below the total by rounding.
    return values[min(index, values.count - 1)]
  }

  /// F(x): the part of the weight that values up to x have.
  public func distribution(_ x: Double) -> Double {
    let index = Self.firstIndex(values.count) { values[$0] > x }
    guard index > 0 else { return 0 }
    return if let sums { sums[index - 1] / sums.last! } else { Double(index) / Double(values.count) }
  }

  /// sup |F − G|, the Kolmogorov–Smirnov distance to another column.
  public func distance(to other: SortedColumn) -> Double {
    // Both are constant between the values of either.
    let steps = [self, other].flatMap(\.values)
    return steps.reduce(0) { max($0, (distribution($1) - other.distribution($1)).magnitude) }
  }

  /// sup |F − G|, the Kolmogorov–Smirnov distance to a continuous distribution function G.
  public func distance(to function: (Double) -> Double) -> Double {
    var (largest, below) = (0.0, 0.0)
    for (index, value) in values.enumerated() {
      let (expected, upTo) = (
        function(value), sums.map { $0[index] / $0.last! } ?? Double(index + 1) / Double(values.count)
      )
      largest = max(largest, (expected - below).magnitude, (upTo - expected).magnitude)
      below = upTo
    }
    return largest
  }

  /// How far an empirical distribution function of n independent events is from the true one with the probability
  /// `probability` at most: √(ln(2/(1 − probability))/(2n)).
  ///
  /// A bound for every n: Massart's constant of the inequality of Dvoretzky, Kiefer and Wolfowitz (Massart 1990).
  public static func distanceLimit(_ count: Double, probability: Double) -> Double {
    (Double.log(2 / (1 - probability)) / (2 * count)).squareRoot()
  }

  /// The first of `count` indices for which `holds`, which then holds for all behind it; `count` where it does for none.
  private static func firstIndex(_ count: Int, where holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
