import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

@Suite struct BroadComponentTests {
  private struct Case: Decodable {
    let weight: Double
    let means, deviations, factor, rows, logDensities: [Double]

    var component: BroadComponent {
      BroadComponent(
        weight: weight, whitening: Whiten(means: means, standardDeviations: deviations, factor: factor))
    }
  }

  /// A standard normal density with a broad component.
  private func flow(_ component: BroadComponent, dimension: Int) throws -> Flow {
    let chain = try Chain([Shift(dimension: dimension)], dimension: dimension)
    return Flow(
      architecture: Architecture(chain: chain, base: StandardNormal(dimension: dimension), broad: component))
  }

  @Test func aMixtureIsThatOfSciPy() throws {
    for each in try ReferenceFile<Case>.cases("broad.json") {
      let flow = try flow(each.component, dimension: each.means.count)
      // Float: the events are rounded to 24 bits.
      let tolerance = Scalar.self == Double.self ? 1e-12 : 2e-6
      expectClose(flow.logDensity(each.rows), each.logDensities, within: tolerance, "weight \(each.weight)")
    }
  }

  @Test func theGradientIsTheSlope() throws {
    guard Scalar.self == Double.self else { return }
    for each in try ReferenceFile<Case>.cases("broad.json") {
      let dimension = each.means.count
      let flow = try flow(each.component, dimension: dimension)
      let gradients = flow.gradient(ofLogDensity: each.rows)
      for index in each.rows.indices {
        var (low, high) = (each.rows, each.rows)
        let step = 1e-5 * max(1, abs(each.rows[index]))
        low[index] -= step
        high[index] += step
        let event = index / dimension
        let slope = (flow.logDensity(high)[event] - flow.logDensity(low)[event]) / (2 * step)
        #expect(abs(slope - gradients[index]) <= 1e-6 * max(1, abs(slope)))
      }
    }
  }

  /// Events by the quantiles of both parts: the empirical distribution is within 1.95/√N of the true one (a Kolmogorov–
  /// Smirnov test at 0.1 %).
  @Test func samplesFollowTheDensity() throws {
    let component = BroadComponent(
      weight: 0.4, whitening: Whiten(means: [3], standardDeviations: [2], factor: [1]))
    let count = 20_000
    let flow = try flow(component, dimension: 1)
    let drawn = try flow.sample(count, seed: 4)
    let samples = drawn.sorted()
    func broad(_ x: Double) -> Double {
      // Student's t with three degrees of freedom.
      let t = (x - 3) / 2 / 3.0.squareRoot()
      return 0.5 + (t / (1 + t * t) + atan(t)) / .pi
    }
    func normal(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
    let distance = samples.indices.map { index in
      abs(Double(index) / Double(count) - 0.6 * normal(samples[index]) - 0.4 * broad(samples[index]))
    }.max()!
    #expect(distance < 1.95 / Double(count).squareRoot())
    #expect(try Array(drawn[..<100]) == flow.sample(100, seed: 4))
  }

  @Test func anEventBeyondTheNumbersOfAFlowKeepsADensity() throws {
    let component = BroadComponent(
      weight: 0.001, whitening: Whiten(means: [0], standardDeviations: [1], factor: [1]))
    let value = try flow(component, dimension: 1).logDensity([1e12])[0]
    // log ε t(x) → log(0.001 · 6√3/π x⁻⁴).
    #expect(abs(value - (log(0.001 * 6 * 3.0.squareRoot() / .pi) - 4 * log(1e12))) < 1e-4)
  }

  /// With a curved scaling between: the component stays what it is in the events' own units.
  @Test func aScalingDoesNotChangeIt() throws {
    let each = try ReferenceFile<Case>.cases("broad.json")[1]
    let plain = try flow(each.component, dimension: 2)
    let chain = try Chain([Shift(dimension: 2)], dimension: 2)
    let curved = Flow(
      architecture: Architecture(
        chain: chain, base: StandardNormal(dimension: 2),
        preprocessing: [Arcsinh(medians: [0.5, -1], scales: [2, 0.3])], broad: each.component))
    // So far out that the flows, which differ, have no part in it.
    let events: [Double] = [600, -800, 500, 900, -3e3, 1e4]
    expectClose(
      curved.logDensity(events), plain.logDensity(events), within: Scalar.self == Double.self ? 1e-9 : 1e-4, "densities"
    )
    let (slopes, expected) = (curved.gradient(ofLogDensity: events), plain.gradient(ofLogDensity: events))
    for index in slopes.indices {
      #expect((slopes[index] - expected[index]).magnitude <= 1e-3 * expected[index].magnitude)
    }
  }

  @Test func aFitTakesItsMomentsFromTheEvents() throws {
    let events = try EventArray(PlanarSet.moons.events(500), dimension: 2, columns: ["x", "y"])
    let setup = try TrainingSetup(fitting: events, layers: "coupling-affine(hidden=8),permute(reverse)", broad: 0.01)
    let whitening = try #require(setup.architecture.broad).whitening
    let statistics = ColumnStatistics(try setup.train.contents().events, columns: ["x", "y"])
    expectClose(whitening.means, statistics.means, within: 1e-12, "means")
    expectClose(whitening.standardDeviations, statistics.standardDeviations, within: 1e-12, "deviations")
    var options = TrainingOptions()
    options.epochs = 2
    let result = try Trainer(
      TrainingSetup(
        fitting: events, layers: "coupling-affine(hidden=8),permute(reverse)", options: options, broad: 0.01)
    ).fit()
    try withFolder { folder in
      try Model(flow: result.flow, columns: ["x", "y"]).write(to: "\(folder)/model.h5")
      let read = try Model(reading: "\(folder)/model.h5").flow
      #expect(read.logDensity([40, -3, 0, 0]) == result.flow.logDensity([40, -3, 0, 0]))
    }
  }
}
