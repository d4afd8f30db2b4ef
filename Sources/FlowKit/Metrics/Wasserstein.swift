/// Optimal transport without regularisation: the least mean of |x − y|ᵖ over all ways to pair two distributions, W_pᵖ
/// (Peyré & Cuturi 2019, *Computational Optimal Transport*).
public enum Wasserstein {
  /// W_pᵖ of weighted points on a line: ∫₀¹ |F⁻¹(u) − G⁻¹(u)|ᵖ du, exact, by sorting.
  ///
  /// - Parameter power: p ≥ 1.
  /// - Throws: where the points are not on a line, or p < 1: then crossing paths may be shorter.
  public static func cost(
    _ x: PointCloud, _ y: PointCloud, power: Double = 1
  ) throws(FlowError) -> Double {
    guard x.dimension == 1, y.dimension == 1 else {
      throw FlowError(
        .data,
        "exact transport is of points on a line, not of \(x.dimension) and \(y.dimension) coordinates; use "
          + "Wasserstein.sliced or Sinkhorn")
    }
    try check(power)
    return lineCost(x.values, x.weights, y.values, y.weights, power)
  }

  /// A mean over random directions.
  public struct Sliced: Sendable, Equatable {
    /// The mean of W_pᵖ over the directions.
    public let cost: Double
    /// The standard error of that mean: how much other directions would change it.
    public let standardError: Double
    /// The distance, `cost` to the power 1/p.
    public let distance: Double
  }

  /// The mean of W_pᵖ of the points' projections on random directions (Rabin et al. 2011): O(n log n) each.
  ///
  /// - Parameters:
  ///   - power: p ≥ 1.
  ///   - directions: how many, at least 2.
  ///   - seed: decides them; the first ten of a hundred are those of ten.
  ///   - threads: the result does not depend on them.
  public static func sliced(
    _ x: PointCloud, _ y: PointCloud, power: Double = 2, directions: Int = 500, seed: UInt64 = 0, threads: Int? = nil
  ) throws(FlowError) -> Sliced {
    try x.checkDimension(of: y)
    try check(power)
    try checkDirections(directions)
    let costs = UnitResults.collect(directions, startingWith: 0.0) { costs in
      WorkerPool(threads: threads ?? Processors.count).run(units: directions) { _, index in
        let direction = PointCloud.direction(index, seed: seed, dimension: x.dimension)
        costs[index] = lineCost(
          x.projected(on: direction), x.weights, y.projected(on: direction), y.weights, power)
      }
    }
    let (mean, standardError) = meanWithError(costs)
    return Sliced(cost: mean, standardError: standardError, distance: Double.pow(mean, 1 / power))
  }

  /// W₁ of points on a line that weigh the same.
  static func lineCost(_ x: [Double], _ y: [Double]) -> Double {
    let (a, b) = (PointCloud(unchecked: x, dimension: 1), PointCloud(unchecked: y, dimension: 1))
    return lineCost(a.values, a.weights, b.values, b.weights, 1)
  }

  /// Both sorted, then paired from below.
  private static func lineCost(_ x: [Double], _ a: [Double], _ y: [Double], _ b: [Double], _ power: Double) -> Double {
    let (xOrder, yOrder) = (x.indices.sorted { x[$0] < x[$1] }, y.indices.sorted { y[$0] < y[$1] })
    var (i, j, cost) = (0, 0, 0.0)
    var (left, right) = (a[xOrder[0]], b[yOrder[0]])
    while true {
      let moved = min(left, right)
      let distance = abs(x[xOrder[i]] - y[yOrder[j]])
      cost += moved * (power == 1 ? distance : power == 2 ? distance * distance : Double.pow(distance, power))
      (left, right) = (left - moved, right - moved)
      // Of both ends that rounding leaves, the last ones stay.
      if left <= 0 {
        i += 1
        guard i < xOrder.count else { return cost }
        left = a[xOrder[i]]
      }
      if right <= 0 {
        j += 1
        guard j < yOrder.count else { return cost }
        right = b[yOrder[j]]
      }
    }
  }

  private static func check(_ power: Double) throws(FlowError) {
    guard power >= 1, power.isFinite else {
      throw FlowError(.data, "the power of a transport cost is a number of at least 1, got \(power)")
    }
  }

  static func checkDirections(_ directions: Int) throws(FlowError) {
    guard directions > 1 else {
      throw FlowError(.data, "a sliced distance needs at least 2 directions, got \(directions)")
    }
  }

  /// The mean of some numbers and its standard error.
  static func meanWithError(_ values: [Double]) -> (mean: Double, standardError: Double) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / (count - 1) / count).squareRoot())
  }
}
