import FlowKit
import Testing

/// An event of weight w counts like w events.
@Suite struct WeightTests {
  private let events = uniformNumbers(3 * 300)
  private let weights = (0..<300).map { Double(($0 * 7) % 4) }

  private let weighted, repeated: EventArray

  init() throws {
    weighted = try EventArray(events, dimension: 3, weights: weights)
    repeated = try EventArray(
      weights.enumerated().flatMap { [events] event, weight in
        (0..<Int(weight)).flatMap { _ in events[(3 * event)..<(3 * event + 3)] }
      }, dimension: 3)
  }

  /// Without kinks: what these add to a gradient is estimated over the events of a tile, which are others where rows are repeated.
  private static func flow() throws -> Flow { try exampleFlow(bend: "smooth-leaky-relu") }

  private func trainer(_ data: EventArray) throws -> Trainer {
    var options = TrainingOptions()
    (options.batchSize, options.epochs) = (10_000, 2)
    return try Trainer(Self.flow(), train: data, validation: data, options: options)
  }

  @Test func integerWeightsEqualRepeatedRows() throws {
    let (one, other) = (try trainer(weighted), try trainer(repeated))
    #expect(one.stepsPerEpoch == 1 && other.stepsPerEpoch == 1)
    let exact = MemoryLayout<Scalar>.size == 8
    for step in 0..<5 {
      let losses = (
        try one.step(one.batch(0, ofEpoch: step), rate: 1e-2),
        try other.step(other.batch(0, ofEpoch: step), rate: 1e-2)
      )
      expectClose([losses.0], [losses.1], within: exact ? 1e-12 : 1e-4, "loss of step \(step)")
    }
    // Adam divides by the gradient's size, so that rounding shows most where a gradient is nearly 0.
    expectClose(
      one.flow.parameters.map { Double($0) }, other.flow.parameters.map { Double($0) },
      within: exact ? 1e-9 : 2e-3,
      "parameter")
    let start = try Self.flow().parameters
    #expect(zip(start, one.flow.parameters).contains { abs($0 - $1) > 0.03 })
  }

  /// Outside the base's box the log-density is −∞, and 0 · ∞ would be no number.
  @Test func eventsOfWeightZeroDoNotCountWhateverTheirDensity() throws {
    var random = RandomStream(seed: 3, purpose: .architecture)
    let chain = try LayerList("coupling-affine(hidden=4),diagonal,shift").chain(
      dimension: 2, contextDimension: 0, registry: .standard, using: &random)
    let flow = Flow(architecture: Architecture(chain: chain, base: Uniform(dimension: 2, lower: -4, upper: 4)))
    let inside = Array(uniformNumbers(2 * 200))
    // All of a tile, some of one, and the last one.
    let outside = [Double](repeating: 1e30, count: 2 * 150) + [.greatestFiniteMagnitude, 1e300]
    let mixed = try EventArray(
      outside + inside + outside, dimension: 2,
      weights: [Double](repeating: 0, count: 151) + Array(repeating: 1, count: 200) + Array(repeating: 0, count: 151))
    func fit(_ data: EventArray) throws -> TrainingResult {
      var options = TrainingOptions()
      (options.batchSize, options.epochs) = (1000, 4)
      return try Trainer(flow, train: data, validation: data, options: options).fit()
    }
    let (with, without) = (try fit(mixed), try fit(EventArray(inside, dimension: 2)))
    let tolerance = MemoryLayout<Scalar>.size == 8 ? 1e-12 : 1e-5
    expectClose(with.history.map(\.train), without.history.map(\.train), within: tolerance, "training loss")
    expectClose(with.history.map { $0.valid! }, without.history.map { $0.valid! }, within: tolerance, "validation")
    #expect(with.flow.parameters.allSatisfy { $0.isFinite })
  }

  @Test func weightsCountInValidationLosses() throws {
    let (one, other) = (try trainer(weighted).fit(), try trainer(repeated).fit())
    let tolerance = MemoryLayout<Scalar>.size == 8 ? 1e-12 : 1e-4
    expectClose(
      one.history.map { $0.valid! }, other.history.map { $0.valid! }, within: tolerance, "validation loss")
    expectClose(one.history.map(\.train), other.history.map(\.train), within: tolerance, "training loss")
    let unweighted = try Trainer(
      Self.flow(), train: EventArray(events, dimension: 3), options: trainer(weighted).options
    ).fit()
    #expect(abs(unweighted.history[0].train - one.history[0].train) > 1e-3)
  }

  /// The mean negative log-density, in the data's own units.
  @Test func lossesAreThoseOfTheEvaluator() throws {
    let result = try trainer(weighted).fit()
    let densities = result.flow.logDensity(events)
    let sum = zip(weights, densities).reduce(0) { $0 - $1.0 * $1.1 }
    expectClose(
      [result.loss], [sum / weights.reduce(0, +)], within: MemoryLayout<Scalar>.size == 8 ? 1e-12 : 1e-6,
      "loss")
  }
}
