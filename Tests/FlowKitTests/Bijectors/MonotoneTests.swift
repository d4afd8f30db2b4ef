import FlowKit
import FlowKitTestSupport
import Testing

/// Values of mpmath.
private struct MonotoneCase: Decodable {
  let kind: Monotone.Kind
  let x, z, logSlope: ReferenceArray
}

extension Monotone.Kind {
  /// Where central differences stay inside the domain, and so do those at the images.
  fileprivate var examined: ClosedRange<Double> {
    switch self {
    case .sigmoid: -1.3...1.3
    case .logit: 0.21...0.79
    case .softplus: -0.4...3
    case .softplusInverse: 0.5...3
    case .exp: -0.6...1.2
    case .log: 0.55...3.3
    case .tanh: -0.85...0.85
    case .atanh: -0.69...0.69
    case .arcsinh, .sinh: -3...3
    }
  }

  fileprivate func lawCase(_ name: String, _ bijector: any Bijector) -> LawCase {
    var result = LawCase("\(name) \(rawValue)", bijector)
    result.settings.events = uniformNumbers(32 * bijector.dimension, in: examined)
    return result
  }
}

@Suite struct MonotoneTests {
  @Test(arguments: Monotone.Kind.allCases)
  func obeysTheLaws(_ kind: Monotone.Kind) {
    kind.lawCase("monotone", Monotone(dimension: 2, kind: kind)).prove()
    kind.inverse.lawCase("inverse of", Inverted(Monotone(dimension: 1, kind: kind))).prove()
  }

  /// Values to a few ulp of themselves, far into the tails.
  @Test func valuesAreThoseOfMpmath() throws {
    let cases = try ReferenceFile<MonotoneCase>.cases("monotone.json")
    #expect(Set(cases.map(\.kind)) == Set(Monotone.Kind.allCases))
    let tolerance = 16 * Double(Scalar.ulpOfOne)
    for each in cases {
      let probe = BijectorProbe(Monotone(dimension: 1, kind: each.kind), parameters: [])
      let value = try probe.map(.forward, each.x.scalars)
      expectClose(value.logDeterminants, each.logSlope.values, within: tolerance, "log-slope of \(each.kind)")
      for (index, (got, exact)) in zip(value.values, each.z.values).enumerated() {
        // Where g crosses 0 elsewhere than at 0, as log does at 1, its error is one of its argument.
        let size = [.logit, .log, .softplusInverse].contains(each.kind) ? max(1, abs(exact)) : abs(exact)
        #expect(
          abs(Double(got) - exact) <= tolerance * size,
          "\(each.kind) of \(each.x.values[index]) is \(got), not \(exact)")
      }
    }
  }

  /// Saturated values stay inside the image, and what follows stays finite.
  @Test(arguments: Monotone.Kind.allCases, [-1e30, -3e4, -200, -40, 0, 40, 200, 3e4, 1e30] as [Scalar])
  func saturatesInsideItsImage(_ kind: Monotone.Kind, _ x: Scalar) throws {
    let inside = min(max(Double(x), kind.domain.lower), kind.domain.upper)
    let there = BijectorProbe(Monotone(dimension: 1, kind: kind), parameters: [])
    let back = BijectorProbe(Monotone(dimension: 1, kind: kind.inverse), parameters: [])
    let (value, gradients) = there.pullBack(.forward, at: [Scalar(inside)], values: [1], logDeterminants: [1])
    #expect(kind.inverse.domain.contains(Double(value.values[0])))
    #expect(value.logDeterminants[0].isFinite && gradients.input[0].isFinite)
    let returned = try back.map(.forward, value.values)
    #expect(returned.values[0].isFinite && returned.logDeterminants[0].isFinite)
  }

  @Test func showsWhatIsNotFinite() throws {
    for kind in Monotone.Kind.allCases {
      let probe = BijectorProbe(Monotone(dimension: 1, kind: kind), parameters: [])
      #expect(try probe.map(.forward, [.nan]).values[0].isNaN, "\(kind)")
    }
  }

  @Test func imagesAreTakenThroughAChain() throws {
    var random = RandomStream(seed: 1, purpose: .architecture)
    func chain(_ text: String) throws(FlowError) -> Chain { try LayerList(text).chain(dimension: 2, using: &random) }
    #expect(try chain("monotone(logit),lower").domain == [Interval(0, 1), Interval(0, 1)])
    #expect(try chain("inverse(monotone(sigmoid))").domain == [Interval(0, 1), Interval(0, 1)])
    #expect(try chain("monotone(sigmoid),permute(reverse),monotone(logit)").domain == [.real, .real])
    let squeezed = try chain("monotone(tanh),monotone(exp)").image(of: [.real, Interval(0, 1)])
    #expect(squeezed[0] == Interval(Double.monotoneExp(-1), Double.monotoneExp(1)))
    #expect(squeezed[1].lower == 1 && squeezed[1].upper < Double.monotoneExp(1))
    let error = #expect(throws: FlowError.self) { try chain("monotone(tanh),monotone(log)") }
    #expect(error?.message.contains("layer 1, monotone(log), is defined for 0.0 < x < inf") == true)
  }

  @Test(arguments: [
    ("monotone(cube)", "'cube' at character 10 of the layer list: monotone takes one of sigmoid, logit,"),
    ("monotone(exp,log)", "'log' at character 14 of the layer list: monotone takes one function of sigmoid,"),
  ])
  func wrongArgumentsAreNamed(_ text: String, _ message: String) {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let error = #expect(throws: FlowError.self) { try LayerList(text).chain(dimension: 1, using: &random) }
    #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
  }
}

extension Double {
  fileprivate static func monotoneExp(_ x: Double) -> Double {
    Monotone(dimension: 1, kind: .exp).image(of: [Interval(-.infinity, x)])[0].upper
  }
}
