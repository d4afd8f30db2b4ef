import FlowKit
import FlowKitTestSupport
import Testing

/// A residual layer computed by PyTorch with singular values, autograd's Jacobian and gradients through both.
private struct ResidualCase: Decodable {
  let dimension, contextDimension: Int
  let hidden: [Int]
  let activation: SmoothActivation
  let lipschitz: Double
  let x, context, parameters, r, c: ReferenceArray
  let z, logDeterminant, spectralNorms, gradientX, gradientContext, gradientParameters: ReferenceArray

  var layer: Residual {
    Residual(
      dimension: dimension, contextDimension: contextDimension, hidden: hidden, lipschitz: lipschitz,
      activation: activation)
  }
}

@Suite struct ResidualReferenceTests {
  private func cases() throws -> [ResidualCase] { try ReferenceFile<ResidualCase>.cases("residual.json") }

  @Test func valuesAndGradientsAreThoseOfPyTorch() throws {
    let cases = try cases()
    #expect(cases.map(\.activation) == [.lipswish, .tanh, .sine])
    for each in cases {
      let probe = BijectorProbe(each.layer, parameters: each.parameters.scalars)
      let (value, gradients) = probe.pullBack(
        .forward, at: each.x.scalars, context: each.context.scalars, values: each.r.scalars,
        logDeterminants: each.c.scalars)
      let tolerance = referenceTolerance
      expectClose(value.values, each.z, within: tolerance, "z")
      expectClose(value.logDeterminants, each.logDeterminant.values, within: tolerance, "log-determinant")
      expectClose(gradients.input, each.gradientX, within: tolerance, "gradient of x")
      expectClose(gradients.context, each.gradientContext, within: tolerance, "gradient of the context")
      expectClose(gradients.parameters, each.gradientParameters, within: tolerance, "gradient of the parameters")
    }
  }

  @Test func theInverseLeadsBackToTheReferenceEvents() throws {
    for each in try cases() {
      let probe = BijectorProbe(each.layer, parameters: each.parameters.scalars)
      let value = try probe.map(.inverse, each.z.scalars, context: each.context.scalars)
      expectClose(value.values, each.x, within: referenceTolerance, "x")
      expectClose(
        value.logDeterminants, each.logDeterminant.values.map { -$0 }, within: referenceTolerance,
        "log-determinant")
    }
  }

  @Test func spectralNormsOfTheScaledWeightsAreThoseOfNumPy() throws {
    for each in try cases() {
      let weights = PreparedWeights(each.layer, each.parameters.scalars)
      expectClose(weights.spectralNorms, each.spectralNorms.values, within: referenceTolerance, "spectral norm")
    }
  }
}
