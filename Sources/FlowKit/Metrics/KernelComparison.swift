internal import CFlowKernels

/// The functions of a pair's distance that kernels compute.
enum PairKernel: Sendable, Equatable {
  case distance, squaredDistance, fourthPower, gaussian, laplace, inverseMultiquadric

  var code: flowkit_pair_kernel {
    switch self {
    case .distance: FLOWKIT_DISTANCE
    case .squaredDistance: FLOWKIT_SQUARED_DISTANCE
    case .fourthPower: FLOWKIT_FOURTH_POWER
    case .gaussian: FLOWKIT_GAUSSIAN
    case .laplace: FLOWKIT_LAPLACE
    case .inverseMultiquadric: FLOWKIT_INVERSE_MULTIQUADRIC
    }
  }

  /// k(x, x).
  var atZero: Double {
    switch self {
    case .distance, .squaredDistance, .fourthPower: 0
    case .gaussian, .laplace, .inverseMultiquadric: 1
    }
  }
}

/// Whether a point is compared with itself in means over pairs.
public enum PairStatistic: String, Sendable {
  /// It is not (U-statistic): the mean over samples is that of the distributions, so that it may be negative.
  case unbiased
  /// It is (V-statistic): never negative, and too large by about 1/N. A point of weight 2 is two points.
  case biased
}

/// E k(x, x′) + E k(y, y′) − 2 E k(x, y) over all pairs of two clouds: an MMD² or, with k = −|x − y|, an energy distance.
struct KernelComparison {
  let kernel: PairKernel
  /// The mean of the kernels at these.
  let bandwidths: [Double]
  let statistic: PairStatistic
  /// Whether point i of both clouds belong together, as samples and events with one context: these pairs do not count then.
  var isPaired = false

  /// The value, and its derivative with respect to x, N × D, or nothing.
  func callAsFunction<Element: PairwiseElement>(
    _ x: PairwisePoints<Element>, _ y: PairwisePoints<Element>, gradient: Bool, _ pool: WorkerPool
  ) -> (value: Double, gradient: [Double]) {
    let factor = (kernel == .distance ? -1 : 1) / Double(bandwidths.count)
    let (xx, yy) = (own(x, gradient: gradient, pool), own(y, gradient: false, pool))
    let cross = x.kernelSums(
      over: y, kernel.code, bandwidths: bandwidths, leavingOutDiagonal: isPaired, gradient: gradient, pool)
    let pairs = isPaired ? 1 - zip(x.weights, y.weights).reduce(0) { $0 + $1.0 * $1.1 } : 1
    let xy = zip(x.weights, cross.sums).reduce(0) { $0 + $1.0 * $1.1 } / pairs
    let value = factor * (xx.mean + yy.mean - 2 * xy)
    guard gradient else { return (value, []) }
    return (
      value,
      cross.gradient.indices.map { index in
        let weight = 2 * factor * x.weights[index / x.dimension]
        return weight * (xx.gradient[index] / xx.pairs - cross.gradient[index] / pairs)
      }
    )
  }

  /// The mean over pairs of one cloud, its derivatives by rows, and the weight of the pairs that count.
  private func own<Element: PairwiseElement>(
    _ x: PairwisePoints<Element>, gradient: Bool, _ pool: WorkerPool
  ) -> (mean: Double, gradient: [Double], pairs: Double) {
    let (sums, derivatives) = x.kernelSums(
      over: x, kernel.code, bandwidths: bandwidths, leavingOutDiagonal: statistic == .unbiased, gradient: gradient, pool
    )
    let same = statistic == .unbiased ? x.weights.reduce(0) { $0 + $1 * $1 } : 0
    return (zip(x.weights, sums).reduce(0) { $0 + $1.0 * $1.1 } / (1 - same), derivatives, 1 - same)
  }

  func check(_ x: PointCloud, _ y: PointCloud) throws(FlowError) {
    try x.checkDimension(of: y)
    guard statistic == .unbiased else { return }
    for cloud in [x, y] where cloud.weights.count(where: { $0 > 0 }) < 2 {
      throw FlowError(.data, "an unbiased mean over pairs needs two points with a weight, got one")
    }
  }
}
