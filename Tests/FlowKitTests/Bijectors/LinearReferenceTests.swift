import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

/// A layer computed by NumPy.
private struct LinearCase: Decodable {
  let list: String
  let dimension: Int
  let determinantSign: Int
  let parameters, x, z, logDeterminants, inverseInput, inverseOutput, inverseLogDeterminants: ReferenceArray
}

/// What a sample starts `actnorm` at, by NumPy.
private struct ActNormStart: Decodable {
  struct Values: Decodable {
    let sample, parameters: ReferenceArray
  }
  let actnormStart: Values
}

private func layer(_ list: String, dimension: Int) throws -> any Bijector {
  var random = RandomStream(seed: 1, purpose: .architecture)
  return try LayerList(list).chain(dimension: dimension, using: &random).layers[0]
}

@Suite struct LinearReferenceTests {
  @Test func mapsAreThoseOfNumPy() throws {
    let cases = try ReferenceFile<LinearCase>.cases("linear.json")
    #expect(cases.count == 14)
    for each in cases {
      let probe = BijectorProbe(
        try layer(each.list, dimension: each.dimension), parameters: each.parameters.scalars)
      let forward = try probe.map(.forward, each.x.scalars)
      expectClose(forward.values, each.z, within: referenceTolerance, "z, \(each.list)")
      expectClose(
        forward.logDeterminants, each.logDeterminants.values, within: referenceTolerance,
        "log-determinants, \(each.list)")
      let inverse = try probe.map(.inverse, each.inverseInput.scalars)
      expectClose(inverse.values, each.inverseOutput, within: referenceTolerance, "x, \(each.list)")
      expectClose(
        inverse.logDeterminants, each.inverseLogDeterminants.values, within: referenceTolerance,
        "log-determinants of the inverse, \(each.list)")
    }
  }

  @Test func signsOfDeterminantsAreThoseOfNumPy() throws {
    for each in try ReferenceFile<LinearCase>.cases("linear.json") {
      let declared: Int? =
        switch try layer(each.list, dimension: each.dimension) {
        case let layer as LU: layer.determinantSign
        case let layer as PLU: layer.determinantSign
        case let layer as QR: layer.determinantSign
        case let layer as Householder: layer.determinantSign
        default: nil
        }
      #expect(declared == nil || declared == each.determinantSign, "\(each.list)")
    }
  }

  @Test func actnormStartsWhereNumPySays() throws {
    let file = try Data(contentsOf: referenceURL("linear.json"))
    let start = try JSONDecoder().decode(ActNormStart.self, from: file).actnormStart
    let architecture = Architecture(
      chain: try Chain([ActNorm(dimension: 3)], dimension: 3), base: StandardNormal(dimension: 3))
    let flow = try Flow(
      architecture: architecture, startingFrom: EventArray(start.sample.values, dimension: 3))
    // Float rounds the sample first, which a small spread about a large mean shows.
    let tolerance = MemoryLayout<Scalar>.size == 8 ? 1e-12 : 1e-4
    expectClose(flow.parameters, start.parameters, within: tolerance, "start")
  }
}
