import Testing

@testable import FlowKit

@Suite struct InferenceTests {
  private func options(_ steps: Int, seed: UInt64 = 1) -> InferenceOptions {
    var options = InferenceOptions()
    (options.steps, options.seed, options.draws, options.batchSize) = (steps, seed, 4_000, 256)
    return options
  }

  @Test func findsTheMassOfABentDensityInItsOwnUnits() throws {
    let result = try Inference(of: Banana(dimension: 2), options: options(600)).run()
    let weights = result.report.weights
    #expect(abs(weights.logZ) < 0.05 && weights.effectiveFraction > 0.8 && weights.elbo > -0.2)
    #expect(result.report.collapse == nil && result.report.failures == 0)
  }

  @Test func theBitsDependOnTheSeedAlone() throws {
    func parameters(threads: Int, seed: UInt64) throws -> [Scalar] {
      try Inference(
        of: Funnel(dimension: 3), layers: "2*[coupling-affine(hidden=8),permute(reverse)]",
        options: options(20, seed: seed),
        threads: threads
      ).run().flow.parameters
    }
    let one = try parameters(threads: 1, seed: 1)
    #expect(try parameters(threads: 3, seed: 1) == one)
    #expect(try parameters(threads: 1, seed: 2) != one)
  }

  /// Two normal densities, 16 deviations apart, in which the second weighs three times as much.
  private let two = FunctionTarget(columns: ["x", "y"]) { x in
    let logs = [
      -((x[0] + 8) * (x[0] + 8) + x[1] * x[1]) / 2, Double.log(3) - ((x[0] - 8) * (x[0] - 8) + x[1] * x[1]) / 2,
    ]
    let top = max(logs[0], logs[1])
    let parts = logs.map { Double.exp($0 - top) }
    let share = parts[0] / (parts[0] + parts[1])
    return (top + Double.log(parts[0] + parts[1]), [-x[0] - 8 * share + 8 * (1 - share), -x[1]])
  }

  @Test func aFlowThatLostAModeSaysSo() throws {
    let report = try Inference(of: two, options: options(300)).run().report
    #expect(report.collapse != nil)
  }

  @Test func refinementCoversTheModes() throws {
    var options = options(800)
    options.refines = true
    let result = try Inference(of: two, options: options).run()
    #expect(result.report.collapse == nil)
    #expect(abs(result.report.weights.logZ - (Double.log(4) + 2 * Double.halfLogTwoPi)) < 0.1)
    let points = try result.flow.sample(4_000, seed: 9)
    let right = stride(from: 0, to: points.count, by: 2).filter { points[$0] > 0 }.count
    #expect(abs(Double(right) / 4_000 - 0.75) < 0.06)
  }

  @Test func givenDrawsCoverTheModes() throws {
    var random = RandomStream(seed: 3, purpose: .exploration)
    let draws = (0..<4_000).flatMap { [($0 % 4 == 0 ? -8 : 8) + random.normal(), random.normal()] }
    #expect(try Inference(of: two, draws: draws, mix: 1, options: options(400)).run().report.collapse == nil)
  }

  @Test func aTargetThatFailsAtManyDrawsIsAnError() {
    let target = FunctionTarget(columns: ["x", "y"]) { x in
      (x[0] > 0.5 ? .nan : -(x[0] * x[0] + x[1] * x[1]) / 2, [-x[0], -x[1]])
    }
    #expect { try Inference(of: target, options: options(5)).run() } throws: { error in
      (error as? FlowError)?.message.contains("has no finite value at") ?? false
    }
  }
}
