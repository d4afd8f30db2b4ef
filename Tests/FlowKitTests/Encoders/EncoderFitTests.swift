import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

/// Both stages of a fit, and the file.
@Suite struct EncoderFitTests {
  private func options(_ epochs: Int) -> TrainingOptions {
    TrainingOptions {
      ($0.epochs, $0.batchSize, $0.learningRate, $0.patience) = (epochs, 64, 0.01, epochs)
      $0.seed = 3
    }
  }

  /// Linear networks reach what principal components reach, and no less: 1 minus their share of the variance.
  @Test func linearNetworksReachPrincipalComponents() throws {
    // The smallest of the variances 9, 4 and 0.25 is what two latents lose.
    let rows = try orthogonalRows(256, deviations: [3, 2, 0.5])
    let setup = try EncoderSetup(
      fitting: EventArray(rows, dimension: 3), validation: .none, latents: 2, encoder: "linear", options: options(250))
    let fit = try setup.run()
    let errors = try fit.encoder.reconstructionErrors(of: rows)
    let lost = 0.25 / 3
    let mean = errors.reduce(0, +) / 256
    #expect(mean >= lost * (1 - 1e-5) && mean <= lost * (1 + 1e-3), "\(mean), not \(lost)")
  }

  /// With weights m linear networks reach the principal components of the columns times √m: the smallest singular values of these, by another
  /// program (Tests/Reference/make_weighted_component_values.py).
  @Test(arguments: [EncoderArchitecture.Metric.equal, .deviations])
  func weightedColumnsReachWeightedComponents(metric: EncoderArchitecture.Metric) throws {
    struct Reference: Decodable {
      let rows: ReferenceArray
      let weights: [Double]
      let lost: [String: Double]
    }
    let file = try Data(contentsOf: referenceURL("weighted-components.json"))
    let reference = try JSONDecoder().decode(Reference.self, from: file)
    let events = try EventArray(reference.rows.values, dimension: 4, columns: ["a", "b", "c", "d"])
    let weights = zip(events.columns, reference.weights).filter { $1 != 1 }.map { ColumnWeight($0, $1) }
    let setup = try EncoderSetup(
      fitting: events, validation: .none, latents: 2, encoder: "linear",
      objective: EncoderObjective(ReconstructionCriterion(), metric: metric, weights: weights), options: options(3_000))
    let fit = try setup.run()
    let errors = try fit.encoder.reconstructionErrors(of: reference.rows.values)
    let (mean, lost) = (errors.reduce(0, +) / Double(events.count), try #require(reference.lost[metric.rawValue]))
    #expect(mean >= lost * (1 - 1e-5) && mean <= lost * (1 + 1e-3), "\(mean), not \(lost)")
    let text = setup.objective.text
    #expect(text.hasSuffix("weights=b:9.0;d:0.25)") && text.contains("metric") == (metric == .deviations))
    #expect(try EncoderObjective(text) == setup.objective)
    let architecture = setup.architecture
    #expect(try EncoderArchitecture(jsonText: architecture.jsonText(), "it").columnWeights == reference.weights)
  }

  @Test func weightsAreChecked() throws {
    let events = try EventArray(curve(50), dimension: 4, columns: ["a", "b", "c", "d"])
    for text in ["ae(weights=a)", "ae(weights=a:-1)", "ae(weights=a:inf)", "ae(weights=:2)", "ae(weights=a:1;a:2)"] {
      #expect(throws: FlowError.self, "\(text)") { try EncoderObjective(text) }
    }
    let error = #expect(throws: FlowError.self) {
      try EncoderSetup(fitting: events, latents: 1, objective: EncoderObjective("ae(weights=e:2)"))
    }
    #expect(error?.message.contains("a weight is given to 'e', but the columns are a, b, c, d") == true)
  }

