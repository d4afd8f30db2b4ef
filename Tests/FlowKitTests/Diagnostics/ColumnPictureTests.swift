import Testing

@testable import FlowKit

@Suite struct ColumnPictureTests {
  private let x = DiagnosticsReference.x
  private let weights = DiagnosticsReference.weights

  @Test func histogramsAreNumPys() throws {
    let expected = try DiagnosticsReference.read().histogram
    let found = ColumnHistogram(x, weights: weights, range: -1...1.4, bins: 12)
    expectClose(found.densities, expected.densities, within: 1e-12, "densities")
    expectClose(found.errors, expected.errors, within: 1e-12, "errors")
    expectClose([found.outside], [expected.outside], within: 1e-12, "outside")
    // The density of what is inside and what is outside are everything.
    let inside = found.densities.reduce(0, +) * 0.2
    expectClose([inside + found.outside], [1], within: 1e-12, "all")
  }

  @Test func theUpperEndBelongsToTheLastBin() {
    let found = ColumnHistogram([0, 1, 1, 2], range: 0...1, bins: 2)
    #expect(found.densities == [0.5, 1] && found.outside == 0.25)
  }

  @Test func quantilesAndDistancesAreThoseOfNumPyAndSciPy() throws {
    let expected = try DiagnosticsReference.read().column
    let (weighted, plain) = (SortedColumn(x, weights: weights), SortedColumn(x))
    let other = SortedColumn(DiagnosticsReference.y)
    #expect(expected.parts.map(weighted.quantile) == expected.quantiles)
    #expect(expected.parts.map(plain.quantile) == expected.plain)
    let found = [
      weighted.effectiveCount, plain.distance(to: other), weighted.distance(to: other),
      plain.distance { Double.normalProbability(below: $0) },
    ]
    expectClose(
      found, [expected.effective, expected.twoSample, expected.weighted, expected.normal], within: 1e-12, "column")
    #expect(plain.distribution(plain.values[0]) == 0.005 && plain.distribution(-9) == 0 && plain.distribution(9) == 1)
  }

  @Test func aDistanceIsBeyondItsLimitAsOftenAsItMayBe() throws {
    // 2 exp(-2 n t²) = 0.05, and the bound of Massart is close for many events: P of the limit is 0.05 (1 + o(1)).
    let limit = SortedColumn.distanceLimit(400, probability: 0.95)
    expectClose([limit], [0.06790508], within: 1e-7, "limit")
    var beyond = 0
    for seed in 0..<400 {
      let column = SortedColumn(uniforms(400, seed: UInt64(seed)))
      if column.distance(to: { min(1, max(0, $0)) }) > limit { beyond += 1 }
    }
    // At most 5 %: 20 of 400, with four standard deviations above it.
    #expect(beyond <= 38, "\(beyond)")
    #expect(beyond >= 4, "\(beyond)")
  }

  @Test func bandsHoldTheTruthAndFindADifference() {
    let data = SortedColumn(uniforms(2_000, seed: 1))
    let same = QuantileComparison(data: data, model: SortedColumn(uniforms(2_000, seed: 2)))
    #expect(!same.isDifferent)
    let isWithin = same.parts.indices.allSatisfy {
      same.lower[$0] <= same.model[$0] && same.model[$0] <= same.upper[$0]
    }
    #expect(isWithin)
    let shifted = QuantileComparison(data: data, model: SortedColumn(uniforms(2_000, seed: 2).map { $0 + 0.2 }))
    #expect(shifted.isDifferent)
    #expect(abs(shifted.distance - 0.2) < 0.05)
  }

  @Test func binsFollowFreedmanAndDiaconis() {
    // 2 · ½ / 1000^⅓ = 0.1: ten bins over 1, a hundred over 10.
    let column = SortedColumn((0..<1_000).map { (Double($0) + 0.5) / 1_000 })
    #expect(ColumnHistogram.bins(for: column, range: 0...1.5) == 15)
    #expect(ColumnHistogram.bins(for: column, range: 0...10, atMost: 60) == 60)
    #expect(ColumnHistogram.bins(for: column, range: 0...0.1) == 10)
  }
}

/// Independent numbers in [0, 1).
func uniforms(_ count: Int, seed: UInt64) -> [Double] { uniformNumbers(count, in: 0...1, seed: seed) }
