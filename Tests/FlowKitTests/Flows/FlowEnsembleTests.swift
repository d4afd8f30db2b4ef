import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

/// Mixtures of flows of equal weight.
@Suite struct FlowEnsembleTests {
  /// What rounding leaves of some thousand terms and of exponentials of some hundred, in either precision.
  private let rounding = max(1e-12, 20 * Double(Scalar.ulpOfOne))

  /// A flow on the line whose density is normal, with that mean and standard deviation.
  private func normal(_ mean: Double, _ deviation: Double) throws -> Flow {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList("diagonal,shift").chain(dimension: 1, using: &random)
    let architecture = Architecture(chain: chain, base: StandardNormal(dimension: 1))
    // z = exp(ℓ) x + b.
    return Flow(architecture: architecture, parameters: [Scalar(-log(deviation)), Scalar(-mean / deviation)])
  }

  private func density(_ x: Double, _ mean: Double, _ deviation: Double) -> Double {
    exp(-pow((x - mean) / deviation, 2) / 2) / deviation / (2 * Double.pi).squareRoot()
  }

  private func layers(_ list: String, seed: UInt64 = 1) throws -> Flow {
    var random = RandomStream(seed: seed, purpose: .architecture)
    let chain = try LayerList(list).chain(dimension: 1, using: &random)
    return Flow(architecture: Architecture(chain: chain, base: StandardNormal(dimension: 1)), seed: seed)
  }

  @Test func twoGaussiansAreTheirMixture() throws {
    let mixture = FlowEnsemble([try normal(-2, 0.5), try normal(1, 2)])
    let points = (0..<4_001).map { -20 + 0.01 * Double($0) }
    let got = mixture.logDensity(points)
    let expected = points.map { log((density($0, -2, 0.5) + density($0, 1, 2)) / 2) }
    expectClose(got, expected, within: rounding, "log-densities")
    let integral = got.reduce(0) { $0 + 0.01 * exp($1) }
    #expect(abs(integral - 1) < rounding)
    let slopes = mixture.gradient(ofLogDensity: points)
    let exact = points.map { x in
      let (p, q) = (density(x, -2, 0.5), density(x, 1, 2))
      return (p * (-2 - x) / 0.25 + q * (1 - x) / 4) / (p + q)
    }
    expectClose(slopes, exact, within: 5 * rounding, "derivatives")
  }

