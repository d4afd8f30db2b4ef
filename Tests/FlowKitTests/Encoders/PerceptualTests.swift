import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

@Suite struct PerceptualTests {
  struct Reference: Decodable {
    let events, means, deviations, featureMeans, featureDeviations, parameters, features, gradient: ReferenceArray
    let weight, loss: Double
  }

  /// Loss and gradient are those of NumPy; the features' network has no gradient and keeps its parameters.
  @Test func agreesWithReference() throws {
    let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: referenceURL("perceptual.json")))
    func network(_ text: String, _ inputs: Int, _ outputs: Int) throws -> CodeNetwork {
      try CodeNetwork("\(text),activation=tanh", inputs: inputs, outputs: outputs)
    }
    let architecture = EncoderArchitecture(
      scaling: Standardize(means: reference.means.values, standardDeviations: reference.deviations.values),
      encoder: try network("5", 3, 2), decoder: try network("5", 2, 3))
    let features = EventEncoder(
      architecture: EncoderArchitecture(
        scaling: Standardize(
          means: reference.featureMeans.values, standardDeviations: reference.featureDeviations.values),
        encoder: try network("6", 3, 4)),
      parameters: reference.features.scalars)
    let objective = try PerceptualObjective(architecture, features: features, weight: reference.weight)
    var random = RandomStream(seed: 0, purpose: .parameters)
    let drawn = objective.subject.layout.initialParameters(using: &random)
    #expect(Array(drawn.suffix(features.parameters.count)) == features.parameters)
    let trainer = try Trainer(
      objective, from: reference.parameters.scalars + features.parameters,
      train: EventArray(reference.events.values, dimension: 3), options: TrainingOptions())
    let (loss, gradient) = try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0))
    #expect(abs(loss - reference.loss) <= referenceTolerance * max(1, reference.loss))
    let own = Array(gradient.prefix(reference.parameters.values.count))
    expectClose(own, reference.gradient, within: 10 * referenceTolerance, "gradient")
    let others = gradient.dropFirst(own.count)
    #expect(others.count == features.parameters.count && others.allSatisfy { $0 == 0 })
  }

  /// Features see one column alone: it is given back better than without them, the others worse.
  @Test func whatFeaturesSeeIsGivenBack() throws {
    let numbers = uniformNumbers(3 * 300, in: -1...1, seed: 6)
    let widths = [2, 1.5, 1]
    let rows = numbers.enumerated().map { $0.element * widths[$0.offset % 3] }
    let events = try EventArray(rows, dimension: 3)
    let seeing = EncoderArchitecture(
      scaling: Standardize(means: [0, 0, 0], standardDeviations: [1, 1, 1]),
      encoder: try CodeNetwork("linear", inputs: 3, outputs: 1))
    let features = EventEncoder(architecture: seeing, parameters: [0, 0, 1, 0])
    func errors(_ criterion: ReconstructionCriterion) throws -> [Double] {
      let fit = try EncoderSetup(
        fitting: events, validation: .none, latents: 2, encoder: "linear", objective: EncoderObjective(criterion),
        options: TrainingOptions { ($0.epochs, $0.batchSize, $0.learningRate) = (200, 64, 0.02) }
      ).run()
      #expect(fit.encoder.parameters.count == fit.encoder.architecture.parameterCount)
      let back = try fit.encoder.events(from: fit.encoder.latents(of: rows))
      return (0..<3).map { column in
        var sum = 0.0
        for index in stride(from: column, to: rows.count, by: 3) {
          let residual = back[index] - rows[index]
          sum += residual * residual / 300
        }
        return sum
      }
    }
    let without = try errors(ReconstructionCriterion())
    let with = try errors(ReconstructionCriterion(featuresName: "third", features: features, featureWeight: 5))
    // Two principal components leave out the third column.
    let isFollowed = without[2] > 0.2 && with[2] < 0.1 * without[2] && with[1] > 2 * without[1]
    #expect(isFollowed, "\(without), \(with)")
  }

  @Test func mistakesAreSaid() throws {
    let text = "ae(error=absolute,features=other.h5,feature-weight=2.0)"
    #expect(try EncoderObjective(text).text == text)
    #expect(throws: FlowError.self) { try EncoderObjective("ae(feature-weight=2)") }
    #expect(throws: FlowError.self) { try EncoderObjective("ae(features=other.h5,feature-weight=0)") }
    let events = try EventArray(curve(50), dimension: 4)
    let unnamed = #expect(throws: FlowError.self) {
      try EncoderSetup(fitting: events, latents: 1, objective: EncoderObjective("ae(features=other.h5)"))
    }
    #expect(unnamed?.message.contains("their encoder is not given") == true)
    let seeing = EncoderArchitecture(
      scaling: Standardize(means: [0], standardDeviations: [1]),
      encoder: try CodeNetwork("linear", inputs: 1, outputs: 1))
    let features = EventEncoder(architecture: seeing)
    let misfit = #expect(throws: FlowError.self) {
      try EncoderSetup(
        fitting: events, latents: 1,
        objective: EncoderObjective(ReconstructionCriterion(featuresName: "one", features: features)))
    }
    #expect(misfit?.message.contains("features of 1 columns") == true)
  }
}
