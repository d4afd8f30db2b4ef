import FlowKit
import FlowKitTestSupport
import Foundation
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

  /// Two moons of which the second sample is turned by 35° and has no labels.
  @Test func theTurnedMoonsAreTold() throws {
    let (source, target) = (Self.moons(150, seed: 1), Self.moons(150, seed: 2, turned: 35))
    // Labels of the target are wrong on purpose: they are not looked at.
    var context: [Double] = []
    for label in source.labels { context += [label, 0] }
    for _ in target.labels { context += [1, 1] }
    let events = try EventArray(
      source.points + target.points, dimension: 2, context: context, contextColumns: ["class", "domain"])
    func accuracy(_ strength: Double) throws -> Double {
      let setup = try EncoderSetup(
        fitting: events, validation: .none, latents: 15, encoder: "15,activation=tanh",
        objective: EncoderObjective("dann(label=class,domain=domain,lambda=\(strength),hidden=15)"),
        options: TrainingOptions { ($0.epochs, $0.batchSize, $0.learningRate, $0.seed) = (150, 60, 0.01, 1) })
      let labels = try setup.run().encoder.labels(of: target.points)
      return Double(zip(labels, target.labels).count { Double($0) == $1 }) / 300
    }
    let (without, with) = (try accuracy(0), try accuracy(2))
    #expect(without < 0.9, "\(without)")
    #expect(with > without + 0.05, "\(with), \(without)")
  }

  /// `count` points of each moon, as scikit-learn's make_moons with noise 0.05 has them, centred, and perhaps turned.
  private static func moons(_ count: Int, seed: UInt64, turned degrees: Double = 0) -> (
    points: [Double], labels: [Double]
  ) {
    let noise = uniformNumbers(4 * count, in: -0.085...0.085, seed: seed)
    let angle = degrees * .pi / 180
    let (c, s) = (cosine(angle), cosine(angle - .pi / 2))
    var (points, labels) = ([Double](), [Double]())
    for index in 0..<(2 * count) {
      let (t, isUpper) = (Double.pi * Double(index / 2) / Double(count - 1), index % 2 == 0)
      let (x, y) =
        isUpper ? (cosine(t), cosine(t - .pi / 2)) : (1 - cosine(t), 0.5 - cosine(t - .pi / 2))
      let (u, v) = (x - 0.5 + noise[2 * index], y - 0.25 + noise[2 * index + 1])
      points += [c * u - s * v, s * u + c * v]
      labels.append(isUpper ? 0 : 1)
    }
    return (points, labels)
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

private func cosine(_ x: Double) -> Double { Foundation.cos(x) }
