// The Fréchet distance without the bias of few rows.

extension Wasserstein {
  /// A Fréchet distance of infinitely many rows, and its standard error.
  public struct Extrapolated: Sendable, Equatable {
    public let cost: Double
    public let standardError: Double
  }

  /// W₂² of the normal distributions with the moments of two clouds, extrapolated to infinitely many points: sampling raises it by
  /// about b/N, which the jackknife takes away (Quenouille 1956), F∞ = K F − (K − 1) mean Fₖ, where Fₖ leaves out one of K parts.
  /// It may be negative. Weights do not count. Nil for fewer than 20 points in a cloud.
  ///
  /// - Parameter seed: decides the parts.
  public static func extrapolatedGaussianCost(
    _ x: PointCloud, _ y: PointCloud, seed: UInt64 = 0
  ) throws(FlowError) -> Extrapolated? {
    try x.checkDimension(of: y)
    let parts = min(20, min(x.count, y.count) / 10)
    guard parts >= 2 else { return nil }
    let (first, second) = (Parts(x, parts, seed: seed, number: 0), Parts(y, parts, seed: seed, number: 1))
    func cost(without part: Int?) throws(FlowError) -> Double {
      let (a, b) = (first.moments(without: part), second.moments(without: part))
      return try gaussianCost(mean: a.mean, covariance: a.covariance, otherMean: b.mean, otherCovariance: b.covariance)
    }
    let whole = try cost(without: nil)
    let count = Double(parts)
    var values: [Double] = []
    for part in 0..<parts { values.append(count * whole - (count - 1) * (try cost(without: part))) }
    let (mean, standardError) = meanWithError(values)
    return Extrapolated(cost: mean, standardError: standardError)
  }

  /// The sums of a cloud's points and of their products, in random parts.
  private struct Parts {
    let dimension: Int
    let origin: [Double]
    let counts: [Double]
    let sums: [[Double]]
    let products: [[Double]]

    init(_ cloud: PointCloud, _ parts: Int, seed: UInt64, number: UInt64) {
      let dimension = cloud.dimension
      // From the middle of the cloud, so that products do not cancel.
      let origin = PointCloud(unchecked: cloud.values, dimension: dimension).mean
      var random = RandomStream(seed: seed, purpose: .split, index: number)
      let order = random.permutation(of: cloud.count)
      var counts = [Double](repeating: 0, count: parts)
      var sums = [[Double]](repeating: Array(repeating: 0, count: dimension), count: parts)
      var products = [[Double]](repeating: Array(repeating: 0, count: dimension * dimension), count: parts)
      for (place, point) in order.enumerated() {
        let part = place % parts
        counts[part] += 1
        let row = (0..<dimension).map { cloud.values[point * dimension + $0] - origin[$0] }
        for axis in 0..<dimension {
          sums[part][axis] += row[axis]
          for other in 0..<dimension { products[part][axis * dimension + other] += row[axis] * row[other] }
        }
      }
      (self.dimension, self.origin) = (dimension, origin)
      (self.counts, self.sums, self.products) = (counts, sums, products)
    }

    func moments(without part: Int?) -> (mean: [Double], covariance: [Double]) {
      let kept = counts.indices.filter { $0 != part }
      let count = kept.reduce(0) { $0 + counts[$1] }
      let shift = (0..<dimension).map { axis in kept.reduce(0) { $0 + sums[$1][axis] } / count }
      let covariance = (0..<(dimension * dimension)).map { place in
        kept.reduce(0) { $0 + products[$1][place] } / count - shift[place / dimension] * shift[place % dimension]
      }
      return (zip(origin, shift).map { $0 + $1 }, covariance)
    }
  }
}
