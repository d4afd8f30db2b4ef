import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

/// One map of one number.
private struct MapCase: Decodable {
  let kind: String
  let parameters: [Double?]
  let x, z, logSlope: ReferenceArray

  var layer: any ElementwisePreprocessing {
    switch kind {
    case "bounds": Bounded(lower: [parameters[0]], upper: [parameters[1]])
    case "arcsinh": Arcsinh(medians: [parameters[0]!], scales: [parameters[1]])
    case "robust": RobustScaling(medians: [parameters[0]!], scales: [parameters[1]!])
    default: Circular(periods: [Interval(parameters[0]!, parameters[1]!)])
    }
  }
}

@Suite struct PreprocessingTests {
  @Test func mapsAreThoseOfSciPy() throws {
    let cases = try ReferenceFile<MapCase>.cases("preprocessing.json")
    #expect(Set(cases.map(\.kind)) == ["bounds", "arcsinh", "robust", "circular"])
    for each in cases {
      var (rows, logDeterminants) = (each.x.values, each.x.values.map { _ in 0.0 })
      each.layer.forward(rows: &rows, addingTo: &logDeterminants)
      // An angle keeps an ulp of Scalar away from the ends.
      let tolerance = each.kind == "circular" ? 2 * Double(Scalar.pi.ulp) : 1e-9
      expectClose(rows, each.z.values, within: tolerance, each.kind)
      expectClose(logDeterminants, each.logSlope.values, within: 1e-9, "log slope, \(each.kind)")
      each.layer.inverse(rows: &rows, addingTo: &logDeterminants)
      guard each.kind != "circular" else { continue }
      for (x, back) in zip(each.x.values, rows) { #expect(abs(x - back) <= 1e-9 * max(1, abs(x)), "\(each.kind)") }
    }
  }

  // MARK: Bounds

  /// 1e16 + 1 rounds to 1e16: the nearest values to the bounds are taken, and never a bound.
  private static let bounds: [(Double?, Double?)] = [
    (0, 1), (0, nil), (nil, 0), (-1e16, 1e16), (1e16, 1e16 + 4), (-3, (-3.0).nextUp.nextUp),
  ]

  @Test(arguments: bounds)
  func whatComesBackIsStrictlyBetweenTheBounds(lower: Double?, upper: Double?) {
    let layer = Bounded(lower: [lower], upper: [upper])
    for z in [-1e300, -750, -40, -20, 0, 20, 40, 750, 1e300] {
      var (rows, logDeterminants) = ([z], [0.0])
      layer.inverse(rows: &rows, addingTo: &logDeterminants)
      #expect(layer.domain[0].contains(rows[0]) && rows[0].isFinite, "\(z) gives \(rows[0])")
      layer.forward(rows: &rows, addingTo: &logDeterminants)
      #expect(rows[0].isFinite && logDeterminants[0].isFinite, "\(z)")
    }
  }

  @Test func boundsAreAnOpenDomain() {
    let layer = Bounded(lower: [0, nil], upper: [1, 5])
    let rows: [Double] = [0.5, 4, 0, 4, 1, 6, 0.5, 5, .nan, 0, 0.5, .infinity]
    let undefined = layer.undefinedEvents(in: rows)
    #expect(undefined.map(\.event) == [1, 2, 3, 4, 5] && undefined.map(\.feature) == [0, 0, 1, 0, 1])
    #expect(layer.summary(columns: ["e", "m"]) == "logit of e (0..1), log of m (..5)")
  }

  // MARK: Dequantization

  @Test func wholeNumbersComeBackFromTheNoise() {
    let layer = Dequantize(dimension: 2, features: [1], seed: 3)
    let values = [-3, 0, 1, 7, 255, 1e6, -1e15, 0x1p52, 0x1p53 - 1, -0x1p52]
    var rows: [Double] = []
    for index in 0..<1_000 { rows += [0.5, values[index % values.count]] }
    let original = rows
    var logDeterminants = [Double](repeating: 0, count: 1_000)
    layer.forward(rows: &rows, addingTo: &logDeterminants)
    #expect(logDeterminants.allSatisfy { $0 == 0 })
    let noise = rows.indices.filter { $0 % 2 == 1 && abs(original[$0]) < 10 }.map { rows[$0] - original[$0] }
    #expect(noise.allSatisfy { 0 < $0 && $0 < 1 } && Set(noise).count == noise.count)
    #expect(abs(noise.reduce(0, +) / Double(noise.count) - 0.5) < 0.06)
    layer.inverse(rows: &rows, addingTo: &logDeterminants)
    #expect(rows == original)
  }

  @Test func theNoiseOfAnEventDependsOnItsNumberAlone() {
    let layer = Dequantize(dimension: 1, features: [0], seed: 3)
    var (all, part, other) = ([Double](repeating: 4, count: 10), [4.0, 4], [4.0])
    var (ten, two, one) = ([Double](repeating: 0, count: 10), [0.0, 0], [0.0])
    layer.forward(rows: &all, addingTo: &ten)
    layer.forward(rows: &part, firstEvent: 6, addingTo: &two)
    #expect(part == Array(all[6..<8]) && Set(all).count == 10)
    Dequantize(dimension: 1, features: [0], seed: 4).forward(rows: &other, addingTo: &one)
    #expect(other[0] != all[0])
    #expect(layer.undefinedEvents(in: [1, 1.5, .nan, -2, 0x1p53]).map(\.event) == [1, 2, 4])
  }

  // MARK: Periods

  @Test func anglesStayInsideTheCircleAndComeBackIntoThePeriod() {
    let layer = Circular(periods: [Interval(0, 360)])
    for x in [0, -0.0, 360.0.nextDown, 360, 720, -1e-300, -1e-9, 1e18, 359.999_999_9, 180] {
      var (rows, logDeterminants) = ([x], [0.0])
      layer.forward(rows: &rows, addingTo: &logDeterminants)
      #expect(abs(Scalar(rows[0])) < Scalar.pi && abs(logDeterminants[0] - log(2 * .pi / 360)) < 1e-14, "\(x)")
      layer.inverse(rows: &rows, addingTo: &logDeterminants)
      #expect(0 <= rows[0] && rows[0] < 360, "\(x)")
      // The distance on the circle.
      let difference = (rows[0] - x).remainder(dividingBy: 360)
      #expect(abs(difference) < max(1e-4, 1e-9 * abs(x)), "\(x) comes back as \(rows[0])")
    }
    for z in [-.pi, .pi, 10, -10, .pi.nextUp] as [Double] {
      var (rows, logDeterminants) = ([z], [0.0])
      layer.inverse(rows: &rows, addingTo: &logDeterminants)
      #expect(0 <= rows[0] && rows[0] < 360, "\(z)")
    }
    #expect(layer.image(of: [.real]) == [Interval(-.pi, .pi)])
  }
}
