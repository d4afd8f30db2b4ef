import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

/// A map and its gradients by torch's autograd.
private struct UnitCase: Decodable {
  let kind: String
  let units, dimension: Int
  let theta, x, r, c, z, logDeterminant, gradientX, gradientTheta: ReferenceArray

  var layer: any Bijector {
    switch kind {
    case "planar": Planar(dimension: dimension)
    case "radial": Radial(dimension: dimension)
    default: Sylvester(dimension: dimension, units: units)
    }
  }
}

private let cases: [LawCase] = [
  LawCase("planar 1", Planar(dimension: 1)),
  LawCase("planar 5", Planar(dimension: 5)),
  LawCase("inverse of planar", Inverted(Planar(dimension: 3))),
  LawCase("radial 1", Radial(dimension: 1)),
  LawCase("radial 2", Radial(dimension: 2)),
  LawCase("radial 5", Radial(dimension: 5)),
  LawCase("inverse of radial", Inverted(Radial(dimension: 3))),
  LawCase("sylvester 1", Sylvester(dimension: 1, units: 1)),
  LawCase("sylvester 5 of 1", Sylvester(dimension: 5, units: 1)),
  LawCase("sylvester 5 of 3", Sylvester(dimension: 5, units: 3)),
  LawCase("sylvester 4 of 4", Sylvester(dimension: 4, units: 4)),
  LawCase("inverse of sylvester", Inverted(Sylvester(dimension: 4, units: 2))),
]

@Suite struct TanhUnitTests {
  @Test(arguments: cases) func obeysTheLaws(_ each: LawCase) { each.prove() }

  @Test func mapsAreThoseOfTorch() throws {
    let cases = try ReferenceFile<UnitCase>.cases("units.json")
    #expect(Set(cases.map(\.kind)) == ["planar", "radial", "sylvester"])
    for each in cases {
      let probe = BijectorProbe(each.layer, parameters: each.theta.scalars)
      let (value, gradients) = probe.pullBack(
        .forward, at: each.x.scalars, values: each.r.scalars, logDeterminants: each.c.scalars)
      let what = "\(each.kind) \(each.dimension)"
      let tolerance = 8 * referenceTolerance
      expectClose(value.values, each.z, within: tolerance, "z, \(what)")
      expectClose(value.logDeterminants, each.logDeterminant.values, within: tolerance, "log-determinant, \(what)")
      expectClose(gradients.input, each.gradientX, within: 4 * tolerance, "x̄, \(what)")
      expectClose(gradients.parameters, each.gradientTheta, within: 4 * tolerance, "θ̄, \(what)")
    }
  }

  /// Gains near both ends of their range and far events: the inverse is bounded by rounding and conditioning alone.
  @Test(arguments: [-30, -6, -3, 0, 3, 30, 1000] as [Scalar], [1, 8, 1e4] as [Scalar])
  func inversesHoldForExtremeGains(_ gain: Scalar, _ size: Scalar) throws {
    // One feature, w = 1: u moves wᵀu, and the reflection of one number is a sign.
    let layers: [(any Bijector, [Scalar])] = [
      (Planar(dimension: 1), [gain, 1, 0.3]), (Radial(dimension: 1), [0.2, 0.5, gain]),
      (Sylvester(dimension: 1, units: 1), [1, 0.4, gain, 0.3]),
    ]
    let x = uniformNumbers(64, in: -1...1).map { Scalar($0) * size }
    for (layer, parameters) in layers {
      let probe = BijectorProbe(layer, parameters: parameters)
      let z = try probe.map(.forward, x)
      let back = try probe.map(.inverse, z.values)
      for event in x.indices {
        // Forward rounds terms of the size of x and z, and the inverse divides by the slope.
        let terms = Double(abs(x[event])) + Double(abs(z.values[event])) + 1
        let slope = exp(min(0, z.logDeterminants[event]))
        let tolerance = 64 * Double(Scalar.ulpOfOne) * terms / slope
        #expect(
          abs(Double(back.values[event] - x[event])) <= tolerance, "\(layer.layerList), \(gain): \(x[event])")
        #expect(back.logDeterminants[event].isFinite)
      }
    }
  }

  @Test func radialIsSmoothAtItsCentre() {
    let probe = BijectorProbe(Radial(dimension: 2), parameters: [0.5, -1, 0, 2])
    for direction in BijectorProbe.Direction.allCases {
      let (value, gradients) = probe.pullBack(direction, at: [0.5, -1], values: [1, 1], logDeterminants: [1])
      #expect(value.values == [0.5, -1])
      #expect(value.logDeterminants[0].isFinite && gradients.input.allSatisfy { $0.isFinite })
    }
  }

  /// Training starts at the identity.
  @Test func startsAsTheIdentity() throws {
    for layer in [Planar(dimension: 3), Radial(dimension: 3), Sylvester(dimension: 3, units: 2)] as [any Bijector] {
      var random = RandomStream(seed: 7, purpose: .parameters)
      let probe = BijectorProbe(layer, parameters: layer.initialParameters(using: &random))
      let x: [Scalar] = [0.5, -2, 3]
      let value = try probe.map(.forward, x)
      expectClose(value.values.map { Double($0) }, [0.5, -2, 3], within: referenceTolerance, layer.layerList)
    }
  }

  @Test func layerListsAreReadBack() throws {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList("planar,radial,sylvester(2),sylvester").chain(dimension: 3, using: &random)
    #expect(LayerList.describing(chain.layers) == "planar,radial,sylvester(2),sylvester(3)")
    let error = #expect(throws: FlowError.self) { try LayerList("sylvester(4)").chain(dimension: 3, using: &random) }
    #expect(error?.message.contains("units takes a whole number from 1 to 3") == true)
  }
}
