import FlowKit
import FlowKitTestSupport
import Testing

private let spline = RationalQuadraticSpline(bins: 4, bound: 3)

private let cases: [LawCase] = [
  LawCase("element-wise affine 1", Elementwise(dimension: 1, map: AffineMap())),
  LawCase("element-wise affine 4", Elementwise(dimension: 4, map: AffineMap(logScaleBound: 2))),
  LawCase("inverse of element-wise affine", Inverted(Elementwise(dimension: 2, map: AffineMap()))),
  LawCase(
    "element-wise affine 3 given 2",
    Elementwise(dimension: 3, contextDimension: 2, map: AffineMap(), hidden: [5, 4], activation: .tanh)),
  .knotted("element-wise splines 1", Elementwise(dimension: 1, map: spline)),
  .knotted("element-wise splines 3", Elementwise(dimension: 3, map: spline)),
  .knotted("inverse of element-wise splines", Inverted(Elementwise(dimension: 2, map: spline))),
  .knotted(
    "element-wise splines 2 given 1",
    Elementwise(dimension: 2, contextDimension: 1, map: spline, hidden: [4], activation: .silu)),
]

/// A spline by nflows, with logits of its own for each event.
private struct SplineCase: Decodable {
  let bins: Int
  let bound: Double
  let isExtreme: Bool
  let phi, r, forwardInput, forwardC, forwardOutput, forwardLogSlope, forwardGradientInput: ReferenceArray
  let forwardGradientPhi: ReferenceArray
}

@Suite struct ElementwiseTests {
  @Test(arguments: cases) func obeysTheLaws(_ each: LawCase) { each.prove() }

  /// One event at a time, because an element-wise layer has the same parameters for all of them.
  @Test func splinesAreThoseOfNflows() throws {
    for each in try ReferenceFile<SplineCase>.cases("spline.json") where !each.isExtreme {
      let layer = Elementwise(dimension: 1, map: RationalQuadraticSpline(bins: each.bins, bound: each.bound))
      let width = layer.parameterCount
      for event in each.forwardInput.values.indices {
        let columns = (event * width)..<((event + 1) * width)
        let probe = BijectorProbe(layer, parameters: Array(each.phi.scalars[columns]))
        let (value, gradients) = probe.pullBack(
          .forward, at: [each.forwardInput.scalars[event]], values: [each.r.scalars[event]],
          logDeterminants: [each.forwardC.scalars[event]])
        let got = value.values.map { Double($0) } + value.logDeterminants
        let tolerance = 8 * referenceTolerance
        expectClose(
          got, [each.forwardOutput.values[event], each.forwardLogSlope.values[event]], within: tolerance, "values")
        expectClose(
          gradients.input.map { Double($0) }, [each.forwardGradientInput.values[event]], within: tolerance, "input")
        expectClose(
          gradients.parameters.map { Double($0) }, Array(each.forwardGradientPhi.values[columns]), within: tolerance,
          "parameters")
      }
    }
  }

  /// y = x exp(s) + t with s = a / (1 + |a| / B), by hand: B = 2 and a = 2 make s = 1.
  @Test func affineMapsAreThoseOfTheFormula() throws {
    let layer = Elementwise(dimension: 2, map: AffineMap(logScaleBound: 2))
    let value = try BijectorProbe(layer, parameters: [3, 2, -1, -2]).map(.forward, [1, 1, 0, 2])
    let e = 2.718281828459045
    expectClose(value.values.map { Double($0) }, [3 + e, 1 / e - 1, 3, 2 / e - 1], within: referenceTolerance, "z")
    expectClose(value.logDeterminants, [0, 0], within: referenceTolerance, "log-determinant")
  }

  @Test func layerListsAreReadBack() throws {
    for (text, context) in [
      ("elementwise-affine", 0), ("elementwise-affine(bound=2.0)", 0), ("elementwise-rqs(bins=8,bound=5.0)", 0),
      ("elementwise-affine(hidden=8x4)", 2), ("elementwise-rqs(bins=4,bound=3.0,hidden=16,activation=silu)", 1),
    ] {
      var random = RandomStream(seed: 1, purpose: .architecture)
      let chain = try LayerList(text).chain(dimension: 3, contextDimension: context, using: &random)
      #expect(LayerList.describing(chain.layers) == text)
      #expect(chain.layers[0].contextDimension == context)
    }
  }

  @Test func withoutContextThereIsNoNetwork() {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let error = #expect(throws: FlowError.self) {
      try LayerList("elementwise-affine(hidden=8)").chain(dimension: 2, using: &random)
    }
    #expect(error?.message.contains("elementwise-affine takes no such argument") == true)
  }
}
