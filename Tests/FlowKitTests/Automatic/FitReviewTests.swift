import FlowKitTestSupport
import Testing

@testable import FlowKit

@Suite struct FitReviewTests {
  @Test func theWorstEventsAreNamedWithTheirRows() {
    let scores = ValidationScores([-1, -9, -2, -50, -3, -8], weights: nil, rows: [4, 6, 8, 10, 12, 14])
    let review = FitReview(scores)
    #expect(
      review.worst == [.init(row: 10, logDensity: -50), .init(row: 6, logDensity: -9), .init(row: 14, logDensity: -8)])
    #expect(review.meanWithoutWorst == -2)
    #expect(review.decisive == nil)
  }

  @Test func fewEventsThatDecideTheMeanAreCounted() {
    var values: [Double] = (0..<500).map { -3 + 0.01 * Double($0 % 100) }
    #expect(FitReview(ValidationScores(values, weights: nil)).decisive == nil)
    // Half of the distances, which sum to 125, is less than what two of them have.
    values[17] = -70
    values[18] = -80
    #expect(FitReview(ValidationScores(values, weights: nil)).decisive == 2)
    values[19] = -.infinity
    #expect(FitReview(ValidationScores(values, weights: nil)).decisive == 1)
    // What does not count decides nothing.
    var weights = [Double](repeating: 1, count: 500)
    for event in 17...19 { weights[event] = 0 }
    #expect(FitReview(ValidationScores(values, weights: weights)).decisive == nil)
  }

  @Test func oneComponentIsTheNormalDensity() {
    let (count, dimension) = (300, 3)
    let rows = uniformNumbers(count * dimension, seed: 5)
    let mixture = NormalMixture(rows, dimension: dimension, weights: nil, components: 1, seed: 1)
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
    let mean =
      NormalMixture(train, dimension: 2, weights: nil, components: 2, seed: 1).logDensities(test)
      .reduce(0, +) / 2_000
    let truth = -Double.log(2) - Double.log(2 * .pi * 0.01) - 1
    // The mean of 2,000 has a standard error of 1/√2000 = 0.022.
    #expect(abs(mean - truth) < 0.07)
    let eight = NormalMixture(train, dimension: 2, weights: nil, seed: 1).logDensities(test)
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
    let weighted = NormalMixture(rows, dimension: 2, weights: weights, components: 1, seed: 1)
    let plain = NormalMixture(repeated, dimension: 2, weights: nil, components: 1, seed: 1)
    expectClose(weighted.logDensities(rows), plain.logDensities(rows), within: 1e-9, "log-densities")
  }
}
