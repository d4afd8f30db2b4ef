/// A mixture of K normal or elliptical Student t densities with full scale matrices, fitted by expectation-maximization: the best that
/// is to be had without a network.
///
///     p(x) = Σₖ wₖ t(x; μₖ, Σₖ, νₖ),   Σₖ = (Sₖ + (D + 1) W)/(nₖ + D + 1) + 10⁻⁶ W
///
/// with the responsibilities' sums nₖ, scatters Sₖ about μₖ (events far out count less, u = (ν + D)/(ν + |A(x − μ)|²)), and
/// W = Σₖ Sₖ/n: components of few events take the shape that all have in common. ν solves its own likelihood equation between 1.05
/// and 1,000; of normal components u = 1. Starts at one Student t density, of the shape Σ₀, and events of it spread by k-means++
/// (Arthur & Vassilvitskii 2007), where squared distances count up to 9 D, so that single events far out are no start; so the result
/// does not depend on units.
///
/// Source: Dempster, Laird & Rubin 1977; Peel & McLachlan 2000.
struct StudentTMixtureFit {
  struct Part {
    var weight: Double
    var mean: [Double]
    /// ν; infinite for a normal density.
    var freedom: Double
    /// Σ, row-major.
    var scale: [Double] {
      didSet { updateFactor() }
    }
    /// A = L⁻¹ with Σ = LLᵀ, row-major, and log |A|.
    private(set) var factor: [Double] = []
    private(set) var logDeterminant = 0.0

    init(weight: Double, mean: [Double], freedom: Double, scale: [Double]) {
      (self.weight, self.mean, self.freedom, self.scale) = (weight, mean, freedom, scale)
      updateFactor()
    }

    private mutating func updateFactor() {
      let n = mean.count
      var (lower, inverse) = (scale, [Double](repeating: 0, count: n * n))
      logDeterminant = 0
      for j in 0..<n {
        for i in j..<n {
          let sum = (0..<j).reduce(scale[i * n + j]) { $0 - lower[i * n + $1] * lower[j * n + $1] }
          lower[i * n + j] = i == j ? max(sum, 1e-12 * scale[j * n + j]).squareRoot() : sum / lower[j * n + j]
        }
        logDeterminant -= Double.log(lower[j * n + j])
      }
      for j in 0..<n {
        inverse[j * n + j] = 1 / lower[j * n + j]
        for i in (j + 1)..<max(n, j + 1) {
          let sum = (j..<i).reduce(0) { $0 + lower[i * n + $1] * inverse[$1 * n + j] }
          inverse[i * n + j] = -sum / lower[i * n + i]
        }
      }
      factor = inverse
    }
  }

  private(set) var parts: [Part]
  private let dimension: Int

  private static let mostSteps = 200
  /// Nats by which a step must raise the mean log-density.
  private static let leastGain = 1e-4
  private static let freedoms = 1.05...1_000
  private static let startFreedom = 20.0

  /// - Parameters:
  ///   - rows: N × D values, row-major.
  ///   - weights: N, or nil for equal ones.
  ///   - isNormal: whether the components are normal densities.
  init(
    _ rows: [Double], dimension: Int, weights: [Double]?, components: Int, isNormal: Bool = false,
    using random: inout RandomStream
  ) {
    self.dimension = dimension
    let count = rows.count / dimension
    let own = weights ?? Array(repeating: 1, count: count)
    parts = [Self.whole(rows, dimension, own)]
    maximize(rows, own)
    guard components > 1 || isNormal else { return }
    let common = parts[0].scale
    let starts = spread(rows, own, min(components, count), using: &random)
    parts = starts.map { mean in
      Part(
        weight: 1 / Double(starts.count), mean: mean, freedom: isNormal ? .infinity : Self.startFreedom, scale: common)
    }
    maximize(rows, own)
  }

  /// The log-density of each of N × D values.
  func logDensities(_ rows: [Double]) -> [Double] { evaluate(rows).logDensities }

  // MARK: Starts

  /// One component, of the mean and covariance of all events.
  private static func whole(_ rows: [Double], _ dimension: Int, _ own: [Double]) -> Part {
    let total = own.reduce(0, +)
    let mean = Products.inDouble(own, rows, rows: 1, inner: own.count, columns: dimension).map { $0 / total }
    var covariance = scatter(centred(rows, mean), dimension, own).map { $0 / total }
    for i in 0..<dimension { covariance[i * (dimension + 1)] += .leastNormalMagnitude }
    return Part(weight: 1, mean: mean, freedom: startFreedom, scale: covariance)
  }

  /// Events that are the means of components at first.
  private func spread(_ rows: [Double], _ own: [Double], _ components: Int, using random: inout RandomStream)
    -> [[Double]]
  {
    let scaled = transformed(rows, parts[0])
    var (chances, nearest) = (own, [Double](repeating: 9 * Double(dimension), count: own.count))
    return (0..<components).map { _ in
      var left = random.uniform() * chances.reduce(0, +)
      let chosen =
        chances.firstIndex { chance in
          left -= chance
          return left < 0
        } ?? own.count - 1
      for event in own.indices {
        let distance = (0..<dimension).reduce(0.0) {
          let difference = scaled[event * dimension + $1] - scaled[chosen * dimension + $1]
          return $0 + difference * difference
        }
        nearest[event] = min(nearest[event], distance)
        chances[event] = nearest[event] * own[event]
      }
      return Array(rows[(chosen * dimension)...].prefix(dimension))
    }
  }

