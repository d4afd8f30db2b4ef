import FlowKit
import FlowKitTestSupport
import Testing

/// x ↦ Ax + b computed by NumPy and SciPy.
private struct TriangularCase: Decodable {
  let kind: String
  let dimension: Int
  let logDeterminant: Double
  let logDiagonal, signs, strict, shift, x, z, inverseInput, inverseOutput: ReferenceArray
}

@Suite struct TriangularReferenceTests {
  @Test func mapsAreThoseOfSciPy() throws {
    let cases = try ReferenceFile<TriangularCase>.cases("triangular.json")
    #expect(Set(cases.map(\.kind)) == ["lower", "upper"])
    for each in cases {
      let signs = each.signs.values.map { Int($0) }
      let layer: any Bijector =
        each.kind == "lower"
        ? LowerTriangular(dimension: each.dimension, signs: signs)
        : UpperTriangular(dimension: each.dimension, signs: signs)
      let probe = BijectorProbe(
        layer, parameters: each.strict.scalars + each.logDiagonal.scalars + each.shift.scalars)
      let forward = try probe.map(.forward, each.x.scalars)
      expectClose(forward.values, each.z, within: referenceTolerance, "z, \(each.kind)")
      let inverse = try probe.map(.inverse, each.inverseInput.scalars)
      expectClose(inverse.values, each.inverseOutput, within: referenceTolerance, "x, \(each.kind)")
      let count = forward.logDeterminants.count
      expectClose(
        forward.logDeterminants, Array(repeating: each.logDeterminant, count: count),
        within: referenceTolerance,
        "log-determinant, \(each.kind)")
      expectClose(
        inverse.logDeterminants, Array(repeating: -each.logDeterminant, count: count),
        within: referenceTolerance,
        "log-determinant of the inverse, \(each.kind)")
    }
  }
}
