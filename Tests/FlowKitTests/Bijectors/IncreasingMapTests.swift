import FlowKitTestSupport
import Foundation
import Testing

@testable import FlowKit

/// Values by mpmath, with parameters of its own for each event.
private struct IncreasingCase: Decodable, CustomTestStringConvertible {
  let layer: String
  let phi, x, r, c, y, logSlope, gradientX, gradientPhi, inverseGradientY, inverseGradientPhi: ReferenceArray
  var testDescription: String { layer }
}

/// The layers of one feature, by their lists.
private func layer(_ text: String) throws -> any Bijector {
  var random = RandomStream(seed: 1, purpose: .architecture)
  return try LayerList(text).chain(dimension: 1, using: &random).layers[0]
}

/// Maps that are increasing on all of ℝ and are inverted by a search.
@Suite struct IncreasingMapTests {
  @Test(arguments: try ReferenceFile<IncreasingCase>.cases("increasing.json"))
  fileprivate func valuesAndGradientsAreThoseOfMpmath(_ each: IncreasingCase) throws {
    let tolerance = 16 * referenceTolerance
    let (layer, count) = (try layer(each.layer), each.phi.shape[1])
    for event in each.x.values.indices {
      let columns = (count * event)..<(count * (event + 1))
      let probe = BijectorProbe(layer, parameters: Array(each.phi.scalars[columns]))
      func check(
        _ direction: BijectorProbe.Direction, _ input: ReferenceArray, _ expected: [Double], _ ofInput: ReferenceArray,
        _ ofPhi: ReferenceArray
      ) {
        let (value, gradients) = probe.pullBack(
          direction, at: [input.scalars[event]], values: [each.r.scalars[event]],
          logDeterminants: [each.c.scalars[event]])
        let got = value.values.map { Double($0) } + value.logDeterminants
        let name = "\(each.layer) \(direction) \(event)"
        expectClose(got, expected, within: tolerance, "values, \(name)")
        let slopes = (gradients.input + gradients.parameters).map { Double($0) }
        let expectedSlopes = [ofInput.values[event]] + Array(ofPhi.values[columns])
        let size = expectedSlopes.map(abs).max()!
        expectClose(slopes, expectedSlopes, within: 4 * tolerance * max(1, size), "gradients, \(name)")
      }
      check(.forward, each.x, [each.y.values[event], each.logSlope.values[event]], each.gradientX, each.gradientPhi)
      // y as Float has it leads to an x that is off by its rounding, over the slope.
      let slope = exp(each.logSlope.values[event])
      if MemoryLayout<Scalar>.size == 8 || abs(each.y.values[event]) / slope < 30 {
        check(
          .inverse, each.y, [each.x.values[event], -each.logSlope.values[event]], each.inverseGradientY,
          each.inverseGradientPhi)
      }
    }
  }

  private static let layers = [
    "elementwise-sos", "elementwise-sos(degree=8,polynomials=8,bound=2)", "elementwise-sos(degree=1,polynomials=1)",
    "elementwise-bernstein", "elementwise-bernstein(degree=32,bound=2)", "elementwise-bernstein(degree=4)",
  ]

  /// Beyond the last feature of the map, and where its slope is smallest: the search finds x, to what y tells of it.
  @Test(arguments: layers) func theInverseIsFoundEverywhere(_ text: String) throws {
    let layer = try layer(text)
    var random = RandomStream(seed: 8, purpose: .samples)
    for spread in [0, 0.3, 1, 3] {
      let parameters = (0..<layer.parameterCount).map { _ in Scalar(spread * random.normal()) }
      let probe = BijectorProbe(layer, parameters: parameters)
      for magnitude: Scalar in [0, 1e-3, 0.3, 1, 2, 4.99, 5, 5.01, 9, 1e3, 1e9, 1e18] {
        for x in [magnitude, -magnitude] {
          let y = try probe.map(.forward, [x])
          let back = try probe.map(.inverse, y.values)
          let slope = Scalar(exp(y.logDeterminants[0]))
          let rounding = 64 * Scalar.ulpOfOne * (5 + abs(x) + abs(y.values[0]) / slope)
          #expect(abs(back.values[0] - x) <= rounding, "\(text), spread \(spread): \(x) became \(back.values[0])")
        }
      }
    }
  }

  /// dy/dx is continuous where the tails begin, and the tails are affine.
  @Test(arguments: layers) func tailsGoOnWithTheSlopeOfTheBorder(_ text: String) throws {
    let layer = try layer(text)
    var random = RandomStream(seed: 9, purpose: .samples)
    let probe = BijectorProbe(layer, parameters: (0..<layer.parameterCount).map { _ in Scalar(0.5 * random.normal()) })
    for border: Scalar in text.contains("bound=2") ? [-2, 2] : [-5, 5] {
      let places = [border * (1 - 4 * Scalar.ulpOfOne), border, border * 1.5, border * 1000]
      let slopes = try places.map { try probe.map(.forward, [$0]).logDeterminants[0] }
      for slope in slopes { #expect(abs(slope - slopes[1]) < 1e-4) }
      #expect(slopes[1] == slopes[2] && slopes[2] == slopes[3])
    }
  }
}