  @Test func bothStagesAndTheFile() throws {
    let events = try EventArray(curve(400), dimension: 4, columns: ["a", "b", "c", "d"])
    let setup = try EncoderSetup(fitting: events, latents: 2, encoder: "16", options: options(40))
    let encoder = try setup.run()
    #expect(encoder.stopped == .epochs && encoder.loss < 0.25 && encoder.history.count == 40)
    let latent = try setup.latentSetup(encoder.encoder, layers: "2*[coupling-affine(hidden=8),permute(reverse)]")
    let result = try Trainer(latent).fit()
    let encoding = setup.encoding(encoder, try setup.origin())
    let model = Model(latent, result, [:]).encoded(by: encoding, like: events)
    let path = FileManager.default.temporaryDirectory.appending(path: "encoder-\(UUID().uuidString).h5").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try model.write(to: path)
    let read = try Model(reading: path, includingTraining: true)
    #expect(read.columns == ["a", "b", "c", "d"] && read.flow.parameters == model.flow.parameters)
    #expect(read.encoding?.encoder.parameters == encoder.encoder.parameters)
    #expect(read.encoding?.history == encoder.history && read.encoding?.objective.text == "ae")
    #expect(try setup.fit(resuming: read, at: path, setup.origin()).stopped == .epochs)
    #expect(try ModelDifference(model, read).sameFlow)
    let draws = try read.draws(like: events)
    #expect(draws.dimension == 4 && draws.count == 400)
    // What is drawn is what the decoder makes of draws of the flow.
    let latents = try read.flow.sample(3)
    #expect(try Array(draws.contents().events[..<12]) == encoder.encoder.events(from: latents))
  }

  /// An interrupted training goes on to the same bits.
  @Test func resuming() throws {
    let events = try EventArray(curve(300), dimension: 4)
    let setup = try EncoderSetup(fitting: events, latents: 1, encoder: "8", options: options(6))
    let whole = try setup.run(threads: 1)
    var steps = 0
    let part = try setup.run(
      threads: 2,
      shouldStop: {
        steps += 1; return steps > 13
      })
    #expect(part.stopped == .interrupted)
    let model = try setup.model(part, setup.origin(), [:])
    let path = FileManager.default.temporaryDirectory.appending(path: "encoder-\(UUID().uuidString).h5").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try model.write(to: path)
    let begun = try setup.fit(resuming: Model(reading: path, includingTraining: true), at: path, setup.origin())
    #expect(try setup.run(from: begun.training).encoder.parameters == whole.encoder.parameters)
    let other = try EncoderSetup(fitting: events, latents: 1, encoder: "9", options: options(6))
    let error = #expect(throws: FlowError.self) {
      try other.fit(resuming: Model(reading: path, includingTraining: true), at: path, other.origin())
    }
    #expect(error?.message.contains("other networks") == true)
  }

  @Test func whatHasNoDensityIsSaid() throws {
    let events = try EventArray(curve(300), dimension: 4)
    let setup = try EncoderSetup(fitting: events, latents: 5, encoder: "linear", options: options(2))
    let encoder = EventEncoder(architecture: setup.architecture)
    let error = #expect(throws: FlowError.self) { try setup.latentSetup(encoder) }
    #expect(error?.message.contains("the latents of") == true, "\(error?.message ?? "")")
    let alone = EventEncoder(
      architecture: try EncoderArchitecture(fitting: events, latents: 1, encoder: "linear", decoder: nil))
    #expect(throws: FlowError.self) { try alone.events(from: [1]) }
    #expect(throws: FlowError.self) { try ReconstructionObjective(alone.architecture) }
  }

  @Test func anEncoderHasNoInverse() throws {
    let events = try EventArray(curve(50), dimension: 4)
    var result = Expressivity.analyze(
      Architecture(chain: try LayerList("lower").chainForTests(2), base: StandardNormal(dimension: 2)))
    let before = result.findings.count
    result.addFinding(of: try EncoderArchitecture(fitting: events, latents: 2, encoder: "8", decoder: "8"))
    #expect(result.findings.count == before + 1)
    let finding = try #require(result.findings.last)
    #expect(finding.kind == .notInvertible && finding.says.contains("no density of the 4 columns"))
  }
}

extension LayerList {
  fileprivate func chainForTests(_ dimension: Int) throws -> Chain {
    var random = RandomStream(seed: 0, purpose: .architecture)
    return try chain(dimension: dimension, using: &random)
  }
}
