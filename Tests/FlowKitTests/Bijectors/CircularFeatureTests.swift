import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

private let kinds: [FeatureKind] = [.line, .circle, .line, .circle]
private let spline = RationalQuadraticSpline(bins: 3, bound: 3)

private func coupling(
  _ mask: CouplingMask = .halves, context: Int = 0, activation: Activation = .tanh
) -> Coupling<RationalQuadraticSpline> {
  Coupling(
    dimension: 4, contextDimension: context, mask: mask, map: spline, kinds: kinds, hidden: [5],
    activation: activation)
}

private func autoregressive<Map: ScalarMap>(
  _ map: Map, ordering: [Int]? = nil, context: Int = 0
) -> Autoregressive<Map> {
  Autoregressive(
    dimension: 4, contextDimension: context, ordering: ordering, map: map, kinds: kinds, hidden: [9],
    activation: .tanh)
}

private func listed(_ text: String, context: Int = 0) throws -> any Bijector {
  var random = RandomStream(seed: 1, purpose: .architecture)
  return try LayerList(text).chain(dimension: 4, contextDimension: context, kinds: kinds, using: &random)
}

/// Events whose angles and images stay away from the jump at ±π while rotations are small.
private func lawCase(_ name: String, _ bijector: any Bijector, seed: UInt64 = 1) -> LawCase {
  var result = LawCase.knotted(name, bijector)
  result.settings.events = uniformNumbers(32 * bijector.dimension, in: -1.6...1.6, seed: seed)
  result.settings.parameterNoise = 0.2
  return result
}

private let few: [FeatureKind] = [.line, .circle, .circle]
private let small = RationalQuadraticSpline(bins: 2, bound: 3)

private func ordered(_ ordering: [Int], context: Int = 0) -> Autoregressive<RationalQuadraticSpline> {
  Autoregressive(
    dimension: 3, contextDimension: context, ordering: ordering, map: small, kinds: few, hidden: [4], activation: .tanh)
}

private func masked(_ features: [Int], context: Int = 0) -> Coupling<RationalQuadraticSpline> {
  Coupling(
    dimension: 3, contextDimension: context, mask: .explicit(features: features), map: small, kinds: few, hidden: [3],
    activation: .tanh)
}

private let cases: [LawCase] = [
  lawCase("coupling of numbers and angles", masked([1])),
  lawCase("coupling given 1", masked([0, 2], context: 1)),
  lawCase("inverse of coupling", Inverted(masked([1, 2]))),
  lawCase("autoregressive layer of numbers and angles", ordered([1, 0, 2], context: 1)),
  lawCase("inverse of autoregressive layer", Inverted(ordered([2, 1, 0]))),
  lawCase("affine map and angle", Elementwise(dimension: 2, map: AffineMap(), kinds: [.line, .circle])),
]

@Suite struct CircularFeatureTests {
  @Test(arguments: cases) func obeysTheLaws(_ each: LawCase) { each.prove() }

  @Test func residualNetworksObeyTheLaws() throws {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let text = "autoregressive-rqs(bins=2,bound=3,network=residual,hidden=4,blocks=1,activation=tanh)"
    let chain = try LayerList(text).chain(dimension: 2, kinds: [.circle, .line], using: &random)
    lawCase(text, chain.layers[0]).prove()
  }

  /// Parameters away from their start, so that φ depends on what the network sees.
  private func probe(_ bijector: any Bijector) -> BijectorProbe {
    var random = RandomStream(seed: 8, purpose: .parameters)
    let start = bijector.initialParameters(using: &random)
    return BijectorProbe(bijector, parameters: start.map { $0 + Scalar(0.6 * (3.4 * random.uniform() - 1.7)) })
  }

  /// All that depends on an angle is the same at its two ends; the angle itself goes once around.
  @Test(arguments: [0, 1]) func nothingHappensAtTheEnds(_ which: Int) throws {
    let layers: [any Bijector] = [
      coupling(.explicit(features: [0, 3])), autoregressive(spline, ordering: [3, 0, 1, 2]),
    ]
    let probe = probe(layers[which])
    let end = Scalar.pi
    for angle in [1, 3] {
      let events = [-end, end].flatMap { value -> [Scalar] in
        var event: [Scalar] = [0.3, 0.7, -0.4, -1.1]
        event[angle] = value
        return event
      }
      let value = try probe.map(.forward, events)
      #expect(abs(value.logDeterminants[0] - value.logDeterminants[1]) < 200 * Double(Scalar.ulpOfOne))
      for feature in 0..<4 {
        let difference = Double(value.values[feature] - value.values[4 + feature])
        let turns = kinds[feature] == .circle ? difference / (2 * Double.pi) : 0
        let rest = difference - 2 * Double.pi * turns.rounded()
        #expect(abs(rest) < 200 * Double(Scalar.ulpOfOne), "feature \(feature) for angle \(angle)")
      }
    }
  }

  /// A network that saw the angle as a number would tell its ends apart.
  @Test func withoutItsKindAnAngleIsTorn() throws {
    let probe = probe(
      Coupling(dimension: 2, mask: .explicit(features: [0]), map: spline, hidden: [5], activation: .tanh))
    let value = try probe.map(.forward, [-.pi, 0.5, .pi, 0.5])
    #expect(abs(value.logDeterminants[0] - value.logDeterminants[1]) > 0.01)
  }

  @Test func kindsFollowTheirFeatures() throws {
    let chain = try listed(
      "2*[coupling-rqs(hidden=4),permute(1,2,3,0)],autoregressive-affine(hidden=4),inverse(permute(1,2,3,0))")
    #expect(chain.kinds(of: kinds) == [.line, .circle, .line, .circle].shifted(by: 1))
    let circle = FeatureKind.circle.domain
    #expect(chain.domain == [.real, circle, .real, circle])
    #expect(try listed("permute(1,2,3,0),coupling-rqs").domain == [.real, circle, .real, circle])
    #expect(try listed("coupling-rqs,lu").kinds(of: kinds) == Array(repeating: .line, count: 4))
    // Read back against the same kinds, and in files.
    let text = "autoregressive-rqs(bins=3,bound=3.0,hidden=9,activation=tanh)"
    let layer = (try listed(text) as! Chain).layers[0]
    #expect(layer.layerList == text && layer.parameterCount == autoregressive(spline).parameterCount)
    let json = String(
      decoding: try JSONEncoder().encode(layer as! Autoregressive<RationalQuadraticSpline>), as: UTF8.self)
    #expect(
      json.contains(#""kinds":["line","circle","line","circle"]"#) && json.contains(#""inputPrefixes":[0,1,3,4]"#))
  }
}

extension [FeatureKind] {
  fileprivate func shifted(by count: Int) -> [FeatureKind] { Array(self[count...] + self[..<count]) }
}
