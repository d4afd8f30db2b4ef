import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

/// y = x + s tanh x + t with s = 0.8 tanh a and φ = (a, t): a user's map, inverted by a search that knows |y| < 1,000 only.
private struct Wave: ScalarMap, ListedScalarMap {
  static let name = "wave"
  var parameterCount: Int { 2 }

  static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> Wave { Wave() }

  private func height(_ φ: Tile, _ feature: Int, _ event: Int) -> Scalar { 0.8 * tanh(φ[2 * feature, event]) }

  func forwardWithPullback(
    _ x: consuming Tile, _ φ: consuming Tile
  ) -> (value: Transformed, pullback: ScalarPullback) {
    let (input, parameters) = (x, φ)
    var (y, logDeterminant) = (input, Tile(features: 1, like: input, filledWith: 0))
    for i in 0..<input.features {
      for event in 0..<input.width {
        let (s, t) = (height(parameters, i, event), tanh(input[i, event]))
        y[i, event] += s * t + parameters[2 * i + 1, event]
        logDeterminant[0, event] += log(1 + s * (1 - t * t))
      }
    }
    return (
      Transformed(y, LogDeterminant(perEvent: logDeterminant)),
      { values, logDeterminant in
        var (x̄, φ̄) = (values, parameters)
        for i in 0..<input.features {
          for event in 0..<input.width {
            let (s, t) = (height(parameters, i, event), tanh(input[i, event]))
            let (ȳ, bend, slope) = (x̄[i, event], 1 - t * t, 1 + s * (1 - t * t))
            let l̄ = logDeterminant[0, event] / slope
            φ̄[2 * i, event] = (ȳ * t + l̄ * bend) * (0.8 - s * s / 0.8)
            φ̄[2 * i + 1, event] = ȳ
            x̄[i, event] = ȳ * slope - l̄ * 2 * s * t * bend
          }
        }
        return (x̄, φ̄)
      }
    )
  }

  func inverse(_ y: consuming Tile, _ φ: Tile) throws(FlowError) -> Transformed {
    var (x, logDeterminant) = (y, Tile(features: 1, like: φ, filledWith: 0))
    for i in 0..<x.features {
      for event in 0..<x.width {
        let (s, target) = (height(φ, i, event), x[i, event] - φ[2 * i + 1, event])
        guard abs(target) < 1_000 else { throw FlowError(.numerics, "wave finds no x") }
        var (root, step) = (target, Scalar.infinity)
        for _ in 0..<100 where step != 0 {
          let t = tanh(root)
          // Newton's steps, shortened where the slope falls to a fifth.
          step = (root + s * t - target) / max(1, 1 + s * (1 - t * t))
          root -= step
        }
        x[i, event] = root
        let t = tanh(root)
        logDeterminant[0, event] -= log(1 + s * (1 - t * t))
      }
    }
    return Transformed(x, LogDeterminant(perEvent: logDeterminant))
  }
}

/// Two functions make a map, and one line its layers.
@Suite struct OwnScalarMapTests {
  private static let registry = Registry.standard.adding(map: Wave.self)

  private func chain(_ text: String, context: Int = 0) throws -> Chain {
    var random = RandomStream(seed: 1, purpose: .architecture)
    return try LayerList(text).chain(
      dimension: 3, contextDimension: context, registry: Self.registry, using: &random)
  }

  /// The default inverse pullback is that of the forward map: `Inverted` differentiates it.
  @Test(arguments: [
    "coupling-wave(hidden=4,activation=tanh)", "autoregressive-wave(hidden=4,activation=tanh)", "elementwise-wave",
  ])
  func itsLayersAreLawful(_ text: String) throws {
    for layers in [text, "inverse(\(text))"] {
      var laws = BijectorLaws()
      laws.registry = Self.registry
      let violations = laws.violations(of: try chain(layers).layers[0])
      #expect(violations.isEmpty, "\(layers): \(violations)")
    }
  }

  @Test func itIsReadBackFromLayerListsAndFiles() throws {
    let text = "coupling-wave(mask=alternate,hidden=4),elementwise-wave,inverse(autoregressive-wave(hidden=none))"
    let chain = try chain(text)
    #expect(LayerList.describing(chain.layers) == text)
    let flow = Flow(architecture: Architecture(chain: chain, base: StandardNormal(dimension: 3)))
    let events = uniformNumbers(30, in: -2...2, seed: 4)
    try withFolder { folder in
      try Model(flow: flow, columns: ["a", "b", "c"]).write(to: "\(folder)/model.h5")
      let copy = try Model(reading: "\(folder)/model.h5", registry: Self.registry).flow
      #expect(copy.logDensity(events) == flow.logDensity(events))
      let error = #expect(throws: FlowError.self) { try Model(reading: "\(folder)/model.h5") }
      #expect(error?.message.contains("a layer of kind 'coupling-wave', which this program does not know") == true)
    }
  }

  /// Where the search finds nothing: an error in sampling, and not a trap in training but a value that is not finite.
  @Test func whatIsNotFoundIsAnError() throws {
    let layer = Elementwise(dimension: 1, map: Wave())
    let probe = BijectorProbe(layer, parameters: [0, 0])
    let error = #expect(throws: FlowError.self) { try probe.map(.inverse, [2_000]) }
    #expect(error?.message == "wave finds no x")
    let inverted = try BijectorProbe(Inverted(layer), parameters: [0, 0]).map(.forward, [2_000])
    #expect(inverted.values[0].isNaN && inverted.logDeterminants[0].isNaN)
  }
}
