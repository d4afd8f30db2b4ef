internal import CFlowKernels

/// Sinkhorn's sweeps between two clouds with one ε.
struct SinkhornProblem<Element: PairwiseElement> {
  let x, y: PairwisePoints<Element>
  let epsilon: Double
  let pool: WorkerPool
  let cost: flowkit_pair_cost
  private let logWeights: (x: [Double], y: [Double])
  /// ε of the sweeps before the last stage, one each.
  private let warmUp: [Double]

  init(
    _ x: PairwisePoints<Element>, _ y: PairwisePoints<Element>, _ cost: Sinkhorn.Cost, _ epsilon: Double,
    startingFrom largestCost: Double, _ pool: WorkerPool
  ) {
    (self.x, self.y, self.epsilon, self.pool) = (x, y, epsilon, pool)
    self.cost = cost == .squared ? FLOWKIT_SQUARED_COST : FLOWKIT_EUCLIDEAN_COST
    logWeights = (x.weights.map { Double.log($0) }, y.weights.map { Double.log($0) })
    // From the next power of 2, so that it does not move with the points a little.
    let start =
      largestCost.isFinite && largestCost > 0
      ? Double(sign: .plus, exponent: largestCost.exponent + 1, significand: 1) : 0
    warmUp = Array(sequence(first: start) { $0 / 2 }.prefix { $0 > epsilon })
  }

  /// Potentials after the last sweep: g is the best for f, so that the plan's sums over x are exactly b.
  struct Solution {
    var f, g: [Double]
    /// With the last ε.
    var sweeps = 0
    var isConverged = false
    /// The potentials of each sweep with its ε, where they are recorded.
    var history: [(f: [Double], g: [Double], epsilon: Double)] = []
  }

  /// f = T(g): fᵢ = −ε log Σⱼ bⱼ exp((gⱼ − Cᵢⱼ)/ε).
  func best(forY g: [Double], _ epsilon: Double) -> [Double] {
    x.logSums(over: y, scores: { g[$0] / epsilon + logWeights.y[$0] }, rate: 1 / epsilon, cost, pool)
      .map { -epsilon * $0 }
  }

  func best(forX f: [Double], _ epsilon: Double) -> [Double] {
    y.logSums(over: x, scores: { f[$0] / epsilon + logWeights.x[$0] }, rate: 1 / epsilon, cost, pool)
      .map { -epsilon * $0 }
  }

  /// Sweeps until the marginals are met, which the next update of f shows: Σⱼ Pᵢⱼ = aᵢ exp((fᵢ − T(g)ᵢ)/ε).
  func solution(tolerance: Double, maximumSweeps: Int, recording: Bool) -> Solution {
    var solution = Solution(f: [], g: [Double](repeating: 0, count: y.count))
    for epsilon in warmUp { sweep(&solution, best(forY: solution.g, epsilon), epsilon, recording) }
    while true {
      let next = best(forY: solution.g, epsilon)
      if solution.sweeps > 0 {
        solution.isConverged = marginalError(solution.f, next) <= tolerance
        if solution.isConverged || solution.sweeps == maximumSweeps { return solution }
      }
      sweep(&solution, next, epsilon, recording)
      solution.sweeps += 1
    }
  }

  private func sweep(_ solution: inout Solution, _ f: [Double], _ epsilon: Double, _ recording: Bool) {
    (solution.f, solution.g) = (f, best(forX: f, epsilon))
    if recording { solution.history.append((solution.f, solution.g, epsilon)) }
  }

  /// Both clouds being one: f ← ½ (f + T(f)), which needs few sweeps. It ends with (f, T(f)).
  func symmetricSolution(tolerance: Double, maximumSweeps: Int) -> Solution {
    var solution = Solution(f: [Double](repeating: 0, count: x.count), g: [])
    for epsilon in warmUp { solution.f = averaged(solution.f, best(forY: solution.f, epsilon)) }
    while true {
      solution.g = best(forY: solution.f, epsilon)
      solution.isConverged = marginalError(solution.f, solution.g) <= tolerance
      if solution.isConverged || solution.sweeps == maximumSweeps { return solution }
      solution.f = averaged(solution.f, solution.g)
      solution.sweeps += 1
    }
  }

  private func averaged(_ f: [Double], _ g: [Double]) -> [Double] { zip(f, g).map { ($0 + $1) / 2 } }

  private func marginalError(_ f: [Double], _ best: [Double]) -> Double {
    x.weights.indices.reduce(0) { error, point in
      let weight = x.weights[point]
      return weight > 0 ? error + weight * abs(Double.exp((f[point] - best[point]) / epsilon) - 1) : error
    }
  }

  // MARK: What the potentials say

