import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

/// Encoders, decoders, priors and flows on latents that are given a context.
@Suite struct ConditionalEncoderTests {
  /// The curve, the last of whose columns is the context.
  private func events(_ count: Int = 96) throws -> EventArray {
    let rows = curve(count)
    let (events, context) = (
      (0..<count).flatMap { rows[(4 * $0)..<(4 * $0 + 3)] }, (0..<count).map { [rows[4 * $0 + 3]] }
    )
    return try EventArray(events, dimension: 3, context: context.flatMap { $0 }, contextColumns: ["c"])
  }

  private func architecture(_ events: EventArray, head: DecoderHead.Kind? = nil) throws -> EncoderArchitecture {
    try EncoderArchitecture(
      fitting: events, latents: 2, context: true, encoder: "6,activation=tanh", decoder: "5,activation=silu", head: head
    )
  }

  @Test func theGradientIsThatOfCentralDifferences() throws {
    let events = try events()
    let plain = try architecture(events)
    #expect(plain.contextDimension == 1)
    try expectGradient(ReconstructionObjective(plain), events, at: scattered(plain.parameterCount), every: 2)
    let variational = try architecture(events, head: .normalColumns)
    for (layers, base) in [("coupling-affine(hidden=4,activation=tanh),lower", "normal"), ("", "mixture(2)")] {
      var random = RandomStream(seed: 1, purpose: .architecture)
      let chain =
        layers.isEmpty
        ? try Chain([], dimension: 2, contextDimension: 1)
        : try LayerList(layers).chain(dimension: 2, contextDimension: 1, using: &random)
      let prior = Architecture(chain: chain, base: try Registry.standard.base(base, dimension: 2))
      let model = try VariationalEncoder(variational, prior: prior)
      try expectGradient(
        EvidenceBoundObjective(model), events, at: scattered(model.layout.parameterCount), every: 3)
    }
    #expect(throws: FlowError.self) {
      try VariationalEncoder(
        variational, prior: Architecture(chain: Chain([], dimension: 2), base: StandardNormal(dimension: 2)))
    }
  }

  /// Rows are led through alike in any company; one row of context stands for all.
  @Test func rowsAreIndependent() throws {
    let events = try events(300)
    let encoder = EventEncoder(architecture: try architecture(events), seed: 5)
    let (rows, context) = (try events.contents().events, try events.contents().context)
    let all = encoder.latents(of: rows, context: context)
    #expect(all == encoder.evaluator(threads: 3).latents(of: rows, context: context))
    #expect(encoder.latents(of: Array(rows[450..<453]), context: [context[150]]) == Array(all[300..<302]))
    #expect(encoder.latents(of: rows, context: [0.3]) == encoder.latents(of: rows, context: context.map { _ in 0.3 }))
    #expect(encoder.latents(of: rows, context: [0.3]) != all)
    #expect(try encoder.events(from: all, context: [0.3]) != encoder.events(from: all, context: context))
  }

  /// Rows with three deviations about a mean that depends on the context along a line: linear networks that see it reach the likelihood of
  /// probabilistic principal components of what the context leaves (Tipping & Bishop 1999).
  @Test func linearNetworksReachConditionalPrincipalComponents() throws {
    let count = 400
    let around = try orthogonalRows(count, deviations: [3, 2, 0.5])
    var context = uniformNumbers(count, in: -1...1, seed: 12)
    let mean = context.reduce(0, +) / Double(count)
    for row in 0..<count { context[row] -= mean }
    // Without correlation to the rows, to which a regression would take it otherwise: the columns of the rows are uncorrelated in the
    // basis of their deviations.
    let basis: [[Double]] = [[2, 2, -1], [-1, 2, 2], [2, -1, 2]].map { $0.map { $0 / 3 } }
    for direction in basis {
      let scores = (0..<count).map { row in (0..<3).reduce(0.0) { $0 + direction[$1] * around[3 * row + $1] } }
      let square = scores.reduce(0) { $0 + $1 * $1 }
      let product = zip(scores, context).reduce(0) { $0 + $1.0 * $1.1 }
      for row in 0..<count { context[row] -= product / square * scores[row] }
    }
    let rows = around.enumerated().map { $0.element + [5.0, -3, 2][$0.offset % 3] * context[$0.offset / 3] }
    let events = try EventArray(rows, dimension: 3, context: context, contextColumns: ["c"])
    let setup = try EncoderSetup(
      fitting: events, validation: .none, latents: 1, encoder: "linear", objective: EncoderObjective("vae"),
      options: TrainingOptions { ($0.epochs, $0.batchSize, $0.learningRate) = (300, 100, 0.02) })
    let fit = try setup.run()
    let evaluator = try VariationalEvaluator(fit.encoder, prior: try #require(fit.prior))
    let noise = (4 + 0.25) / 2
    let expected = -0.5 * (3 * logarithm(2 * .pi) + logarithm(9) + 2 * logarithm(noise) + 3)
    let bound = evaluator.bounds(of: rows, context: context, draws: 200).reduce(0, +) / Double(count)
    #expect(abs(bound - expected) < 1e-2, "\(bound), not \(expected)")
  }

  /// Two stages, the file, and what is drawn.
  @Test func aModelIsReadBack() throws {
    let events = try events(400)
    let options = TrainingOptions { ($0.epochs, $0.batchSize, $0.learningRate) = (20, 64, 0.01) }
    let setup = try EncoderSetup(fitting: events, latents: 1, encoder: "12", options: options)
    let encoder = try setup.run()
    let latent = try setup.latentSetup(encoder.encoder, layers: "elementwise-affine(hidden=8)")
    #expect(latent.architecture.contextDimension == 1 && latent.train.contextColumns == ["c"])
    let model = Model(latent, try Trainer(latent).fit(), [:])
      .encoded(by: setup.encoding(encoder, try setup.origin()), like: events)
    let path = FileManager.default.temporaryDirectory.appending(path: "encoder-\(UUID().uuidString).h5").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try model.write(to: path)
    let read = try Model(reading: path, includingTraining: true)
    #expect(read.contextColumns == ["c"] && read.encoding?.encoder.contextDimension == 1)
    #expect(try setup.fit(resuming: read, at: path, setup.origin()).stopped == .epochs)
    let draws = try read.draws(like: events, seed: 4)
    let context = try events.contents().context
    let latents = try read.flow.sample(400, context: context, seed: 4)
    #expect(try draws.contents().events == encoder.encoder.events(from: latents, context: context))
    #expect(draws.contextColumns == ["c"])
    // The file of an encoder whose flow has not begun.
    try setup.model(encoder, setup.origin(), [:]).write(to: path)
    #expect(try Model(reading: path).contextColumns == ["c"])
  }

  @Test func mistakesAreSaid() throws {
    let events = try events()
    let fixed = try EventArray(
      curve(50), dimension: 4, context: [Double](repeating: 7, count: 50), contextColumns: ["c"])
    let constant = #expect(throws: FlowError.self) { try EncoderSetup(fitting: fixed, latents: 1, encoder: "4") }
    #expect(constant?.message.contains("the column 'c' is constant") == true)
    let seeing = EventEncoder(architecture: try architecture(events))
    let features = #expect(throws: FlowError.self) {
      try PerceptualObjective(seeing.architecture, features: seeing)
    }
    #expect(features?.message.contains("an encoder without context") == true)
    let others = #expect(throws: FlowError.self) {
      try EncodedEvents(EventArray(curve(51), dimension: 3), seeing)
    }
    #expect(others?.message.contains("0 columns of context, but the encoder sees 1") == true)
    let text = try seeing.architecture.jsonText()
    #expect(
      try EncoderArchitecture(jsonText: text, "it").contextScaling?.means == seeing.architecture.contextScaling?.means)
    #expect(throws: FlowError.self) {
      try EncoderArchitecture(jsonText: text.replacing("\"contextScaling\"", with: "\"other\""), "it")
    }
  }
}
