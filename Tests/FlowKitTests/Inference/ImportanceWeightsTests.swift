import Testing

@testable import FlowKit

@Suite struct ImportanceWeightsTests {
  /// Quantiles of a generalised Pareto distribution of σ = 1.
  private func quantiles(_ shape: Double, count: Int) -> [Double] {
    (0..<count).map { index in
      let p = (Double(index) + 0.5) / Double(count)
      return (Double.exp(-shape * Double.log(1 - p)) - 1) / shape
    }
  }

  @Test(arguments: [(0.2, 0.2197), (0.5, 0.4987), (0.9, 0.8706)]) func theTailIndexIsThatOfArviZ(
    shape: Double, expected: Double
  ) {
    // `arviz_stats.base.array_stats.psislw`, version 0.8.0.
    let logWeights = quantiles(shape, count: 4_000).map { Double.log($0) }
    #expect(abs(ParetoTail.shape(ofLogWeights: logWeights) - expected) < 1e-3)
  }

  @Test func figuresOfFourWeights() {
    let weights = ImportanceWeights([Double.log(1), .log(2), .log(3), -.infinity])
    expectClose([weights.logZ], [Double.log(1.5)], within: 1e-14, "log Z")
    expectClose([weights.effectiveFraction], [36.0 / 14 / 4], within: 1e-14, "ESS")
    expectClose([weights.elbo], [Double.log(6) / 3], within: 1e-14, "ELBO")
    // The standard error of the mean of 1, 2, 3, 0 over that mean.
    expectClose([weights.logZStandardError], [(5.0 / 3 / 4).squareRoot() / 1.5], within: 1e-14, "se")
  }

  @Test func equalWeightsAreTrusted() {
    let weights = ImportanceWeights([Double](repeating: -3, count: 1_000))
    #expect(weights.isTrusted && weights.effectiveFraction == 1 && weights.logZ == -3)
    expectClose([weights.paretoLimit], [1 - 1.0 / 3], within: 1e-14, "limit")
  }

  @Test func noWeightAtAllIsNotTrusted() {
    let weights = ImportanceWeights([Double](repeating: -.infinity, count: 1_000))
    #expect(!weights.isTrusted && weights.effectiveFraction == 0 && weights.logZ == -.infinity)
  }
}
