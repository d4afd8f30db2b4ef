import FlowKitTestSupport
import Testing

@testable import FlowKit

@Suite struct StudentTMixtureFitTests {
  private func mixture(
    _ rows: [Double], _ dimension: Int, _ weights: [Double]? = nil, components: Int, isNormal: Bool = true
  ) -> StudentTMixtureFit {
    var random = RandomStream(seed: 1, purpose: .start)
    return StudentTMixtureFit(
      rows, dimension: dimension, weights: weights, components: components, isNormal: isNormal, using: &random)
  }

  @Test func oneComponentIsTheNormalDensity() {
    let (count, dimension) = (300, 3)
    let rows = uniformNumbers(count * dimension, seed: 5)
    let mixture = mixture(rows, dimension, components: 1)
    let statistics = ColumnStatistics(rows, columns: ["a", "b", "c"])
    // Of a normal density with the moments of the events the mean log-density is −(D/2)(1 + log 2π) − ½ log|Σ|.
    var logDeterminant = statistics.standardDeviations.reduce(0) { $0 + Double.log($1) }
    let factor = statistics.regularCorrelationFactor!
    for i in 0..<dimension { logDeterminant += Double.log(factor[i * (dimension + 1)]) }
    let mean: Double = mixture.logDensities(rows).reduce(0, +) / Double(count)
    let expected = -0.5 * Double(dimension) * (1 + Double.log(2 * .pi)) - logDeterminant
    // A variance of 1/12 with 10⁻⁶ more.
    #expect(abs(mean - expected) < 1e-4)
  }

  @Test func aMixtureFindsItsComponents() {
    // Two normal densities with deviations 0.1, far apart: log p is −log 2 less the entropy log(2πe·0.01) of each.
    var random = RandomStream(seed: 3, purpose: .samples)
    var rows: [Double] = []
    for event in 0..<4_000 {
      let centre = event % 2 == 0 ? 1.0 : -1
      rows += [centre + 0.1 * random.normal(), centre + 0.1 * random.normal()]
    }
    let (train, test) = (Array(rows[..<4_000]), Array(rows[4_000...]))
    let mean = mixture(train, 2, components: 2).logDensities(test).reduce(0, +) / 2_000
    let truth = -Double.log(2) - Double.log(2 * .pi * 0.01) - 1
    // The mean of 2,000 has a standard error of 1/√2000 = 0.022.
    #expect(abs(mean - truth) < 0.07)
    let eight = mixture(train, 2, components: 8).logDensities(test)
    let other: Double = eight.reduce(0, +) / 2_000
    #expect(other > truth - 0.09)
  }

  @Test func weightsAreRepetitions() {
    let rows = uniformNumbers(200, seed: 8)
    var weights = [Double](repeating: 1, count: 100)
    var repeated = rows
    for event in stride(from: 0, to: 100, by: 3) {
      weights[event] = 2
      repeated += rows[(2 * event)..<(2 * event + 2)]
    }
    let weighted = mixture(rows, 2, weights, components: 1)
    let plain = mixture(repeated, 2, components: 1)
    expectClose(weighted.logDensities(rows), plain.logDensities(rows), within: 1e-9, "log-densities")
  }

  /// Student t events with ν = 4 about (3, −2), correlated, and one in fifty a million times as far away as it should be.
  private func farEvents(_ count: Int) -> [Double] {
    var random = RandomStream(seed: 6, purpose: .samples)
    return (0..<count).flatMap { event in
      let square = (0..<4).reduce(0.0) { sum, _ in
        let normal = random.normal()
        return sum + normal * normal
      }
      let far = (4 / square).squareRoot() * (event % 50 == 49 ? 1e6 : 1)
      let (a, b) = (random.normal() * far, random.normal() * far)
      return [3 + a, -2 + 0.8 * a + 0.6 * b]
    }
  }

  /// Location, shape and ν are found, and far events do not blind the fit.
  @Test func tailsAreFound() {
    let rows = farEvents(6_000)
    let near = rows.indices.filter { $0 / 2 % 50 != 49 }.map { rows[$0] }
    let part = mixture(near, 2, components: 1, isNormal: false).parts[0]
    // Standard errors are about √(Σ/n) = 0.017, and 0.25 for ν.
    #expect(abs(part.mean[0] - 3) < 0.08 && abs(part.mean[1] + 2) < 0.08)
    #expect(abs(part.freedom - 4) < 0.9, "\(part.freedom)")
    #expect(abs(part.scale[0] - 1) < 0.1 && abs(part.scale[1] - 0.8) < 0.1 && abs(part.scale[3] - 1) < 0.1)
    let blinded = mixture(rows, 2, components: 1, isNormal: false).parts[0]
    #expect(abs(blinded.mean[0] - 3) < 0.1 && blinded.scale[0] < 2)
  }

  /// Another unit of a column, another origin: the same density, but for the units.
  @Test func theResultDoesNotDependOnUnits() {
    let rows = farEvents(500)
    let other = rows.indices.map { $0 % 2 == 0 ? 1e5 * rows[$0] - 7 : rows[$0] }
    let one = mixture(rows, 2, components: 3, isNormal: false).logDensities(rows)
    let two = mixture(other, 2, components: 3, isNormal: false).logDensities(other).map { $0 + Double.log(1e5) }
    expectClose(two, one, within: 1e-6, "log-densities")
  }

  /// The base starts as the density that the fit has found.
  @Test func theBaseStartsAsTheFit() throws {
    let rows = farEvents(512).map { max(-9, min(9, $0)) }
    let base = StudentTMixture(dimension: 2, components: 3)
    let sample = rows.map { Scalar($0) }
    var tile = Tile(features: 2, width: 512, pool: TilePool())
    tile.fill { feature, event in sample[2 * event + feature] }
    var random = RandomStream(seed: 1, purpose: .start)
    let parameters = base.initialParameters(for: tile, given: nil, using: &random)
    let own = BaseProbe(base, parameters: parameters).logDensity(sample)
    let events = sample.map { Double($0) }
    let expected = mixture(events, 2, components: 3, isNormal: false).logDensities(events)
    expectClose(own, expected, within: 1e-4, "log-densities")
  }
}
