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
}
