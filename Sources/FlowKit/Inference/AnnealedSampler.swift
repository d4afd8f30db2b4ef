/// log q and log p̃ of points with their gradients.
struct PairValues {
  var q: TargetValues
  var p: TargetValues
}

/// Annealed importance sampling (Neal 2001) from draws of q towards pᵅ q^(1−α), by one Hamiltonian transition at each of the
/// densities q^(1−αb) pᵅᵇ with b rising from 0 to 1. α = 1 samples p; α = 2 the density p²/q that makes the variance of
/// importance weights small (Midgley et al. 2023, section 3).
///
/// The step of the transitions is tuned to 65 % of accepted proposals while it runs.
struct AnnealedSampler {
  /// log q, log p̃ and their gradients at N points, row-major.
  typealias Evaluation = (_ points: [Double]) throws(FlowError) -> PairValues

  let dimension: Int
  /// Intermediate densities.
  var temperatures = 8
  /// b of number k of K is (k/K)^`spacing`: more than 1 where q is much wider than p.
  var spacing = 1.0
  /// α.
  var power = 1.0
  var leapfrogs = 5
  /// In units of the points' standard deviations.
  private(set) var step = 0.3
  private let seed: UInt64
  /// Transitions so far: each draws numbers of its own.
  private var transitions: UInt64 = 0

  init(dimension: Int, seed: UInt64) { (self.dimension, self.seed) = (dimension, seed) }

  /// What a run comes to.
  struct Outcome {
    var points: [Double]
    /// Of the last density over q, up to the constant of p̃; −∞ for a point that is worth nothing.
    var logWeights: [Double]
    var values: PairValues
  }

  /// - Parameter points: N draws from q, row-major.
  mutating func run(from points: [Double], _ evaluate: Evaluation) throws(FlowError) -> Outcome {
    let values = try evaluate(points)
    var outcome = Outcome(points: points, logWeights: [], values: values)
    outcome.logWeights = values.q.logDensities.map { _ in 0 }
    var (before, number) = (0.0, 1)
    while true {
      let b = Double.exp(spacing * Double.log(Double(number) / Double(temperatures + 1)))
      let change = power * (b - before)
      for chain in outcome.logWeights.indices {
        let (q, p) = (outcome.values.q.logDensities[chain], outcome.values.p.logDensities[chain])
        let gain = change * (p - q)
        outcome.logWeights[chain] = gain.isFinite ? outcome.logWeights[chain] + gain : -.infinity
      }
      guard number <= temperatures else { return outcome }
      // Their spread shrinks on the way from a wide density.
      try move(&outcome, power * b, Self.deviations(outcome.points, dimension), evaluate)
      (before, number) = (b, number + 1)
    }
  }

  /// One transition of every chain that leaves q^(1−a) pᵃ as it is (Duane et al. 1987; Neal 2011).
  private mutating func move(
    _ outcome: inout Outcome, _ a: Double, _ scales: [Double], _ evaluate: Evaluation
  ) throws(FlowError) {
    let count = outcome.logWeights.count
    var momenta = [Double](repeating: 0, count: outcome.points.count)
    var levels = [Double](repeating: 0, count: count)
    for chain in 0..<count {
      var random = RandomStream(
        seed: seed, purpose: .exploration, index: transitions << 32 | UInt64(truncatingIfNeeded: chain))
      for index in (chain * dimension)..<((chain + 1) * dimension) { momenta[index] = random.normal() }
      levels[chain] = Double.log(1 - random.uniform())
    }
    transitions += 1
    var (points, values) = (outcome.points, outcome.values)
    let energies = Self.energies(values, momenta, a, dimension)
    push(&momenta, values, a, scales, step / 2)
    for leap in 1...leapfrogs {
      for index in points.indices { points[index] += step * scales[index % dimension] * momenta[index] }
      values = try evaluate(points)
      push(&momenta, values, a, scales, leap == leapfrogs ? step / 2 : step)
    }
    let proposed = Self.energies(values, momenta, a, dimension)
    var accepted = 0
    for chain in 0..<count where proposed[chain] < .infinity && proposed[chain] - energies[chain] <= -levels[chain] {
      accepted += 1
      outcome.take(chain, points, values, dimension)
    }
    step *= Double(accepted) > 0.65 * Double(count) ? 1.1 : 1 / 1.1
  }

  private func push(
    _ momenta: inout [Double], _ values: PairValues, _ a: Double, _ scales: [Double], _ step: Double
  ) {
    for index in momenta.indices {
      let slope = (1 - a) * values.q.gradients[index] + a * values.p.gradients[index]
      if slope.isFinite { momenta[index] += step * scales[index % dimension] * slope }
    }
  }

  /// −log of the density of each chain's state; +∞ where that is none.
  private static func energies(_ values: PairValues, _ momenta: [Double], _ a: Double, _ dimension: Int) -> [Double] {
    values.q.logDensities.indices.map { chain in
      let (q, p) = (values.q.logDensities[chain], values.p.logDensities[chain])
      guard q.isFinite, p.isFinite else { return .infinity }
      let squares = momenta[(chain * dimension)..<((chain + 1) * dimension)].reduce(0) { $0 + $1 * $1 }
      let energy = squares / 2 - (1 - a) * q - a * p
      return energy.isNaN ? .infinity : energy
    }
  }

  /// The standard deviation of each coordinate.
  static func deviations(_ points: [Double], _ dimension: Int) -> [Double] {
    (0..<dimension).map { coordinate in
      var moments = RunningMoments()
      for index in stride(from: coordinate, to: points.count, by: dimension) { moments.add(points[index]) }
      let deviation = moments.standardDeviation ?? 0
      return deviation > 0 ? deviation : 1
    }
  }
}

extension AnnealedSampler.Outcome {
  fileprivate mutating func take(_ chain: Int, _ points: [Double], _ values: PairValues, _ dimension: Int) {
    let row = (chain * dimension)..<((chain + 1) * dimension)
    self.points.replaceSubrange(row, with: points[row])
    self.values.q.take(chain, row, of: values.q)
    self.values.p.take(chain, row, of: values.p)
  }
}

extension TargetValues {
  fileprivate mutating func take(_ point: Int, _ row: Range<Int>, of other: TargetValues) {
    logDensities[point] = other.logDensities[point]
    gradients.replaceSubrange(row, with: other.gradients[row])
  }
}
