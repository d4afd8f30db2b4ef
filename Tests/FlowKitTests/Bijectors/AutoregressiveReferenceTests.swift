import FlowKit
import FlowKitTestSupport
import Testing

/// Autoregressive layers computed by PyTorch with explicit masks, checked against zuko and nflows.
private struct AutoregressiveCase: Decodable {
  let map: String
  let bins, dimension, contextDimension: Int
  let bound: Double
  let ordering, hidden: [Int]
  let activation: Activation
  let x, context, parameters, isMasked, r, c: ReferenceArray
  let z, logDeterminant, gradientX, gradientContext, gradientParameters: ReferenceArray
  let inverseInput, inverseOutput, inverseLogDeterminant: ReferenceArray
  let inverseGradientInput, inverseGradientContext, inverseGradientParameters: ReferenceArray

  var name: String { "\(map) given \(contextDimension) in order \(ordering)" }

  var bijector: any Bijector {
    switch map {
    case AffineMap.name: layer(AffineMap())
    case RationalQuadraticSpline.name: layer(RationalQuadraticSpline(bins: bins, bound: bound))
    default: preconditionFailure("no scalar map \(map)")
    }
  }

  private func layer<Map: ScalarMap>(_ map: Map) -> Autoregressive<Map> {
    Autoregressive(
      dimension: dimension, contextDimension: contextDimension, ordering: ordering, map: map, hidden: hidden,
      activation: activation)
  }

  var probe: BijectorProbe { BijectorProbe(bijector, parameters: parameters.scalars) }

  /// Affine layers chain four exponentials of up to e³, and knots are known to ε B only.
  var tolerance: Double { MemoryLayout<Scalar>.size == 8 ? 1e-11 : 1e-4 }
}

@Suite struct AutoregressiveReferenceTests {
  private func cases() throws -> [AutoregressiveCase] {
    try ReferenceFile<AutoregressiveCase>.cases("autoregressive.json")
  }

  @Test func forwardPassesAreThoseOfOtherLibraries() throws {
    let cases = try cases()
    #expect(cases.map(\.contextDimension) == [0, 2, 2, 0])
    for each in cases {
      let (value, gradients) = each.probe.pullBack(
        .forward, at: each.x.scalars, context: each.context.scalars, values: each.r.scalars,
        logDeterminants: each.c.scalars)
      let (tolerance, name) = (each.tolerance, each.name)
      expectClose(value.values, each.z, within: tolerance, "z, \(name)")
      expectClose(value.logDeterminants, each.logDeterminant.values, within: tolerance, "log-determinant, \(name)")
      expectClose(gradients.input, each.gradientX, within: tolerance, "gradient of x, \(name)")
      expectClose(gradients.context, each.gradientContext, within: tolerance, "gradient of the context, \(name)")
      expectClose(
        gradients.parameters, each.gradientParameters, within: tolerance, "gradient of the parameters, \(name)")
      expectNoGradientWhereMasked(gradients, each)
    }
  }

  @Test func inversePassesAreThoseOfOtherLibraries() throws {
    for each in try cases() {
      let (value, gradients) = each.probe.pullBack(
        .inverse, at: each.inverseInput.scalars, context: each.context.scalars, values: each.r.scalars,
        logDeterminants: each.c.scalars)
      let (tolerance, name) = (each.tolerance, each.name)
      expectClose(value.values, each.inverseOutput, within: tolerance, "x, \(name)")
      expectClose(
        value.logDeterminants, each.inverseLogDeterminant.values, within: tolerance, "log-determinant, \(name)")
      expectClose(gradients.input, each.inverseGradientInput, within: tolerance, "gradient of z, \(name)")
      expectClose(
        gradients.context, each.inverseGradientContext, within: tolerance, "gradient of the context, \(name)")
      expectClose(
        gradients.parameters, each.inverseGradientParameters, within: tolerance,
        "gradient of the parameters, \(name)")
      expectNoGradientWhereMasked(gradients, each)
    }
  }

  @Test func inverseLeadsBackToTheReferenceEvents() throws {
    for each in try cases() {
      let value = try each.probe.map(.inverse, each.z.scalars, context: each.context.scalars)
      expectClose(value.values, each.x, within: each.tolerance, "x, \(each.name)")
      expectClose(
        value.logDeterminants, each.logDeterminant.values.map { -$0 }, within: each.tolerance,
        "log-determinant, \(each.name)")
    }
  }

  private func expectNoGradientWhereMasked(_ gradients: BijectorProbe.Gradients, _ each: AutoregressiveCase) {
    let masked = zip(gradients.parameters, each.isMasked.values).filter { $0.1 > 0 }
    #expect(!masked.isEmpty && masked.allSatisfy { $0.0 == 0 }, "\(each.name)")
  }

  @Test func maskedParametersDoNotMatter() throws {
    for each in try cases() {
      var other = each.parameters.scalars
      for index in other.indices where each.isMasked.values[index] > 0 { other[index] = .nan }
      let probes = [each.probe, BijectorProbe(each.bijector, parameters: other)]
      for direction in BijectorProbe.Direction.allCases {
        let values = try probes.map { try $0.map(direction, each.x.scalars, context: each.context.scalars) }
        #expect(values[0] == values[1], "\(each.name), \(direction)")
      }
    }
  }

  /// The first position sees the context alone, by way of the units of degree 0: p(x₁ | c) must vary with c.
  @Test func theFirstPositionDependsOnTheContext() throws {
    for each in try cases() where each.contextDimension > 0 {
      let (first, D) = (each.ordering[0], each.dimension)
      let x = [Scalar](repeating: 0.3, count: D * 5)
      let z = try each.probe.map(.forward, x, context: each.context.scalars).values
      let firsts = (0..<5).map { z[$0 * D + first] }
      #expect(Set(firsts).count == 5, "\(each.name): \(firsts)")
      var cotangent = [Scalar](repeating: 0, count: D * 5)
      for event in 0..<5 { cotangent[event * D + first] = 1 }
      let (_, gradients) = each.probe.pullBack(
        .forward, at: x, context: each.context.scalars, values: cotangent,
        logDeterminants: [Scalar](repeating: 0, count: 5))
      #expect(gradients.context.allSatisfy { $0 != 0 }, "\(each.name)")
    }
  }
}
