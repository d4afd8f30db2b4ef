/// A mixture of K normal densities with full covariances, fitted by expectation-maximization: the best that is to be had without a
/// network, to compare a flow with.
///
///     p(y) = Σₖ πₖ N(y; μₖ, Σₖ),   Σₖ = (Sₖ + (D + 1) W)/(nₖ + D + 1) + 10⁻⁶ I
///
/// with the responsibilities' sums nₖ, scatters Sₖ about μₖ, and W = Σₖ Sₖ/n: components of few events take the shape that all have
/// in common. Starts at means spread by k-means++ (Arthur & Vassilvitskii 2007) and W = I, so events are to be whitened. Source:
/// Dempster, Laird & Rubin 1977.
struct NormalMixture {
  private let dimension: Int
  private var weights: [Double]
  private var means: [[Double]]
  /// L⁻¹ with Σ = LLᵀ, row-major, and log|L|.
  private var shapes: [(inverse: [Double], logDeterminant: Double)]

  private static let mostSteps = 200
  /// Nats by which a step must raise the mean log-density.
  private static let leastGain = 1e-4

  /// - Parameters:
  ///   - rows: N × D values, row-major.
  ///   - eventWeights: N weights, or nil for equal ones.
  init(_ rows: [Double], dimension: Int, weights eventWeights: [Double]?, components: Int = 8, seed: UInt64) {
    let count = rows.count / dimension
    self.dimension = dimension
    let identity = (0..<(dimension * dimension)).map { $0 % (dimension + 1) == 0 ? 1.0 : 0 }
    let starts = Self.spread(rows, dimension, eventWeights, min(components, count), seed)
    means = starts
    weights = starts.map { _ in 1 / Double(starts.count) }
    shapes = starts.map { _ in (identity, 0) }
    let own = eventWeights ?? Array(repeating: 1, count: count)
    let total = own.reduce(0, +)
    var before = -Double.infinity
    for _ in 0..<Self.mostSteps {
      let (logDensities, responsibilities) = evaluate(rows)
      let mean = zip(own, logDensities).reduce(0) { $0 + $1.0 * $1.1 } / total
      guard mean > before + Self.leastGain else { return }
      before = mean
      maximize(rows, responsibilities.map { zip($0, own).map { $0 * $1 } }, total)
    }
  }

  /// The log-density of each of N × D values.
  func logDensities(_ rows: [Double]) -> [Double] { evaluate(rows).logDensities }

  // MARK: Steps

  /// log p of each event, and the responsibility of each component for it.
  private func evaluate(_ rows: [Double]) -> (logDensities: [Double], responsibilities: [[Double]]) {
    let count = rows.count / dimension
    var logs: [[Double]] = []
    for (k, mean) in means.enumerated() {
      let product = Products.inDouble(
        centred(rows, mean), shapes[k].inverse, secondTransposed: true, rows: count, inner: dimension,
        columns: dimension)
      let constant =
        Double.log(weights[k]) - shapes[k].logDeterminant - 0.5 * Double(dimension) * Double.log(2 * .pi)
      logs.append(
        (0..<count).map { event in
          constant - 0.5 * product[(event * dimension)..<((event + 1) * dimension)].reduce(0) { $0 + $1 * $1 }
        })
    }
    let logDensities = (0..<count).map { event in
      logs.reduce(-Double.infinity) { Double.logAddExp($0, $1[event]) }
    }
    return (logDensities, logs.map { log in zip(log, logDensities).map { Double.exp($0 - $1) } })
  }

  private mutating func maximize(_ rows: [Double], _ responsibilities: [[Double]], _ total: Double) {
    let count = rows.count / dimension
    let sums = responsibilities.map { max($0.reduce(0, +), .leastNormalMagnitude) }
    var scatters: [[Double]] = []
    for (k, own) in responsibilities.enumerated() {
      var mean = Products.inDouble(own, rows, rows: 1, inner: count, columns: dimension)
      for i in 0..<dimension { mean[i] /= sums[k] }
      means[k] = mean
      let centred = centred(rows, mean)
      var weighted = centred
      for event in 0..<count {
        for i in 0..<dimension { weighted[event * dimension + i] *= own[event] }
      }
      scatters.append(
        Products.inDouble(weighted, transposed: true, centred, rows: dimension, inner: count, columns: dimension))
    }
    let common = (0..<(dimension * dimension)).map { entry in scatters.reduce(0) { $0 + $1[entry] } / total }
    let prior = Double(dimension + 1)
    for k in means.indices {
      weights[k] = sums[k] / total
      var covariance = (0..<(dimension * dimension)).map { entry in
        (scatters[k][entry] + prior * common[entry]) / (sums[k] + prior)
      }
      for i in 0..<dimension { covariance[i * (dimension + 1)] += 1e-6 }
      shapes[k] = Self.inverseFactor(covariance, dimension)
    }
  }

  private func centred(_ rows: [Double], _ mean: [Double]) -> [Double] {
    var result = rows
    for start in stride(from: 0, to: rows.count, by: dimension) {
      for i in 0..<dimension { result[start + i] -= mean[i] }
    }
    return result
  }

  // MARK: Parts

  private static func spread(
    _ rows: [Double], _ dimension: Int, _ weights: [Double]?, _ components: Int, _ seed: UInt64
  ) -> [[Double]] {
    var random = RandomStream(seed: seed, purpose: .start)
    let count = rows.count / dimension
    var chances = weights ?? Array(repeating: 1, count: count)
    var nearest = [Double](repeating: .infinity, count: count)
    return (0..<components).map { _ in
      var left = random.uniform() * chances.reduce(0, +)
      let chosen = chances.firstIndex { chance in
        left -= chance
        return left < 0
      }
      let mean = Array(rows[((chosen ?? count - 1) * dimension)...].prefix(dimension))
      for event in 0..<count {
        let distance = (0..<dimension).reduce(0.0) {
          let difference = rows[event * dimension + $1] - mean[$1]
          return $0 + difference * difference
        }
        nearest[event] = min(nearest[event], distance)
        chances[event] = nearest[event] * (weights?[event] ?? 1)
      }
      return mean
    }
  }

  /// L⁻¹ and log|L| of a positive definite matrix LLᵀ.
  private static func inverseFactor(_ matrix: [Double], _ n: Int) -> (inverse: [Double], logDeterminant: Double) {
    var (factor, inverse, logDeterminant) = (matrix, [Double](repeating: 0, count: n * n), 0.0)
    for j in 0..<n {
      for i in j..<n {
        let sum = (0..<j).reduce(matrix[i * n + j]) { $0 - factor[i * n + $1] * factor[j * n + $1] }
        factor[i * n + j] = i == j ? max(sum, 1e-12).squareRoot() : sum / factor[j * n + j]
      }
      logDeterminant += Double.log(factor[j * n + j])
    }
    for j in 0..<n {
      inverse[j * n + j] = 1 / factor[j * n + j]
      for i in (j + 1)..<max(n, j + 1) {
        let sum = (j..<i).reduce(0) { $0 + factor[i * n + $1] * inverse[$1 * n + j] }
        inverse[i * n + j] = -sum / factor[i * n + i]
      }
    }
    return (inverse, logDeterminant)
  }
}
