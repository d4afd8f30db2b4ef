/// The maximum mean discrepancy of two clouds, squared: E k(x, x′) + E k(y, y′) − 2 E k(x, y) (Gretton et al. 2012).
///
/// One bandwidth is blind at other scales, so that by default k is the mean of the kernel at ¼, ½, 1, 2 and 4 times the median
/// distance of two points. Pairs are computed as they are needed: memory grows with N + M, time with N M.
public struct MaximumMeanDiscrepancy: Sendable, Equatable {
  /// With r = |x − y| and a bandwidth σ; k(x, x) = 1.
  public enum Kernel: String, Sendable, CaseIterable {
    /// exp(−r²/2σ²).
    case gaussian
    /// exp(−r/σ).
    case laplace
    /// (1 + r²/σ²)^(−1/2).
    case inverseMultiquadric = "inverse-multiquadric"

    var pairKernel: PairKernel {
      switch self {
      case .gaussian: .gaussian
      case .laplace: .laplace
      case .inverseMultiquadric: .inverseMultiquadric
      }
    }
  }

  public enum Bandwidths: Sendable, Equatable {
    case absolute([Double])
    /// In medians of the distance of two points, of both clouds together: of a thousand of them, evenly chosen, where there are more.
    case relative([Double])
  }

  public var kernel: Kernel
  public var bandwidths: Bandwidths
  public var statistic: PairStatistic
  public var precision: PairwisePrecision

  public static let usualFactors = [0.25, 0.5, 1, 2, 4]

  public init(
    kernel: Kernel = .gaussian, bandwidths: Bandwidths = .relative(usualFactors), statistic: PairStatistic = .unbiased,
    precision: PairwisePrecision = .double
  ) {
    (self.kernel, self.bandwidths, self.statistic, self.precision) = (kernel, bandwidths, statistic, precision)
  }

  /// - Parameter threads: the result does not depend on them.
  /// - Throws: where the clouds have other dimensions, one has a single point and the statistic is unbiased, or a bandwidth
  ///   is not above 0.
  public func squared(_ x: PointCloud, _ y: PointCloud, threads: Int? = nil) throws(FlowError) -> Double {
    try compare(x, y, gradient: false, threads).value
  }

  /// The same, and its derivative with respect to x, N × D, at the bandwidths that it takes.
  public func squaredWithGradient(
    _ x: PointCloud, _ y: PointCloud, threads: Int? = nil
  ) throws(FlowError) -> (value: Double, gradient: [Double]) {
    try compare(x, y, gradient: true, threads)
  }

  private func compare(
    _ x: PointCloud, _ y: PointCloud, gradient: Bool, _ threads: Int?
  ) throws(FlowError) -> (value: Double, gradient: [Double]) {
    let sizes = try sizes(x, y)
    let comparison = KernelComparison(kernel: kernel.pairKernel, bandwidths: sizes, statistic: statistic)
    return try comparison.compare(x, y, gradient: gradient, precision, threads)
  }

  /// The bandwidths in the points' units.
  func sizes(_ clouds: PointCloud...) throws(FlowError) -> [Double] {
    let (factors, unit) =
      switch bandwidths {
      case .absolute(let values): (values, 1.0)
      case .relative(let factors): (factors, Self.medianDistance(clouds))
      }
    guard !factors.isEmpty, factors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw FlowError(.architecture, "bandwidths are numbers above 0, got \(factors)")
    }
    return factors.map { $0 * unit }
  }

  /// The median distance of two different points, or 1 where all are one; weights do not count.
  static func medianDistance(_ clouds: [PointCloud]) -> Double {
    let (dimension, count) = (clouds[0].dimension, clouds.reduce(0) { $0 + $1.count })
    let values = clouds.flatMap(\.values)
    let chosen = count <= 1_000 ? Array(0..<count) : (0..<1_000).map { $0 * count / 1_000 }
    var squares: [Double] = []
    squares.reserveCapacity(chosen.count * (chosen.count - 1) / 2)
    for (index, point) in chosen.enumerated() {
      for other in chosen[..<index] {
        squares.append(
          (0..<dimension).reduce(0) { sum, axis in
            let difference = values[point * dimension + axis] - values[other * dimension + axis]
            return sum + difference * difference
          })
      }
    }
    squares.sort()
    let median = squares.isEmpty ? 0 : squares[squares.count / 2].squareRoot()
    return median > 0 ? median : 1
  }
}

extension KernelComparison {
  func compare(
    _ x: PointCloud, _ y: PointCloud, gradient: Bool, _ precision: PairwisePrecision, _ threads: Int?
  ) throws(FlowError) -> (value: Double, gradient: [Double]) {
    try check(x, y)
    let pool = WorkerPool(threads: threads ?? Processors.count)
    switch precision {
    case .single:
      let points = PairwisePoints<Float>.pair(x, y)
      return self(points.x, points.y, gradient: gradient, pool)
    case .double:
      let points = PairwisePoints<Double>.pair(x, y)
      return self(points.x, points.y, gradient: gradient, pool)
    }
  }
}
