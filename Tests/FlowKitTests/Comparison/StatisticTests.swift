import Testing

@testable import FlowKit

@Suite struct StatisticTests {
  private let reference: ComparisonReference

  init() throws { reference = try ComparisonReference.read() }

  @Test func kolmogorovAndSmirnovAsSciPy() throws {
    for sample in reference.ks {
      let ks = try KolmogorovSmirnov(sample.x, sample.y)
      expectClose([ks.distance], [sample.distance], within: 1e-14, "distance")
      expectClose([ks.exactP, ks.limitP], [sample.exactP, sample.limitP], within: 1e-10, "p of \(sample.x.count)")
      let swapped = try KolmogorovSmirnov(sample.y, sample.x)
      expectClose([swapped.exactP], [sample.exactP], within: 1e-10, "p of swapped samples")
    }
    for pair in reference.limits {
      expectClose([KolmogorovSmirnov.limit(pair[0])], [pair[1]], within: 1e-12, "limit at \(pair[0])")
    }
  }

  @Test func exactAndLimitMeetForManyRows() throws {
    let ks = try KolmogorovSmirnov(normals(3_000, seed: 1), normals(4_000, shift: 0.03, seed: 2))
    let (exact, limit) = (ks.exactP, ks.limitP)
    #expect(exact < limit && limit < 1.05 * exact + 0.005)
    let equal = try KolmogorovSmirnov([1, 2, 3], [1, 2, 3])
    #expect(equal.distance == 0 && equal.exactP == 1 && equal.limitP == 1)
    // Far beyond what 1 − P could say.
    let apart = try KolmogorovSmirnov((0..<60).map(Double.init), (100..<160).map(Double.init))
    #expect(apart.distance == 1 && apart.exactP > 0 && apart.exactP < 1e-30)
  }

  @Test func noNumbersAreNoSample() {
    #expect(throws: FlowError.self) { try KolmogorovSmirnov([], [1]) }
    #expect(throws: FlowError.self) { try KolmogorovSmirnov([1], [.nan]) }
    #expect(throws: FlowError.self) { try RankComparison([1], []) }
  }

  /// All ways are known: permutations find their part.
  @Test func repeatedValuesByPermutation() {
    let sample = reference.permuted
    let ways = Relabelling(sample.first, sample.values.count - sample.first, permutations: 20_000, seed: 3)
    let p = KolmogorovSmirnov.permutationP(of: [sample.values], ways, WorkerPool(threads: 2))[0]
    // Four standard errors of 20,000 permutations.
    #expect(abs(p - sample.p) < 0.014)
  }

  @Test func relabellingIsFairAndKeepsPairs() {
    let pool = WorkerPool(threads: 2)
    for isPaired in [false, true] {
      let ways = Relabelling(6, isPaired ? 6 : 4, isPaired: isPaired, permutations: 4_000, seed: 1)
      let all = UnitResults.collect(ways.permutations + 1, startingWith: [Bool]()) { all in
        ways.forEach(pool) { way, isFirst in all[way] = isFirst }
      }
      #expect(all[0] == (0..<ways.rows).map { $0 < 6 })
      #expect(all.allSatisfy { $0.count { $0 } == 6 })
      for row in 0..<ways.rows {
        let part = Double(all.dropFirst().count { $0[row] }) / 4_000
        let expected = 6 / Double(ways.rows)
        #expect(abs(part - expected) < 0.04)
        if isPaired, row < 6 { #expect(all.allSatisfy { $0[row] != $0[row + 6] }) }
      }
    }
    #expect(Relabelling.p([3, 1, 2, 3]) == 0.5)
    #expect(Relabelling.p([4, 1, 2, 3]) == 0.25)
  }

  @Test func areaAndErrorAsScikitLearn() throws {
    let sample = reference.ranks
    let ranks = try RankComparison(sample.x, sample.y)
    let error = try #require(ranks.standardError)
    expectClose(
      [ranks.area, ranks.area, error], [sample.area, sample.mannWhitney, sample.error], within: 1e-12, "AUC")
    #expect(RankComparison.ranks(sample.x + sample.y) == sample.ranks)
  }

  @Test func holm() {
    let sample = reference.holm
    expectClose(HolmCorrection.corrected(sample.p), sample.corrected, within: 1e-14, "Holm")
  }

  /// The jackknife takes the bias away: for equal normal samples the distance is D(D + 3)/2 · (1/N + 1/M)/4-like before, about 0 after.
  @Test func frechetWithoutBias() throws {
    var (plain, extrapolated, errors) = (0.0, [Double](), [Double]())
    for seed in 0..<20 as Range<UInt64> {
      let x = try PointCloud(normals(200 * 8, seed: 2 * seed), dimension: 8)
      let y = try PointCloud(normals(200 * 8, seed: 2 * seed + 1), dimension: 8)
      plain += try Wasserstein.gaussianCost(x, y) / 20
      let result = try #require(try Wasserstein.extrapolatedGaussianCost(x, y, seed: seed))
      extrapolated.append(result.cost)
      errors.append(result.standardError)
    }
    let mean = extrapolated.reduce(0, +) / 20
    let spread = (extrapolated.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 19).squareRoot()
    let error = errors.reduce(0, +) / 20
    #expect(plain > 0.1)
    #expect(abs(mean) < 3 * spread / 20.0.squareRoot() + 0.01)
    #expect(error > spread / 3 && error < 3 * spread)
    let few = try PointCloud(normals(15, seed: 1))
    #expect(try Wasserstein.extrapolatedGaussianCost(few, few) == nil)
  }
}
