import FlowKit
import Foundation
import Testing

/// A flow of all kinds of layer, with parameters away from their start.
func exampleFlow(
  dimension: Int = 3, context: Int = 0, bend: String = "leaky-relu(0.5)", seed: UInt64 = 1
) throws -> Flow {
  var random = RandomStream(seed: seed, purpose: .architecture)
  let list = "2*[coupling-affine(hidden=16x16),permute(random)],lower,\(bend),diagonal"
  let chain = try LayerList(list).chain(dimension: dimension, contextDimension: context, using: &random)
  let architecture = Architecture(
    chain: chain, base: StandardNormal(dimension: dimension),
    preprocessing: [
      Standardize(
        means: (0..<dimension).map { Double($0) }, standardDeviations: (0..<dimension).map { 1 + Double($0) })
    ])
  return Flow(
    architecture: architecture,
    parameters: chain.initialParameters(using: &random).map { $0 + Scalar(0.4 * random.uniform() - 0.2) })
}

func uniformNumbers(_ count: Int, in range: ClosedRange<Double> = -3...3, seed: UInt64 = 1) -> [Double] {
  var random = RandomStream(seed: seed, purpose: .samples, index: 99)
  return (0..<count).map { _ in range.lowerBound + (range.upperBound - range.lowerBound) * random.uniform() }
}

@Suite struct FlowEvaluatorTests {
  @Test func densitiesDoNotDependOnThreadsOrDivision() throws {
    let flow = try exampleFlow(context: 2)
    let (events, context) = (uniformNumbers(3 * 1_001), uniformNumbers(2 * 1_001, seed: 2))
    let whole = flow.evaluator(threads: 1).logDensity(events, context: context)
    #expect(Set(whole).count == 1_001 && whole.allSatisfy(\.isFinite))
    for threads in [2, 3, 8] {
      #expect(flow.evaluator(threads: threads).logDensity(events, context: context) == whole)
    }
    for size in [1, 7, 128, 1_000] {
      let evaluator = flow.evaluator(threads: 2)
      let parts = stride(from: 0, to: 1_001, by: size).flatMap { start in
        let end = min(1_001, start + size)
        return evaluator.logDensity(
          Array(events[(3 * start)..<(3 * end)]), context: Array(context[(2 * start)..<(2 * end)]))
      }
      #expect(parts == whole, "calls of \(size) events")
    }
  }

  @Test func fewerSamplesAreAPrefixOfMore() throws {
    let flow = try exampleFlow()
    let many = try flow.evaluator(threads: 1).sample(1_000, seed: 3)
    #expect(try flow.sample(10, seed: 3) == Array(many[..<30]))
    for threads in [2, 3, 8] { #expect(try flow.evaluator(threads: threads).sample(1_000, seed: 3) == many) }
    #expect(try flow.evaluator().sample(400, first: 600, seed: 3) == Array(many[1_800...]))
    #expect(try flow.sample(10, seed: 4) != Array(many[..<30]))
  }

  @Test func samplesFollowTheirContext() throws {
    let flow = try exampleFlow(context: 1)
    let context = uniformNumbers(300)
    let many = try flow.sample(300, context: context, seed: 3)
    #expect(try flow.sample(10, context: Array(context[..<10]), seed: 3) == Array(many[..<30]))
    #expect(try flow.sample(300, context: context.map { $0 + 1 }, seed: 3) != many)
  }

  /// The mean of q/p over samples of p is 1 for any density q: here one uniform on an interval within p's bulk.
  @Test func samplesFollowTheDensity() throws {
    let flow = try exampleFlow(dimension: 1)
    let count = 200_000
    let samples = try flow.sample(count, seed: 5)
    let densities = flow.logDensity(samples)
    let mean = samples.reduce(0, +) / Double(count)
    let ratios = zip(samples, densities).map { x, logDensity in
      abs(x - mean) < 0.25 ? 2 * exp(-logDensity) : 0
    }
    let average = ratios.reduce(0, +) / Double(count)
    let variance = ratios.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(count)
    #expect(abs(average - 1) < 5 * (variance / Double(count)).squareRoot())
    #expect(variance < 100)
  }

  @Test func eventsOutsideTheNumbersAreMarked() throws {
    let flow = try exampleFlow()
    var events = uniformNumbers(3 * 200)
    let usual = flow.logDensity(events)
    events[3 * 10 + 1] = .nan
    events[3 * 150] = .infinity
    events[3 * 151 + 2] = -.infinity
    (events[3 * 199], events[3 * 199 + 1]) = (.infinity, .nan)
    let marked = flow.logDensity(events)
    #expect(marked[10].isNaN && marked[199].isNaN)
    #expect(marked[150] == -.infinity && marked[151] == -.infinity)
    for event in 0..<200 where ![10, 150, 151, 199].contains(event) { #expect(marked[event] == usual[event]) }
  }

  @Test func noEventsHaveNoDensities() throws {
    #expect(try exampleFlow().logDensity([]) == [])
    #expect(try exampleFlow().sample(0) == [])
  }

  /// The law that every layer obeys, for a whole flow: the change of variables in the data's own units.
  @Test func densityIsThatOfTheStandardizedNormal() throws {
    let chain = try Chain([], dimension: 2)
    let flow = Flow(
      architecture: Architecture(
        chain: chain, base: StandardNormal(dimension: 2),
        preprocessing: [Standardize(means: [1.6e9, -2], standardDeviations: [100, 0.5])]))
    // At one standard deviation in each feature: −½ · 2 − log 2π − log 100 − log 0.5.
    let expected = -1 - 1.8378770664093453 - 4.605170185988092 + 0.6931471805599453
    expectClose(flow.logDensity([1.6e9 + 100, -1.5]), [expected], within: 1e-7, "log-density")
    // Rounded to Float before the preprocessing, a time stamp would keep no digit of this.
    let samples = try flow.sample(1_000)
    let mean = (0..<1_000).reduce(0) { $0 + samples[2 * $1] - 1.6e9 } / 1_000
    #expect(abs(mean) < 16 && Set((0..<1_000).map { samples[2 * $0] }).count == 1_000)
  }
}
