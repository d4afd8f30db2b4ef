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

  private static let polynomials = [
    "elementwise-sos", "elementwise-sos(degree=8,polynomials=8,bound=2)", "elementwise-sos(degree=1,polynomials=1)",
    "elementwise-bernstein", "elementwise-bernstein(degree=32,bound=2)", "elementwise-bernstein(degree=4)",
  ]
  private static let sigmoids = ["elementwise-naf", "elementwise-naf(units=32)", "elementwise-naf(units=1)"]

  /// Beyond the last feature of the map, and where its slope is smallest: the search finds x, to what y tells of it.
  @Test(arguments: polynomials + sigmoids) func theInverseIsFoundEverywhere(_ text: String) throws {
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
  @Test(arguments: polynomials) func tailsGoOnWithTheSlopeOfTheBorder(_ text: String) throws {
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

  /// What the second row of a unit makes of its logarithm of a.
  private func scale(_ row: Scalar) -> Double {
    let s = Double(row)
    return exp(s / (1 + abs(s) / log(1000.0)))
  }

  /// Far out only the flattest unit is left, and what stands beside it is εx.
  @Test(arguments: sigmoids) func tailsOfSigmoidsHaveTheSlopeOfTheFlattestUnit(_ text: String) throws {
    let layer = try layer(text)
    var random = RandomStream(seed: 10, purpose: .samples)
    let parameters = (0..<layer.parameterCount).map { _ in Scalar(random.normal()) }
    let flattest = stride(from: 1, to: parameters.count, by: 3).map { scale(parameters[$0]) }.min()!
    let expected: Double = log(0.999 * flattest + 0.001)
    let probe = BijectorProbe(layer, parameters: parameters)
    for x: Scalar in [1e4, -1e4, 1e12, -1e12] {
      let got = try probe.map(.forward, [x]).logDeterminants[0]
      #expect(abs(got - expected) < 10 * Double(Scalar.ulpOfOne), "\(x)")
    }
  }

  /// Two units so steep, so unequal and so far apart that sums of their sigmoids would be 0 or 1: y lies between the lines of the units, and
  /// every slope between its bounds.
  @Test func sigmoidsFarApartLeaveASlope() throws {
    let parameters: [Scalar] = [-300, 60, 700, 300, 60, -700]
    let probe = BijectorProbe(try layer("elementwise-naf(units=2)"), parameters: parameters)
    let steepest = scale(60)
    for x: Scalar in [-30, -1.5, -0.3, 0, 0.5, 1.2, 40] {
      let value = try probe.map(.forward, [x])
      let (y, logSlope) = (Double(value.values[0]), value.logDeterminants[0])
      let line: (Double) -> Double = { 0.999 * (steepest * Double(x) + $0) + 0.001 * Double(x) }
      let rounding = 64 * Double(Scalar.ulpOfOne) * (800 + abs(y))
      #expect(y > line(-702) - rounding && y < line(702) + rounding, "\(x): \(y)")
      #expect(logSlope > log(0.00099) && logSlope < log(1000.0), "\(x): \(logSlope)")
      let back = Double(try probe.map(.inverse, value.values).values[0])
      #expect(abs(back - Double(x)) <= rounding / exp(logSlope), "\(x): \(back)")
    }
  }
}
