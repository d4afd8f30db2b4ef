import Testing

@testable import FlowKit

@Suite struct AnnealedSamplerTests {
  /// A normal density of known mass e^1.5, mean 1 and deviation ½ in both coordinates, and a wide start.
  private let target = FunctionTarget(columns: ["a", "b"]) { x in
    let z = x.map { ($0 - 1) / 0.5 }
    let squares = z.reduce(0) { $0 + $1 * $1 }
    return (1.5 - squares / 2 - 2 * (Double.halfLogTwoPi + Double.log(0.5)), z.map { -$0 / 0.5 })
  }

  private func run(power: Double) throws -> AnnealedSampler.Outcome {
    let counted = CountedTarget(target)
    let start = try NormalStart(counted, temper: 0.25, seed: 1, on: WorkerPool(threads: 1))
    var sampler = AnnealedSampler(dimension: 2, seed: 5)
    (sampler.temperatures, sampler.power) = (32, power)
    return try sampler.run(from: start.draws(4_000, seed: 2)) { points throws(FlowError) in
      PairValues(q: start.evaluate(points), p: try counted.evaluate(points))
    }
  }

  @Test func weightsFindTheMassAndPointsTheTarget() throws {
    let outcome = try run(power: 1)
    let weights = ImportanceWeights(outcome.logWeights)
    #expect(weights.effectiveFraction > 0.8)
    #expect(abs(weights.logZ - 1.5) < 4 * weights.logZStandardError + 1e-6)
    let (points, normalized) = (outcome.points, weights.normalized)
    let mean = normalized.indices.reduce(0) { $0 + normalized[$1] * points[2 * $1] }
    let square = normalized.indices.reduce(0) { $0 + normalized[$1] * (points[2 * $1] - 1) * (points[2 * $1] - 1) }
    #expect(abs(mean - 1) < 0.04 && abs(square - 0.25) < 0.04)
  }

  @Test func twicePMinusQIsReached() throws {
    // p²/q of normal densities of variances ¼ and 1 is a normal of variance 1/(2/¼ − 1) = 1/7.
    let outcome = try run(power: 2)
    let normalized = ImportanceWeights(outcome.logWeights).normalized
    let square = normalized.indices.reduce(0) {
      $0 + normalized[$1] * (outcome.points[2 * $1] - 1) * (outcome.points[2 * $1] - 1)
    }
    #expect(abs(square - 1.0 / 7) < 0.02)
  }

  @Test func aNormalStartFindsMeansAndScales() throws {
    let target = FunctionTarget(columns: ["large", "small"]) { x in
      let z = [(x[0] - 3_000) / 1_000, (x[1] + 0.002) / 0.001]
      return (-(z[0] * z[0] + z[1] * z[1]) / 2, [-z[0] / 1_000, -z[1] / 0.001])
    }
    let start = try NormalStart(CountedTarget(target), temper: 1, seed: 1, on: WorkerPool(threads: 2))
    expectClose(start.means, [3_000, -0.002], within: 0.1, "means")
    #expect(abs(start.deviations[0] / 1_000 - 1) < 0.1 && abs(start.deviations[1] / 0.001 - 1) < 0.1)
  }

  @Test func batchesOfABufferFollowTheWeights() {
    var buffer = PointBuffer(dimension: 1, capacity: 3)
    buffer.add([9, 0, 1, 2], logWeights: [5, 0, .log(2), .log(5)], [0, 0, 0, 0])
    // The first point is beyond the capacity.
    let counts = buffer.points(buffer.batch(800, seed: 1, step: 0)).reduce(into: [0, 0, 0]) { $0[Int($1)] += 1 }
    #expect(counts == [100, 200, 500])
    let weights = buffer.update([0, 1], logDensities: [-Double.log(2), 100])
    expectClose(weights, [1, 0], within: 1e-12, "corrections")
  }
}
