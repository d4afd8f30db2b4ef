import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

/// log p(z) computed by SciPy, and gradients of Σ w log p by torch.
private struct BaseReference: Decodable {
  let text: String
  let dimension: Int
  let z, logDensity, weights, gradient, parameters, parameterGradient: ReferenceArray
}

@Suite struct BaseReferenceTests {
  @Test func densitiesAndGradientsAreThoseOfSciPy() throws {
    let cases = try ReferenceFile<BaseReference>.cases("bases.json")
    #expect(cases.count == 9)
    for each in cases {
      let base = try Registry.standard.base(each.text, dimension: each.dimension)
      let probe = BaseProbe(base, parameters: each.parameters.scalars)
      let result = probe.pullBack(at: each.z.scalars, cotangents: each.weights.scalars)
      expectClose(result.logDensities, each.logDensity.values, within: referenceTolerance, "\(each.text), log-density")
      expectClose(result.z, each.gradient, within: referenceTolerance, "\(each.text), gradient")
      // Sums over events whose terms are larger than the sum.
      expectClose(
        result.parameters, each.parameterGradient, within: 10 * referenceTolerance, "\(each.text), parameters")
    }
  }

  /// Of events in the middle and far out, by SciPy.
  @Test func ellipticalMixturesAreThoseOfSciPy() throws {
    let cases = try ReferenceFile<MixtureReference>.cases("t-mixture.json")
    #expect(cases.count == 3)
    for each in cases {
      let probe = BaseProbe(
        try Registry.standard.base(each.text, dimension: each.dimension), parameters: each.parameters.scalars)
      expectClose(probe.logDensity(each.z.scalars), each.logDensity.values, within: referenceTolerance, each.text)
    }
  }
}

private struct MixtureReference: Decodable {
  let text: String
  let dimension: Int
  let z, logDensity, parameters: ReferenceArray
}
