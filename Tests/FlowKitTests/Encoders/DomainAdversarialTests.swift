import FlowKit
import FlowKitTestSupport
import Testing

@Suite struct DomainAdversarialTests {
  struct ReferenceCase: Decodable {
    let strength, loss: Double
    let events, parameters, gradient: ReferenceArray
    let labels, domains: [Int]
  }

  /// Loss and gradients of both players are those of JAX on the same parameters, with the reversal at its strength.
  @Test func agreesWithAnIndependentProgram() throws {
    let cases = try ReferenceFile<ReferenceCase>.cases("domains.json")
    #expect(cases.map(\.strength) == [0, 1.5])
    for reference in cases {
      let labels = zip(reference.labels, reference.domains).flatMap { [Double($0), Double($1)] }
      let events = try EventArray(
        reference.events.values, dimension: 2, context: labels, contextColumns: ["label", "domain"])
      let architecture = EncoderArchitecture(
        scaling: Standardize(means: [0, 0], standardDeviations: [1, 1]),
        encoder: try CodeNetwork("4,activation=tanh", inputs: 2, outputs: 3),
        predictor: LabelPredictor(classes: [0, 1], network: Perceptron(inputs: 3, hidden: [], outputs: 2)))
      let source = reference.domains.count { $0 == 0 }
      let objective = DomainAdversarialObjective(
        architecture, domains: LabelPredictor(classes: [0, 1], network: Perceptron(inputs: 3, hidden: [], outputs: 2)),
        sourceShare: Double(source) / Double(reference.domains.count), strength: reference.strength)
      // Far beyond the end the strength is λ itself.
      objective.begin(progress: 100)
      let trainer = try Trainer(
        objective, from: reference.parameters.scalars, train: events, options: TrainingOptions())
      let (loss, gradient) = try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0))
      #expect(abs(loss - reference.loss) <= referenceTolerance * max(1, reference.loss))
      expectClose(gradient, reference.gradient, within: 10 * referenceTolerance, "gradient")
    }
  }

  @Test func theReversalGrows() {
    #expect(GradientReversal(3, at: 0).strength == 0)
    #expect(abs(GradientReversal(3, at: 1).strength - 3 * 0.9999092) < 1e-6)
    var tile = Tile(features: 2, width: 16, pool: TilePool())
    tile.fill(1.5)
    #expect(GradientReversal(2).pullBack(tile)[1, 3] == -3)
  }

  @Test func labelsAreChecked() throws {
    let rows = curve(40)
    func message(_ context: (Int) -> [Double]) throws -> String {
      let events = try EventArray(
        rows, dimension: 4, context: (0..<40).flatMap(context), contextColumns: ["class", "domain"])
      let error = #expect(throws: FlowError.self) {
        try EncoderSetup(
          fitting: events, validation: .none, latents: 2, encoder: "4",
          objective: EncoderObjective("dann(label=class,domain=domain)"))
      }
      return error?.message ?? ""
    }
    #expect(try message { [Double($0 % 2), 1] }.contains("the domain 'domain' has one value alone, 1"))
    #expect(try message { [Double($0 % 2), $0 % 2 == 0 ? 0 : 2] }.contains("one value alone in the source"))
    #expect(try message { [Double($0 % 2), $0 == 3 ? 0.2 : 1] }.contains("labels are whole numbers"))
    let text = "dann(label=class,domain=domain,lambda=2.0,hidden=8x8)"
    #expect(try EncoderObjective(text).text == text)
  }
}
