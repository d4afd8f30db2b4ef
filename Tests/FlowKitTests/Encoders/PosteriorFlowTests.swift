import FlowKit
import FlowKitTestSupport
import Testing

/// Variational encoders whose posterior is a flow.
@Suite struct PosteriorFlowTests {
  private static let layers = "2*[autoregressive-affine(hidden=6,activation=tanh),permute(reverse)]"

  private func model(
    _ events: EventArray, posterior layers: String = layers, seesContext: Bool = false
  ) throws -> VariationalEncoder {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let context = seesContext ? events.contextDimension : 0
    return try VariationalEncoder(
      EncoderArchitecture(
        fitting: events, latents: 2, context: seesContext, encoder: "6,activation=tanh", decoder: "5,activation=silu",
        head: .normal, posterior: LayerList(layers).chain(dimension: 2, contextDimension: 4, using: &random)),
      prior: Architecture(
        chain: Chain([], dimension: 2, contextDimension: context), base: GaussianMixture(dimension: 2, components: 2)))
  }

  @Test(arguments: [layers, "coupling-affine(hidden=5,activation=tanh),lu"])
  func theGradientIsThatOfCentralDifferences(posterior: String) throws {
    let events = try EventArray(curve(96), dimension: 4)
    let model = try model(events, posterior: posterior)
    let objective = EvidenceBoundObjective(model, warmUp: 0.5)
    objective.begin(progress: 0.3)
    try expectGradient(objective, events, at: scattered(model.layout.parameterCount), every: 3)
  }

  @Test func theGradientWithAContextIsThatOfCentralDifferences() throws {
    let rows = curve(96)
    let events = try EventArray(
      (0..<96).flatMap { rows[(4 * $0)..<(4 * $0 + 3)] }, dimension: 3, context: (0..<96).map { rows[4 * $0 + 3] },
      contextColumns: ["c"])
    let model = try model(events, seesContext: true)
    try expectGradient(
      EvidenceBoundObjective(model), events, at: scattered(model.layout.parameterCount), every: 4)
  }

  /// With a linear decoder and a normal prior p(x) is known: N(b, W Wᵀ + σ²). The mean of p(x, z)/q(z | x) over draws is p(x) for any
  /// posterior, if its log q is exact.
  @Test func theBoundOfManyDrawsIsTheDensity() throws {
    let rows = [0.3, -0.4, 1.1, 0.7, -0.9, 0.2]
    var random = RandomStream(seed: 1, purpose: .architecture)
    let architecture = EncoderArchitecture(
      scaling: Standardize(means: [0, 0], standardDeviations: [1, 1]),
      encoder: try CodeNetwork("5,activation=tanh", inputs: 2, outputs: 4),
      decoder: try CodeNetwork("linear", inputs: 1, outputs: 2), head: DecoderHead(.normal, dimension: 2),
      posterior: try LayerList(Self.layers).chain(dimension: 1, contextDimension: 2, using: &random))
    var parameters = scattered(architecture.parameterCount)
    let decoder = architecture.layout.parts[1].parameters.lowerBound
    let own: [Scalar] = [0.8, -0.5, 0.1, 0.2, Scalar(logarithm(0.7))]
    parameters.replaceSubrange(decoder..<(decoder + own.count), with: own)
    let prior = Architecture(chain: try Chain([], dimension: 1), base: StandardNormal(dimension: 1))
    let evaluator = try VariationalEvaluator(
      EventEncoder(architecture: architecture, parameters: parameters), prior: Flow(architecture: prior))
    let bounds = evaluator.bounds(of: rows, draws: 200_000)
    let (a, b, c) = (0.8 * 0.8 + 0.49, 0.8 * -0.5, 0.5 * 0.5 + 0.49)
    let determinant = a * c - b * b
    for event in 0..<3 {
      let (x, y) = (rows[2 * event] - 0.1, rows[2 * event + 1] - 0.2)
      let square = (c * x * x - 2 * b * x * y + a * y * y) / determinant
      let expected = -0.5 * (square + logarithm(determinant)) - logarithm(2 * .pi)
      #expect(abs(bounds[event] - expected) < 0.03, "\(bounds[event]), not \(expected)")
    }
  }

  /// Latents are those of the flow: what `latents` gives is T(m; h), and draws scatter about it.
  @Test func latentsAreThoseOfTheFlow() throws {
    let events = try EventArray(curve(300), dimension: 4)
    let setup = try EncoderSetup(
      fitting: events, validation: .none, latents: 2, encoder: "6", objective: EncoderObjective("vae(posterior=flow)"),
      options: TrainingOptions { ($0.epochs, $0.batchSize) = (5, 50) })
    let chain = try #require(setup.architecture.posterior)
    #expect(setup.architecture.encoder.outputs == 8 && chain.contextDimension == 4)
    #expect(LayerList.describing(chain.layers) == VariationalCriterion.posteriorLayers)
    let fit = try setup.run(threads: 1)
    #expect(try setup.run(threads: 2).encoder.parameters == fit.encoder.parameters)
    #expect(fit.history[4].train < fit.history[0].train)
    let rows = try events.contents().events
    let evaluator = try VariationalEvaluator(fit.encoder, prior: try #require(fit.prior))
    let count = 200
    let centre = fit.encoder.latents(of: Array(rows[..<4]))
    let draws = evaluator.latents(of: (0..<count).flatMap { _ in rows[..<4] }, .draws)
    for latent in 0..<2 {
      let values = (0..<count).map { draws[2 * $0 + latent] }.sorted()
      #expect(values[20] < centre[latent] && centre[latent] < values[180])
    }
  }

  @Test func texts() throws {
    for text in [
      "vae(posterior=flow)", "vae(posterior=flow(lower))",
      "vae(sigma=0.5,prior=mixture(3),posterior=flow(2*[lower,permute(reverse)]))",
    ] {
      #expect(try EncoderObjective(text).text == text)
    }
    #expect(try EncoderObjective("vae(posterior=normal)").text == "vae")
    for text in ["vae(posterior=flows)", "vae(posterior=flow(lower)", "vae(posterior=flow(2*))"] {
      #expect(throws: FlowError.self) { try EncoderObjective(text) }
    }
    let events = try EventArray(curve(50), dimension: 4)
    let architecture = try model(events).architecture
    let text = try architecture.jsonText()
    #expect(architecture.latentDimension == 2 && architecture.encoder.outputs == 8)
    #expect(try EncoderArchitecture(jsonText: text, "it").jsonText() == text)
    #expect(throws: FlowError.self) {
      try EncoderArchitecture(jsonText: text.replacing("\"posterior\"", with: "\"other\""), "it")
    }
  }
}