  func transport(_ solution: Solution) -> Sinkhorn.Transport {
    let (rows, columns) = (rowSums(solution, gradient: false), columnSums(solution, gradient: false))
    let error = distance(rows.mass, x.weights) + distance(columns.mass, y.weights)
    return Sinkhorn.Transport(
      cost: rows.cost.reduce(0, +), value: value(solution, mass: rows.mass.reduce(0, +)), epsilon: epsilon,
      marginalError: error, sweeps: solution.sweeps, isConverged: solution.isConverged,
      potentials: (solution.f, solution.g))
  }

  /// The dual Σ a f + Σ b g − ε (Σ P − 1).
  func value(_ solution: Solution, mass: Double = 1) -> Double {
    dot(x.weights, solution.f) + dot(y.weights, solution.g) - epsilon * (mass - 1)
  }

  func envelopeGradient(_ solution: Solution) -> (x: [Double], y: [Double]) {
    (rowSums(solution, gradient: true).gradient, columnSums(solution, gradient: true).gradient)
  }

  private func rowSums(_ solution: Solution, gradient: Bool) -> PairwisePoints<Element>.Sums {
    let (f, g) = (solution.f, solution.g)
    return x.transportSums(
      scores: { f[$0] / epsilon + logWeights.x[$0] }, over: y,
      scores: { g[$0] / epsilon + logWeights.y[$0] }, rate: 1 / epsilon, cost, gradient: gradient, pool)
  }

  private func columnSums(_ solution: Solution, gradient: Bool) -> PairwisePoints<Element>.Sums {
    let (f, g) = (solution.f, solution.g)
    return y.transportSums(
      scores: { g[$0] / epsilon + logWeights.y[$0] }, over: x,
      scores: { f[$0] / epsilon + logWeights.x[$0] }, rate: 1 / epsilon, cost, gradient: gradient, pool)
  }

  /// The derivatives of Σ a f + Σ b g, backwards through the sweeps that were recorded.
  ///
  /// With Wᵢⱼ = aᵢ exp((fᵢ + gⱼ − Cᵢⱼ)/ε), whose columns add up to 1, ∂gⱼ/∂fᵢ = −Wᵢⱼ and ∂gⱼ/∂Cᵢⱼ = Wᵢⱼ; the same for f
  /// with bⱼ and the g of the sweep before.
  func unrolledGradient(_ solution: Solution) -> (x: [Double], y: [Double]) {
    let history = solution.history
    var gradient = (
      x: [Double](repeating: 0, count: x.count * x.dimension), y: [Double](repeating: 0, count: y.count * y.dimension)
    )
    var (ofF, ofG) = (x.weights, y.weights)
    for index in history.indices.reversed() {
      let (f, g, epsilon) = history[index]
      let rate = 1 / epsilon
      let throughG = x.transportSums(
        scores: { f[$0] * rate + logWeights.x[$0] }, over: y, scores: { g[$0] * rate },
        values: { ofG[$0] }, rate: rate, cost, gradient: true, pool)
      add(throughG.gradient, to: &gradient.x)
      for point in ofF.indices { ofF[point] -= throughG.mass[point] }
      let ofY = y.transportSums(
        scores: { g[$0] * rate }, over: x, scores: { f[$0] * rate + logWeights.x[$0] }, rate: rate,
        cost, gradient: true, pool)
      add(ofY.gradient, scaledBy: ofG, to: &gradient.y)

      let before = index > 0 ? history[index - 1].g : [Double](repeating: 0, count: y.count)
      let ofX = x.transportSums(
        scores: { f[$0] * rate }, over: y, scores: { before[$0] * rate + logWeights.y[$0] },
        rate: rate, cost, gradient: true, pool)
      add(ofX.gradient, scaledBy: ofF, to: &gradient.x)
      let throughF = y.transportSums(
        scores: { before[$0] * rate + logWeights.y[$0] }, over: x, scores: { f[$0] * rate },
        values: { ofF[$0] }, rate: rate, cost, gradient: true, pool)
      add(throughF.gradient, to: &gradient.y)
      ofG = throughF.mass.map { -$0 }
      ofF = [Double](repeating: 0, count: x.count)
    }
    return gradient
  }

  /// Adds rows, each times a factor of its own.
  private func add(_ rows: [Double], scaledBy factors: [Double]? = nil, to sum: inout [Double]) {
    for index in sum.indices { sum[index] += rows[index] * (factors?[index / x.dimension] ?? 1) }
  }

  private func distance(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } }

  /// Σ weight · potential; a weight of 0 has no potential that counts.
  private func dot(_ weights: [Double], _ potentials: [Double]) -> Double {
    zip(weights, potentials).reduce(0) { $1.0 > 0 ? $0 + $1.0 * $1.1 : $0 }
  }
}
