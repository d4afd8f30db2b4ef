import Testing

@testable import FlowKit

@Suite struct LatentDiagnosticsTests {
  @Test func momentsAndDistancesAreSciPys() throws {
    let expected = try DiagnosticsReference.read().latents
    let rows = zip(DiagnosticsReference.x, DiagnosticsReference.y).flatMap { [$0, $1] }
    let found = LatentDiagnostics(rows, dimension: 2)
    expectClose(found.features.map(\.mean), expected.mean, within: 1e-12, "mean")
    expectClose(found.features.map(\.standardDeviation), expected.deviation, within: 1e-12, "deviation")
    expectClose(found.features.map(\.skewness), expected.skewness, within: 1e-12, "skewness")
    expectClose(found.features.map(\.excessKurtosis), expected.kurtosis, within: 1e-12, "kurtosis")
    expectClose(found.features.map(\.distance), expected.distance, within: 1e-12, "distance")
    expectClose([found.radiusDistance], [expected.radius], within: 1e-12, "radius")
    expectClose([found.correlation!.value], [expected.correlation], within: 1e-12, "correlation")
    #expect(found.correlation!.first == 0 && found.correlation!.second == 1 && found.isNormal)
  }

  @Test func drawsOfTheBaseStayWithinTheLimitAndOthersDoNot() {
    var beyond = 0
    for seed in 0..<200 {
      let found = LatentDiagnostics(normals(900, seed: UInt64(seed)), dimension: 3)
      let distances = found.features.map(\.distance) + [found.radiusDistance]
      if distances.contains(where: { $0 > found.limit! }) { beyond += 1 }
    }
    // At most 5 % of 200, with four standard deviations.
    #expect(beyond <= 22, "\(beyond)")
    let wide = LatentDiagnostics(normals(9_000, seed: 1).map { 1.1 * $0 }, dimension: 3)
    #expect(wide.radiusDistance > wide.limit!)
    #expect(LatentDiagnostics([0, 1, 2], dimension: 1, weights: [1, 1, 2]).limit == nil)
  }

  @Test func anotherBaseIsComparedByDraws() {
    let (data, draws) = (uniforms(4_000, seed: 6), uniforms(4_000, seed: 7))
    let found = LatentDiagnostics(data, dimension: 2, reference: draws)
    #expect(!found.isNormal)
    let isRight = (found.features.map(\.distance) + [found.radiusDistance]).allSatisfy { $0 < found.limit! }
    #expect(isRight)
    let normal = LatentDiagnostics(data, dimension: 2)
    #expect(normal.radiusDistance > normal.limit!)
  }
}

/// Independent standard normal numbers.
private func normals(_ count: Int, seed: UInt64) -> [Double] {
  uniforms(count, seed: seed).map { Double.normalQuantile(min(max($0, 1e-12), 1 - 1e-12)) }
}