  // MARK: Steps

  private mutating func maximize(_ rows: [Double], _ own: [Double]) {
    let total = own.reduce(0, +)
    var before = -Double.infinity
    for _ in 0..<Self.mostSteps {
      let state = evaluate(rows)
      let mean = zip(own, state.logDensities).reduce(0) { $0 + $1.0 * $1.1 } / total
      guard mean > before + Self.leastGain else { return }
      before = mean
      step(rows, own, state, total)
    }
  }

  /// log p of each event, and for each component its share in that of each event and |A(x − μ)|².
  private typealias State = (logDensities: [Double], shares: [[Double]], squares: [[Double]])

  private func evaluate(_ rows: [Double]) -> State {
    let count = rows.count / dimension
    let d = Double(dimension)
    let squares = parts.map { part in
      let y = transformed(rows, part)
      return (0..<count).map { event in
        y[(event * dimension)..<((event + 1) * dimension)].reduce(0) { $0 + $1 * $1 }
      }
    }
    let logs = zip(parts, squares).map { part, squares in
      let constant = Double.log(part.weight) + part.logDeterminant
      guard part.freedom.isFinite else {
        return squares.map { constant - 0.5 * (d * Double.log(2 * .pi) + $0) }
      }
      let ν = part.freedom
      let scale =
        constant + Double.logGamma((ν + d) / 2) - Double.logGamma(ν / 2) - 0.5 * d * Double.log(ν * .pi)
      return squares.map { scale - 0.5 * (ν + d) * Double.log(onePlus: $0 / ν) }
    }
    let logDensities = (0..<count).map { event in
      logs.reduce(-Double.infinity) { Double.logAddExp($0, $1[event]) }
    }
    return (logDensities, logs.map { log in zip(log, logDensities).map { Double.exp($0 - $1) } }, squares)
  }

  private mutating func step(_ rows: [Double], _ own: [Double], _ state: State, _ total: Double) {
    let d = Double(dimension)
    var (scatters, sums): ([[Double]], [Double]) = ([], [])
    for k in parts.indices {
      let ν = parts[k].freedom
      let share = zip(state.shares[k], own).map { $0 * $1 }
      let sum = max(share.reduce(0, +), .leastNormalMagnitude)
      let nearness = state.squares[k].map { ν.isFinite ? (ν + d) / (ν + $0) : 1 }
      let counted = zip(share, nearness).map { $0 * $1 }
      let counts = max(counted.reduce(0, +), .leastNormalMagnitude)
      let mean = Products.inDouble(counted, rows, rows: 1, inner: own.count, columns: dimension).map { $0 / counts }
      parts[k].mean = mean
      parts[k].weight = sum / total
      scatters.append(Self.scatter(Self.centred(rows, mean), dimension, counted))
      sums.append(sum)
      if ν.isFinite {
        let excess = zip(share, nearness).reduce(0) { $0 + $1.0 * (Double.log($1.1) - $1.1) } / sum
        parts[k].freedom = Self.freedom(1 + excess + Double.digamma((ν + d) / 2) - Double.log((ν + d) / 2))
      }
    }
    let within = scatters[0].indices.map { entry in scatters.reduce(0) { $0 + $1[entry] } / total }
    for k in parts.indices {
      parts[k].scale = within.indices.map { entry in
        (scatters[k][entry] + (d + 1) * within[entry]) / (sums[k] + d + 1) + 1e-6 * within[entry]
      }
    }
  }

  /// The root of log(ν/2) − ψ(ν/2) + `rest`, which falls with ν.
  private static func freedom(_ rest: Double) -> Double {
    func excess(_ ν: Double) -> Double { Double.log(ν / 2) - Double.digamma(ν / 2) + rest }
    var (low, high) = (freedoms.lowerBound, freedoms.upperBound)
    if excess(low) <= 0 { return low }
    if excess(high) >= 0 { return high }
    for _ in 0..<60 {
      let middle = (low * high).squareRoot()
      if excess(middle) > 0 { low = middle } else { high = middle }
    }
    return low
  }

  // MARK: Parts

  private static func centred(_ rows: [Double], _ mean: [Double]) -> [Double] {
    var result = rows
    for start in stride(from: 0, to: rows.count, by: mean.count) {
      for i in mean.indices { result[start + i] -= mean[i] }
    }
    return result
  }

  /// A (x − μ) of each event.
  private func transformed(_ rows: [Double], _ part: Part) -> [Double] {
    Products.inDouble(
      Self.centred(rows, part.mean), part.factor, secondTransposed: true, rows: rows.count / dimension,
      inner: dimension,
      columns: dimension)
  }

  /// Σ w x xᵀ.
  private static func scatter(_ centred: [Double], _ dimension: Int, _ weights: [Double]) -> [Double] {
    var weighted = centred
    for event in weights.indices {
      for i in 0..<dimension { weighted[event * dimension + i] *= weights[event] }
    }
    return Products.inDouble(
      weighted, transposed: true, centred, rows: dimension, inner: weights.count, columns: dimension)
  }
}
