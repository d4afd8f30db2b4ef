/// A normal density with a diagonal covariance, fitted to p^β by the reverse divergence: where a flow starts.
struct NormalStart: Sendable {
  private(set) var means: [Double]
  private(set) var deviations: [Double]

  /// One that is wide enough to meet modes far apart: fitted to p^0.05, at most 20 times as wide as one fitted to p, for the
  /// flattened tails of a density can be endless.
  static func wide(_ target: CountedTarget, seed: UInt64, on pool: WorkerPool) throws(FlowError) -> NormalStart {
    let narrow = try NormalStart(target, temper: 1, seed: seed, on: pool)
    var wide = try NormalStart(target, temper: 0.05, seed: seed, on: pool)
    wide.deviations = zip(narrow.deviations, wide.deviations).map { max($0, min(20 * $0, $1)) }
    return wide
  }

  /// - Parameters:
  ///   - temper: β: below 1 the start is wider than the target.
  /// - Throws: what the target throws, and where it has no finite value around 0 at any scale tried.
  init(_ target: CountedTarget, temper: Double, seed: UInt64, on pool: WorkerPool) throws(FlowError) {
    let dimension = target.dimension
    means = Array(repeating: 0, count: dimension)
    deviations = Array(repeating: 1, count: dimension)
    // Adam with a short memory: scales change by orders of magnitude, and gradients with them.
    var moments = [(first: Double, second: Double)](repeating: (0, 0), count: 2 * dimension)
    let (steps, draws) = (600, 64)
    for step in 0..<steps {
      let noise = self.noise(draws, seed: seed, step)
      let points = noise.indices.map { means[$0 % dimension] + deviations[$0 % dimension] * noise[$0] }
      let values = try target.evaluate(points, on: pool)
      let finite = values.logDensities.filter(\.isFinite).count
      guard finite > 0 else {
        // Closer to 0, where unconstrained parameters usually mean something.
        for index in deviations.indices { deviations[index] /= 2 }
        guard deviations[0] > 1e-6 else {
          throw FlowError(
            .numerics, "the target has no finite value and gradient near 0, in \(step + 1) times \(draws) points")
        }
        continue
      }
      var gradient = [Double](repeating: 0, count: 2 * dimension)
      for draw in 0..<draws where values.logDensities[draw].isFinite {
        for coordinate in 0..<dimension {
          let index = draw * dimension + coordinate
          // In units of the deviation, so that the rate means the same at every scale.
          let path = -noise[index] - temper * values.gradients[index] * deviations[coordinate]
          gradient[coordinate] += path / Double(finite)
          gradient[dimension + coordinate] += path * noise[index] / Double(finite)
        }
      }
      let rate = 0.1 * (0.5 + 0.5 * Double.cos(.pi * Double(step) / Double(steps)))
      for index in gradient.indices {
        moments[index].first += 0.1 * (gradient[index] - moments[index].first)
        moments[index].second += 0.1 * (gradient[index] * gradient[index] - moments[index].second)
        let bias = 1 - Double.exp(Double(step + 1) * Double.log(0.9))
        let change = rate * moments[index].first / bias / ((moments[index].second / bias).squareRoot() + 1e-8)
        if index < dimension {
          means[index] -= change * deviations[index]
        } else {
          deviations[index - dimension] *= Double.exp(-change)
        }
      }
    }
  }

  private func noise(_ draws: Int, seed: UInt64, _ step: Int) -> [Double] {
    var random = RandomStream(seed: seed, purpose: .exploration, index: UInt64.max - UInt64(step))
    return (0..<(draws * means.count)).map { _ in random.normal() }
  }

  /// `count` draws.
  func draws(_ count: Int, seed: UInt64) -> [Double] {
    (0..<count).flatMap { draw in
      var random = RandomStream(seed: seed, purpose: .exploration, index: UInt64.max / 2 + UInt64(draw))
      return means.indices.map { means[$0] + deviations[$0] * random.normal() }
    }
  }

  /// Its log-density at points, with gradients.
  func evaluate(_ points: [Double]) -> TargetValues {
    let dimension = means.count
    var values = [Double](
      repeating: -deviations.reduce(0) { $0 + Double.log($1) + Double.halfLogTwoPi },
      count: points.count / dimension)
    let gradients = points.indices.map { index in
      let (coordinate, scale) = (index % dimension, deviations[index % dimension])
      let z = (points[index] - means[coordinate]) / scale
      values[index / dimension] -= z * z / 2
      return -z / scale
    }
    return TargetValues(logDensities: values, gradients: gradients)
  }
}