  @Test func copiesOfAFlowAreTheFlow() throws {
    let flow = try exampleFlow(context: 2)
    let (events, context) = (uniformNumbers(3 * 301), uniformNumbers(2 * 301, seed: 2))
    for count in [1, 2, 4] {
      let copies = FlowEnsemble(Array(repeating: flow, count: count))
      #expect(copies.logDensity(events, context: context) == flow.logDensity(events, context: context))
      #expect(
        copies.gradient(ofLogDensity: events, context: context)
          == flow.gradient(ofLogDensity: events, context: context))
    }
    let one = FlowEnsemble([flow])
    #expect(try one.sample(200, context: [0.5, 1], seed: 3) == flow.sample(200, context: [0.5, 1], seed: 3))
  }

  @Test func theDerivativeIsThatOfDifferences() throws {
    // Other architectures, other seeds.
    let members = [try exampleFlow(), try exampleFlow(seed: 5)]
    let ensemble = FlowEnsemble(members)
    let event = uniformNumbers(3, seed: 8)
    let gradient = ensemble.gradient(ofLogDensity: event)
    let step = Double(Scalar.ulpOfOne) < 1e-10 ? 1e-5 : 1e-2
    for feature in 0..<3 {
      let values = [step, -step].map { change in
        var moved = event
        moved[feature] += change
        return ensemble.logDensity(moved)[0]
      }
      let difference = (values[0] - values[1]) / (2 * step)
      #expect(abs(gradient[feature] - difference) < 3e-3 * max(1, abs(difference)), "feature \(feature)")
    }
  }

  // MARK: Where there is no density

  @Test func membersOfOtherDomains() throws {
    // One is defined above 0, the other everywhere.
    let (positive, all) = (try layers("monotone(log)"), try normal(0, 1))
    let mixture = FlowEnsemble([positive, all])
    let got = mixture.logDensity([-1, 1, .nan, .infinity, -.infinity])
    expectClose(
      Array(got[..<2]),
      [log(density(-1, 0, 1) / 2), log((density(1, 0, 1) + exp(positive.logDensity([1])[0])) / 2)],
      within: rounding, "log-densities")
    #expect(got[2].isNaN && got[3] == -.infinity && got[4] == -.infinity)
    let slope = mixture.gradient(ofLogDensity: [-1, .nan])
    #expect(abs(slope[0] - 1) < 1e-5 && slope[1].isNaN)
    #expect(mixture.eventsOutsideDomain([-1, 1]).isEmpty)
    let both = FlowEnsemble([positive, positive])
    #expect(both.logDensity([-1]) == [-.infinity] && both.gradient(ofLogDensity: [-1])[0].isNaN)
    #expect(both.eventsOutsideDomain([-1, 1]).map(\.event) == [0])
  }

  /// Far from all members each log-density is finite, and their exponentials are 0.
  @Test func farFromAllMembers() throws {
    let mixture = FlowEnsemble([try normal(0, 1), try normal(0, 2)])
    let far = mixture.logDensity([1_000])[0]
    #expect(abs(far - (-125_000 - log(4) - log(2 * Double.pi) / 2)) < 0.1)
  }

  // MARK: Samples

  @Test func eachMemberDrawsItsShare() throws {
    let mixture = FlowEnsemble([try normal(-100, 1), try normal(0, 1), try normal(100, 1)])
    let samples = try mixture.sample(30_000, seed: 4)
    for mean in [-100.0, 0, 100] {
      let own = samples.filter { abs($0 - mean) < 50 }
      // Five standard deviations of 30,000 draws of probability 1/3, and of the mean of 10,000.
      #expect(abs(own.count - 10_000) < 409)
      #expect(abs(own.reduce(0, +) / Double(own.count) - mean) < 0.051)
    }
  }

  /// Members that are equal do not draw the same events.
  @Test func membersDrawByNumbersOfTheirOwn() throws {
    let flow = try normal(0, 1)
    let samples = try FlowEnsemble(Array(repeating: flow, count: 4)).sample(400, seed: 1)
    #expect(Set(samples).count == 400)
  }

  @Test func samplesDependOnSeedAndNumberAlone() throws {
    let ensemble = FlowEnsemble([try exampleFlow(context: 2), try exampleFlow(context: 2, seed: 7)])
    let context = uniformNumbers(2 * 500, seed: 2)
    let all = try ensemble.evaluator(threads: 1).sample(500, context: context, seed: 9)
    for threads in [2, 3] {
      #expect(try ensemble.evaluator(threads: threads).sample(500, context: context, seed: 9) == all)
    }
    #expect(
      try ensemble.evaluator().sample(100, context: Array(context[..<200]), seed: 9) == Array(all[..<300]))
    #expect(
      try ensemble.evaluator().sample(57, first: 301, context: Array(context[602..<716]), seed: 9)
        == Array(all[903..<1_074]))
    #expect(try ensemble.sample(500, context: context, seed: 10) != all)
  }

  /// Events are numbered in blocks of 65,536.
  @Test func samplesAcrossBlocks() throws {
    let mixture = FlowEnsemble([try normal(-1, 1), try normal(1, 1)]).evaluator()
    let all = try mixture.sample(131_172, seed: 2)
    #expect(try mixture.sample(100, first: 65_500, seed: 2) == Array(all[65_500..<65_600]))
    #expect(try mixture.sample(65_700, first: 65_472, seed: 2) == Array(all[65_472...]))
    #expect(Set(all).count > 131_000)
  }

  @Test func theMeanOfASource() throws {
    let flow = try exampleFlow()
    let ensemble = FlowEnsemble([flow, try exampleFlow(seed: 3)])
    let values = uniformNumbers(3 * 400)
    let logDensities = ensemble.logDensity(values)
    let mean = logDensities.reduce(0, +) / 400
    let variance = logDensities.reduce(0) { $0 + pow($1 - mean, 2) } / 400
    let got = try ensemble.meanLogDensity(of: EventArray(values, dimension: 3))
    #expect(abs(got.value - mean) < 1e-9 && abs(got.standardError - (variance / 400).squareRoot()) < 1e-9)
    // An event of weight 3 counts as three.
    let weighted = try EventArray(Array(values[..<6]), dimension: 3, weights: [3, 1])
    let expected = (3 * logDensities[0] + logDensities[1]) / 4
    #expect(abs(try ensemble.meanLogDensity(of: weighted).value - expected) < 1e-9)
    let none = FlowEnsemble([try layers("monotone(log)")])
    #expect(try none.meanLogDensity(of: EventArray([1, -1], dimension: 1)).value == -.infinity)
  }
}
