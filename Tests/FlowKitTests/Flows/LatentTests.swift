import FlowKit
import Testing

@Suite struct LatentTests {
  private func flow(context: Int, embedding: [Int]? = nil) throws -> Flow {
    var random = RandomStream(seed: 2, purpose: .architecture)
    let chain = try LayerList(
      "lower,coupling-affine(hidden=6,activation=tanh),permute(reverse),coupling-rqs(hidden=5,activation=silu)"
    )
    .chain(dimension: 2, contextDimension: embedding?.last ?? context, using: &random)
    let architecture = Architecture(
      chain: chain, base: try Registry.standard.base("mixture(2)", dimension: 2),
      preprocessing: [
        Arcsinh(medians: [0.2, 0], scales: [1, 2]), Standardize(means: [0.3, -1], standardDeviations: [2, 0.5]),
      ],
      contextPreprocessing: context == 0 ? [] : [Standardize(means: [0.1], standardDeviations: [1.4])],
      contextEmbedding: embedding.map { ContextEmbedding(inputs: context, widths: $0) })
    var flow = Flow(architecture: architecture, seed: 3)
    let noise = uniformNumbers(flow.parameters.count, in: -0.2...0.2, seed: 5)
    flow.parameters = zip(flow.parameters, noise).map { $0 + Scalar($1) }
    return flow
  }

  private static let kinds: [(context: Int, embedding: [Int]?)] = [(0, nil), (1, nil), (1, [4, 3])]

  @Test(arguments: kinds.indices) func latentsLeadBackToTheirEvents(kind: Int) throws {
    let flow = try flow(context: Self.kinds[kind].context, embedding: Self.kinds[kind].embedding)
    let events = uniformNumbers(2 * 300, in: -2...2)
    let context = uniformNumbers(Self.kinds[kind].context * 300, seed: 4)
    let latents = flow.latent(of: events, context: context)
    expectClose(try flow.events(from: latents, context: context), events, within: 1e-4, "event")
    #expect(zip(latents, events).contains { abs($0 - $1) > 0.1 })
  }

  @Test(arguments: kinds.indices) func gradientsAreThoseOfCentralDifferences(kind: Int) throws {
    let flow = try flow(context: Self.kinds[kind].context, embedding: Self.kinds[kind].embedding)
    let events = uniformNumbers(2 * 140, in: -2...2)
    let context = uniformNumbers(Self.kinds[kind].context * 140, seed: 4)
    let gradients = flow.gradient(ofLogDensity: events, context: context)
    let isDouble = MemoryLayout<Scalar>.size == 8
    let step = isDouble ? 1e-5 : 2e-3
    for feature in 0..<2 {
      func moved(_ change: Double) -> [Double] {
        flow.logDensity(events.indices.map { events[$0] + ($0 % 2 == feature ? change : 0) }, context: context)
      }
      let differences = zip(moved(step), moved(-step)).map { ($0 - $1) / (2 * step) }
      let errors = (0..<140).map { abs(gradients[2 * $0 + feature] - differences[$0]) / max(1, abs(differences[$0])) }
      // A step of Float's size may cross a spline's knot, where the second derivative jumps.
      #expect(errors.count { $0 > (isDouble ? 1e-6 : 3e-2) } <= (isDouble ? 0 : 2), "\(errors.max()!)")
    }
  }

  @Test func gradientsOfWhatHasNoDensityAreNoNumbers() throws {
    let flow = try flow(context: 0)
    let gradients = flow.gradient(ofLogDensity: [0.1, 0.2, .nan, 0, .infinity, 1, 0.1, 0.2])
    #expect(gradients[2...5].count { $0.isNaN } == 4)
    #expect(gradients[0...1] == gradients[6...7] && gradients[0].isFinite)
  }

  /// Far from all others, where the numbers of tiles end: a density of 0, not none.
  @Test(arguments: ["coupling-affine(hidden=8)", "autoregressive-rqs(hidden=8)", "lower,sylvester(2)"])
  func eventsBeyondTheNumbersHaveNoMass(layers: String) throws {
    var random = RandomStream(seed: 2, purpose: .architecture)
    let chain = try LayerList(layers).chain(dimension: 2, using: &random)
    var flow = Flow(architecture: Architecture(chain: chain, base: StandardNormal(dimension: 2)), seed: 1)
    let noise = uniformNumbers(flow.parameters.count, in: -0.5...0.5, seed: 5)
    flow.parameters = zip(flow.parameters, noise).map { $0 + Scalar($1) }
    for far in [1e39, 1e300, -1e300, 1e37, 1e25] {
      let densities = flow.logDensity([0.1, 0.2, far, 0.3, -0.4, far])
      #expect(densities[0].isFinite)
      #expect(!densities.contains { $0.isNaN } && densities[1] < -100 && densities[2] < -100, "\(far): \(densities)")
    }
  }
}
