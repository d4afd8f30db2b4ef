import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

/// A spline on the circle by nflows, with logits of its own for each event.
private struct CircularCase: Decodable {
  let bins: Int
  let phi, x, r, c, y, logSlope, gradientX, gradientPhi: ReferenceArray
}

/// Events whose images stay away from the jump at ±π while the rotation is small. The seed keeps them farther from the
/// knots than the steps of central differences.
private func lawCase(_ name: String, _ bijector: any Bijector, seed: UInt64 = 1) -> LawCase {
  var result = LawCase.knotted(name, bijector)
  result.settings.events = uniformNumbers(32 * bijector.dimension, in: -1.6...1.6, seed: seed)
  result.settings.parameterNoise = 0.2
  return result
}

private let cases: [LawCase] = [
  lawCase("circular spline 1", Elementwise(dimension: 1, map: CircularSpline(bins: 3))),
  lawCase("circular spline 3", Elementwise(dimension: 3, map: CircularSpline(bins: 4)), seed: 9),
  lawCase("inverse of circular spline", Inverted(Elementwise(dimension: 2, map: CircularSpline(bins: 2)))),
  lawCase(
    "circular spline 2 given 1",
    Elementwise(dimension: 2, contextDimension: 1, map: CircularSpline(bins: 3), hidden: [4], activation: .tanh)),
  lawCase(
    "circular spline coupling 3", Coupling(dimension: 3, map: CircularSpline(bins: 3), hidden: [4], activation: .tanh),
    seed: 2),
  lawCase(
    "circular autoregressive splines 2",
    Autoregressive(dimension: 2, map: CircularSpline(bins: 2), hidden: [4], activation: .tanh)),
]

@Suite struct CircularSplineTests {
  @Test(arguments: cases) func obeysTheLaws(_ each: LawCase) { each.prove() }

  /// One event at a time, because an element-wise layer has the same parameters for all of them.
  @Test func splinesAreThoseOfNflows() throws {
    for each in try ReferenceFile<CircularCase>.cases("circular.json") {
      let layer = Elementwise(dimension: 1, map: CircularSpline(bins: each.bins))
      let width = layer.parameterCount
      for event in each.x.values.indices {
        let columns = (event * width)..<((event + 1) * width)
        let probe = BijectorProbe(layer, parameters: Array(each.phi.scalars[columns]))
        let (value, gradients) = probe.pullBack(
          .forward, at: [each.x.scalars[event]], values: [each.r.scalars[event]],
          logDeterminants: [each.c.scalars[event]])
        let tolerance = 16 * referenceTolerance
        let got = value.values.map { Double($0) } + value.logDeterminants
        expectClose(got, [each.y.values[event], each.logSlope.values[event]], within: tolerance, "values")
        expectClose(gradients.input.map { Double($0) }, [each.gradientX.values[event]], within: tolerance, "x̄")
        expectClose(
          gradients.parameters.map { Double($0) }, Array(each.gradientPhi.values[columns]), within: tolerance, "φ̄")
        let back = try probe.map(.inverse, value.values)
        expectClose(back.values.map { Double($0) }, [each.x.values[event]], within: tolerance, "inverse")
      }
    }
  }

  /// The angles that a coupling leaves alone may be any numbers; those that it transforms are on the circle.
  @Test func layersOfTheMapHaveItsDomain() {
    let coupling = Coupling(dimension: 3, map: CircularSpline(), hidden: [4])
    let circle = CircularSpline().domain
    #expect(coupling.domain == [.real, circle, circle])
    let input = [Interval(0, 1), Interval(-1, 1), Interval(-2, 2)]
    #expect(coupling.image(of: input) == [Interval(0, 1), circle, circle])
    let autoregressive = Autoregressive(dimension: 2, map: CircularSpline(), hidden: [4])
    #expect(
      autoregressive.domain == [circle, circle] && autoregressive.image(of: [.real, .real]) == [circle, circle])
  }

  /// The slope is the same just either side of ±π, and results stay on the circle.
  @Test func densitiesAreContinuousAcrossTheEnds() throws {
    var random = RandomStream(seed: 4, purpose: .parameters)
    let layer = Elementwise(dimension: 1, map: CircularSpline(bins: 5))
    for _ in 0..<20 {
      let parameters = (0..<layer.parameterCount).map { _ in Scalar(4 * random.uniform() - 2) }
      let probe = BijectorProbe(layer, parameters: parameters)
      let end = Scalar(Double.pi)
      let near = [-end, (-end).nextUp, end.nextDown, end]
      let value = try probe.map(.forward, near)
      let slopes = value.logDeterminants
      #expect(slopes.max()! - slopes.min()! < 64 * Double(Scalar.ulpOfOne) * 100, "\(slopes)")
      #expect(value.values.allSatisfy { -end <= $0 && $0 < end })
      // Both ends are one point: their images differ by rounding, or by a whole turn.
      let turns = Double(value.values[0] - value.values[3]) / (2 * Double.pi)
      #expect(abs(turns - turns.rounded()) < 16 * Double(Scalar.ulpOfOne))
    }
  }

  /// log p of a flow with a rotation, on a grid of the whole circle: no event is lost, and the ends are inside.
  @Test func theCircleIsMappedOntoItself() throws {
    let layer = Elementwise(dimension: 1, map: CircularSpline(bins: 4))
    var random = RandomStream(seed: 6, purpose: .parameters)
    let parameters = (0..<layer.parameterCount).map { _ in Scalar(2 * random.uniform() - 1) }
    let probe = BijectorProbe(layer, parameters: parameters)
    let count = 4_096
    let x = (0..<count).map { Scalar(-Double.pi + 2 * Double.pi * (Double($0) + 0.5) / Double(count)) }
    // ∫ |dy/dx| dx = 2π, the trapezoidal rule on a periodic function with kinks in its slope.
    let total = try probe.map(.forward, x).logDeterminants.reduce(0) { $0 + exp($1) } / Double(count)
    #expect(abs(total - 1) < 1e-5)
    #expect(layer.domain[0].contains(Double.pi) && layer.domain[0].contains(-Double.pi))
    #expect(!layer.domain[0].contains(3.15))
  }

  @Test func layerListsAreReadBack() throws {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList("circular-rqs,circular-rqs(bins=4)").chain(dimension: 2, using: &random)
    #expect(LayerList.describing(chain.layers) == "circular-rqs(bins=8),circular-rqs(bins=4)")
    #expect(chain.domain[1].contains(Double.pi))
    let error = #expect(throws: FlowError.self) {
      try LayerList("lower,circular-rqs").chain(dimension: 2, using: &random)
    }
    #expect(error?.message.contains("layer 1, circular-rqs(bins=8), is defined for") == true)
  }
}
