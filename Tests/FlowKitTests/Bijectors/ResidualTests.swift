import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

private func residual(
  _ name: String, _ dimension: Int, context: Int = 0, hidden: [Int] = [7, 6], lipschitz: Double = 0.9,
  _ activation: SmoothActivation = .lipswish
) -> LawCase {
  settled(
    LawCase(
      name,
      Residual(
        dimension: dimension, contextDimension: context, hidden: hidden, lipschitz: lipschitz,
        activation: activation, determinant: .exact)))
}

/// Weights whose norms are well above κ, so that differences do not step over the kink of min(1, κ / σ̂).
private func settled(_ each: LawCase) -> LawCase {
  var result = each
  result.settings.parameterNoise = 0.7
  result.settings.roundTripFactor = 4096
  return result
}

private let cases = [
  residual("residual 1", 1),
  residual("residual 2", 2),
  residual("residual 2 given 2", 2, context: 2, .tanh),
  residual("residual 3 of one hidden layer", 3, hidden: [5], .sine),
  residual("residual 5 given 1, steep", 5, context: 1, lipschitz: 0.99),
  residual("residual 18 beyond Newton steps", 18, hidden: [6], lipschitz: 0.8, .tanh),
  settled(LawCase("inverse of residual", Inverted(Residual(dimension: 2, contextDimension: 1, hidden: [5])))),
  // What is drawn estimates the gradient by itself: it is not the derivative of the estimated value.
  settled(
    LawCase(
      "residual 17, estimated in training", Residual(dimension: 17, hidden: [6], lipschitz: 0.7),
      laws: BijectorLaw.allCases.filter { $0 != .randomness })),
]

@Suite struct ResidualTests {
  @Test(arguments: cases)
  func obeysTheLaws(_ each: LawCase) {
    each.prove()
  }

  private func layer(_ text: String, dimension: Int) throws -> Residual {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList(text).chain(dimension: dimension, using: &random)
    #expect(chain.layers.count == 1)
    return try #require(chain.layers[0] as? Residual)
  }

  @Test(arguments: [
    ("residual", 2, "residual(hidden=64x64,lipschitz=0.9)"),
    ("residual(hidden=8,activation=sine)", 2, "residual(hidden=8,lipschitz=0.9,activation=sine)"),
    ("residual(logdet=exact,lipschitz=0.5)", 16, "residual(hidden=64x64,lipschitz=0.5)"),
    ("residual(logdet=exact,lipschitz=0.5)", 17, "residual(hidden=64x64,lipschitz=0.5,logdet=exact)"),
    ("residual(logdet=roulette)", 3, "residual(hidden=64x64,lipschitz=0.9,logdet=roulette)"),
    ("residual(logdet=roulette)", 17, "residual(hidden=64x64,lipschitz=0.9)"),
  ])
  func layerListsAreReadAndWritten(_ text: String, _ dimension: Int, _ printed: String) throws {
    let made = try layer(text, dimension: dimension)
    #expect(made.layerList == printed)
    #expect(try layer(printed, dimension: dimension).determinant == made.determinant)
  }

  @Test(arguments: [
    ("residual(lipschitz=1)", "lipschitz takes a number above 0 and at most 0.999"),
    ("residual(lipschitz=0)", "lipschitz takes a number above 0 and at most 0.999"),
    ("residual(activation=relu)", "activation takes one of lipswish, tanh, sine"),
    ("residual(logdet=none)", "logdet takes one of exact, roulette"),
  ])
  func badArgumentsAreNamed(_ text: String, _ message: String) {
    let error = #expect(throws: FlowError.self) { try layer(text, dimension: 2) }
    #expect(error?.kind == .architecture && error?.message.contains(message) == true)
  }

  /// Far events and L near 1, where the fixed-point iteration alone would take thousands of steps.
  @Test(arguments: [0.5, 0.9, 0.999])
  func theInverseConverges(_ lipschitz: Double) throws {
    let layer = Residual(dimension: 3, hidden: [16, 16], lipschitz: lipschitz, activation: .sine)
    var random = RandomStream(seed: 4, purpose: .parameters)
    let parameters = (0..<layer.parameterCount).map { _ in Scalar(20 * random.uniform() - 10) }
    let probe = BijectorProbe(layer, parameters: parameters)
    let z = (0..<96).map { _ in Scalar(200 * random.uniform() - 100) }
    let back = try probe.map(.forward, try probe.map(.inverse, z).values).values
    for (back, z) in zip(back, z) { #expect(abs(back - z) <= 1024 * Scalar.ulpOfOne * (1 + abs(z))) }
  }

  /// Weights that nobody has scaled do not contract: a tile that is given θ in place of prepared parameters.
  @Test func anInverseThatDoesNotConvergeIsAnError() throws {
    let layer = Residual(dimension: 2, hidden: [8])
    var random = RandomStream(seed: 4, purpose: .parameters)
    let raw = (0..<layer.parameterCount).map { _ in Scalar(20 * random.uniform() - 10) } + [0, 0]
    var z = Tile(features: 2, width: 16, pool: TilePool())
    for event in 0..<16 { (z[0, event], z[1, event]) = (Scalar(event) - 7.5, 3) }
    let error = #expect(throws: FlowError.self) { try layer.inverse(z, Pass(Parameters(raw))) }
    #expect(error?.kind == .numerics)
    let message = error?.message ?? ""
    #expect(message.hasPrefix("residual(hidden=8,lipschitz=0.9): the inverse did not converge: for z = ("))
    // What the user can find again and do, and no number of a tile.
    #expect(message.contains(", 3.0), x + g(x) still misses z by ") && message.hasSuffix("or compute in Double"))
  }

  @Test func valuesThatAreNotFiniteTravelThrough() throws {
    let layer = Residual(dimension: 2, hidden: [8])
    var random = RandomStream(seed: 4, purpose: .parameters)
    let probe = BijectorProbe(layer, parameters: layer.initialParameters(using: &random))
    let x = try probe.map(.inverse, [.nan, 1, .infinity, 1, 0.5, 1]).values
    #expect(x[..<4].allSatisfy(\.isNaN) && x[4...].allSatisfy(\.isFinite))
  }

  @Test func aModelThatMayNotBeInvertibleIsNotWritten() throws {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList("lower,inverse(residual(hidden=4))").chain(dimension: 2, using: &random)
    let architecture = Architecture(chain: chain, base: StandardNormal(dimension: 2))
    let flow = Flow(architecture: architecture, seed: 1)
    var parameters = flow.parameters
    try chain.check(Parameters(Array(parameters[..<chain.parameterCount])))
    // A weight of the last layer.
    parameters[chain.parameterCount - 5] = .nan
    let broken = Flow(architecture: architecture, parameters: parameters)
    let path = FileManager.default.temporaryDirectory.appending(path: "residual-\(UUID().uuidString).h5").path
    let error = #expect(throws: FlowError.self) { try Model(flow: broken, columns: ["x", "y"]).write(to: path) }
    #expect(error?.message.hasPrefix("layer 1: residual(hidden=4,lipschitz=0.9) is not invertible: ") == true)
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}
