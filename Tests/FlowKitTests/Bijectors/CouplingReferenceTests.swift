import FlowKit
import FlowKitTestSupport
import Testing

/// An affine coupling computed by PyTorch, zuko and nflows: L = Σ r z + Σ c log|det| and its gradients.
private struct CouplingCase: Decodable {
  let dimension, contextDimension: Int
  let hidden: [Int]
  let activation: Activation
  let logScaleBound: Double
  let x, context, parameters, r, c: ReferenceArray
  let z, logDeterminant, gradientX, gradientContext, gradientParameters: ReferenceArray
}

@Suite struct CouplingReferenceTests {
  private func cases() throws -> [CouplingCase] {
    try ReferenceFile<CouplingCase>.cases("coupling-affine.json")
  }

  private func probe(_ each: CouplingCase) -> BijectorProbe {
    let coupling = Coupling(
      dimension: each.dimension, contextDimension: each.contextDimension, mask: .halves, map: AffineMap(),
      hidden: each.hidden, activation: each.activation)
    return BijectorProbe(coupling, parameters: each.parameters.scalars)
  }

  @Test func valuesAndGradientsAreThoseOfOtherLibraries() throws {
    let cases = try cases()
    #expect(cases.map(\.contextDimension) == [0, 2])
    for each in cases {
      #expect(each.logScaleBound == AffineMap.defaultLogScaleBound)
      let (value, gradients) = probe(each).pullBack(
        .forward, at: each.x.scalars, context: each.context.scalars, values: each.r.scalars,
        logDeterminants: each.c.scalars)
      let tolerance = referenceTolerance
      expectClose(value.values, each.z, within: tolerance, "z")
      expectClose(value.logDeterminants, each.logDeterminant.values, within: tolerance, "log-determinant")
      expectClose(gradients.input, each.gradientX, within: tolerance, "gradient of x")
      expectClose(gradients.context, each.gradientContext, within: tolerance, "gradient of the context")
      expectClose(
        gradients.parameters, each.gradientParameters, within: tolerance, "gradient of the parameters")
    }
  }

  @Test func inverseLeadsBackToTheReferenceEvents() throws {
    for each in try cases() {
      let value = try probe(each).map(.inverse, each.z.scalars, context: each.context.scalars)
      expectClose(value.values, each.x, within: referenceTolerance, "x")
      expectClose(
        value.logDeterminants, each.logDeterminant.values.map { -$0 }, within: referenceTolerance,
        "log-determinant")
    }
  }
}
