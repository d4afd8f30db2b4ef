/// The energy distance of two clouds, 2 E|x − y| − E|x − x′| − E|y − y′| (Székely & Rizzo 2013), in the units of |x|: 0 for equal
/// distributions only. It has no bandwidth, and pulls from any distance.
///
/// What SciPy calls by this name is the root of it.
public enum EnergyDistance {
  /// Over all pairs, exact for the clouds: O(N M).
  ///
  /// - Parameter threads: the result does not depend on them.
  public static func exact(
    _ x: PointCloud, _ y: PointCloud, statistic: PairStatistic = .biased, precision: PairwisePrecision = .double,
    threads: Int? = nil
  ) throws(FlowError) -> Double {
    try comparison(statistic).compare(x, y, gradient: false, precision, threads).value
  }

  /// The same, and its derivative with respect to x, N × D.
  public static func exactWithGradient(
    _ x: PointCloud, _ y: PointCloud, statistic: PairStatistic = .biased, precision: PairwisePrecision = .double,
    threads: Int? = nil
  ) throws(FlowError) -> (value: Double, gradient: [Double]) {
    try comparison(statistic).compare(x, y, gradient: true, precision, threads)
  }

  static func comparison(_ statistic: PairStatistic, isPaired: Bool = false) -> KernelComparison {
    KernelComparison(kernel: .distance, bandwidths: [1], statistic: statistic, isPaired: isPaired)
  }

  /// A mean over random directions.
  public struct Sliced: Sendable {
    public let value: Double
    /// The standard error: how much other directions would change `value`.
    public let standardError: Double
    /// ∂value/∂x, N × D, where it was asked for.
    public let gradient: [Double]?
  }

  /// An estimate of the exact distance (the biased statistic): c_D times the mean of the one-dimensional distances of
  /// projections on random directions, c_D = √π Γ((D + 1)/2) / Γ(D/2). By sorting, O((N + M) log(N + M)) for each direction.
  ///
  /// - Parameters:
  ///   - directions: how many, at least 2.
  ///   - seed: decides them; the first ten of a hundred are those of ten.
  public static func sliced(
    _ x: PointCloud, _ y: PointCloud, directions: Int = 200, seed: UInt64 = 0, gradient: Bool = false,
    threads: Int? = nil
  ) throws(FlowError) -> Sliced {
    try x.checkDimension(of: y)
    try Wasserstein.checkDirections(directions)
    let (dimension, size) = (x.dimension, Double(x.dimension))
    let constant = Double.pi.squareRoot() * Double.exp(Double.logGamma((size + 1) / 2) - Double.logGamma(size / 2))
    // Groups of directions that do not depend on threads, each with a gradient of its own.
    let groups = min(16, directions)
    let parts = UnitResults.collect(groups, startingWith: ([Double](), [Double]())) { parts in
      WorkerPool(threads: threads ?? Processors.count).run(units: groups) { _, group in
        var values: [Double] = []
        var sum = [Double](repeating: 0, count: gradient ? x.values.count : 0)
        for index in (group * directions / groups)..<((group + 1) * directions / groups) {
          let direction = PointCloud.direction(index, seed: seed, dimension: dimension)
          let line = onLine(
            x.projected(on: direction), x.weights, y.projected(on: direction), y.weights, gradient: gradient)
          values.append(constant * line.value)
          for place in sum.indices {
            sum[place] +=
              constant / Double(directions) * line.gradient[place / dimension] * direction[place % dimension]
          }
        }
        parts[group] = (values, sum)
      }
    }
    let (mean, standardError) = Wasserstein.meanWithError(parts.flatMap(\.0))
    let total = parts.dropFirst().reduce(into: parts[0].1) { total, part in
      for index in total.indices { total[index] += part.1[index] }
    }
    return Sliced(value: mean, standardError: standardError, gradient: gradient ? total : nil)
  }

  /// On a line: 2 ∫ (F − G)² and, for each x, 2a ((G₋ − G₊) − (F₋ − F₊)), where − and + are the masses below and above it.
  private static func onLine(
    _ x: [Double], _ a: [Double], _ y: [Double], _ b: [Double], gradient: Bool
  ) -> (value: Double, gradient: [Double]) {
    let points = (x.indices.map { (x[$0], $0) } + y.indices.map { (y[$0], x.count + $0) }).sorted { $0.0 < $1.0 }
    var (value, slopes) = (0.0, [Double](repeating: 0, count: gradient ? x.count : 0))
    var (below, start) = ((x: 0.0, y: 0.0), 0)
    while start < points.count {
      var (end, here) = (start, (x: 0.0, y: 0.0))
      while end < points.count, points[end].0 == points[start].0 {
        let index = points[end].1
        if index < x.count { here.x += a[index] } else { here.y += b[index - x.count] }
        end += 1
      }
      let (f, g) = (below.x + here.x, below.y + here.y)
      for point in points[start..<end] where gradient && point.1 < x.count {
        slopes[point.1] = 2 * a[point.1] * ((below.y - (1 - g)) - (below.x - (1 - f)))
      }
      if end < points.count { value += 2 * (f - g) * (f - g) * (points[end].0 - points[start].0) }
      (below, start) = ((f, g), end)
    }
    return (value, slopes)
  }
}
