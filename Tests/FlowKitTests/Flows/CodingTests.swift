import FlowKit
import Foundation
import Testing

/// A user's own bijector: z = x + amount.
private struct Nudge: ListedLayer {
  static let layerName = "nudge"
  let dimension: Int
  let amount: Double

  var layerList: String { "nudge(\(amount))" }
  var structure: JacobianStructure {
    .diagonal(dimension, isAffine: true, signs: Array(repeating: 1, count: dimension))
  }

  static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    Nudge(
      dimension: arguments.dimension,
      amount: try arguments.number("amount", positional: true, default: 1, "a number") { _ in true })
  }

  func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    (Transformed(moved(x, by: Scalar(amount))), { values, _, _ in values })
  }

  func inverse(_ z: consuming Tile, _ pass: Pass) -> Transformed {
    Transformed(moved(z, by: Scalar(-amount)))
  }

  private func moved(_ x: Tile, by amount: Scalar) -> Tile {
    var result = x
    result.add(Tile(features: dimension, like: x, filledWith: amount))
    return result
  }
}

@Suite struct CodingTests {
  private func architecture(_ text: String, registry: Registry = .standard) throws -> Architecture {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList(text).chain(
      dimension: 3, contextDimension: 1, registry: registry, using: &random)
    return Architecture(
      chain: chain, base: StandardNormal(dimension: 3),
      preprocessing: [Standardize(means: [1, 2, 3], standardDeviations: [0.1, 2, 30])],
      contextPreprocessing: [Standardize(means: [5], standardDeviations: [2])])
  }

  private func decoder(_ registry: Registry) -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.userInfo[Registry.userInfoKey] = registry
    return decoder
  }

  @Test func aDecodedArchitectureGivesTheSameDensities() throws {
    let original = try architecture(
      "2*[coupling-affine(hidden=8,activation=tanh),permute(random)],lower,inverse(upper),leaky-relu(0.3),diagonal,shift"
    )
    let copy = try JSONDecoder().decode(Architecture.self, from: JSONEncoder().encode(original))
    #expect(copy.layerList == original.layerList && copy.parameterShapes == original.parameterShapes)
    var random = RandomStream(seed: 2, purpose: .parameters)
    let parameters = (0..<original.parameterCount).map { _ in Scalar(random.uniform() - 0.5) }
    let events = (0..<300).map { _ in 4 * random.uniform() }
    let context = (0..<100).map { _ in 10 * random.uniform() }
    let densities = Flow(architecture: original, parameters: parameters).logDensity(events, context: context)
    #expect(
      densities == Flow(architecture: copy, parameters: parameters).logDensity(events, context: context))
    #expect(densities.allSatisfy(\.isFinite) && Set(densities).count == 100)
  }

  @Test func aRegisteredLayerIsListedAndDecoded() throws {
    let registry = Registry.standard.adding(Nudge.self)
    let original = try architecture("nudge(0.5),lower,nudge", registry: registry)
    #expect(original.layerList == "nudge(0.5),lower,nudge(1.0)")
    let copy = try decoder(registry).decode(Architecture.self, from: JSONEncoder().encode(original))
    #expect(copy.chain.layers.compactMap { ($0 as? Nudge)?.amount } == [0.5, 1])
    let events = [1.0, 2, 3, 1.1, 2.5, 40]
    #expect(
      Flow(architecture: original).logDensity(events, context: [0, 1])
        == Flow(architecture: copy).logDensity(events, context: [0, 1]))
  }

  @Test func anUnregisteredLayerIsNamed() throws {
    let registry = Registry.standard.adding(Nudge.self)
    let data = try JSONEncoder().encode(architecture("nudge", registry: registry))
    let error = #expect(throws: FlowError.self) { try JSONDecoder().decode(Architecture.self, from: data) }
    #expect(
      error?.kind == .format
        && error?.message.contains("kind 'nudge', which this program does not know") == true)
    #expect(throws: FlowError.self) { try architecture("nudge") }
  }

  @Test func anotherLayerOfTheSameNameReplacesTheFirst() {
    let registry = Registry.standard.adding(Nudge.self).adding(Nudge.self)
    #expect(registry.layerNames == Registry.standard.layerNames + ["nudge"])
  }

  @Test func layersThatCannotBeDifferentiatedBackwardsCannotBeInverted() throws {
    let error = #expect(throws: FlowError.self) { try Inverted(checking: Nudge(dimension: 1, amount: 2)) }
    #expect(error?.message.contains("inverse of nudge(2.0) cannot be differentiated") == true)
  }
}
