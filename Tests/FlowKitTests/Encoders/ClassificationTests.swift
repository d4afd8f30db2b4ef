import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

@testable import class FlowKit.BayesClassifier
@testable import struct FlowKit.LabelClasses
@testable import class FlowKit.Trainer

/// Flows that are conditional on labels, Bayes' rule, and what is said of probabilities.
@Suite struct ClassificationTests {
  struct ReferenceCase: Decodable {
    let counts, densities, total, logProbabilities: ReferenceArray
    let truth: [Int]
    let accuracy, logLoss, calibrationError: Double
  }

  /// The rule and the scores are those of SciPy and scikit-learn, also where densities are below the smallest number.
  @Test func agreesWithReference() throws {
    let cases = try ReferenceFile<ReferenceCase>.cases("classification.json")
    #expect(cases.count == 3)
    for reference in cases {
      let (width, count) = (reference.counts.values.count, reference.truth.count)
      let classes = LabelClasses(label: "k", classes: Array(0..<width), counts: reference.counts.values)
      let densities = (0..<width).map { Array(reference.densities.values[($0 * count)..<(($0 + 1) * count)]) }
      let got = BayesClassifier.posterior(densities, logPriors: classes.logPriors)
      expectClose(got.logDensities, reference.total.values, within: 1e-12, "log p(z)")
      expectClose(got.logProbabilities, reference.logProbabilities.values, within: 1e-11, "log P(k | z)")
      var scores = ClassificationScores()
      for (event, truth) in reference.truth.enumerated() {
        scores.add(got.logProbabilities[(event * width)..<((event + 1) * width)], truth: truth)
      }
      #expect(scores.count == count && scores.accuracy == reference.accuracy)
      #expect(abs(try #require(scores.logLoss) - reference.logLoss) < 1e-12)
      #expect(abs(try #require(scores.calibrationError) - reference.calibrationError) < 1e-12)
    }
  }

  @Test func whatHasNoProbabilities() throws {
    let classes = LabelClasses(label: "k", classes: [3, 7], counts: [1, 3])
    let (totals, probabilities) = BayesClassifier.posterior(
      [[-.infinity, -.infinity, .nan], [-.infinity, 2, 0]], logPriors: classes.logPriors)
    #expect(totals[0] == -.infinity && totals[1] == 2 + logarithm(0.75) && totals[2].isNaN)
    #expect(probabilities[0].isNaN && probabilities[2] == -.infinity && probabilities[3] == 0 && probabilities[4].isNaN)
    var scores = ClassificationScores()
    #expect(scores.accuracy == nil && scores.logLoss == nil && scores.calibrationError == nil)
    scores.add(probabilities[0..<2], truth: 0)
    #expect(scores.count == 0 && scores.nonFinite == 1)
    scores.add(probabilities[2..<4], truth: 0)
    #expect(scores.logLoss == .infinity && scores.accuracy == 0 && scores.calibrationError == 1)
  }

  /// Codes by labels are trained with noise on the features, never on the labels, and without it where that is asked for; the flow of the
  /// second stage has none, and what would learn to give noise back refuses it.
  @Test func noiseIsOnFeatures() throws {
    func setup(_ objective: String, _ noise: TrainingNoise?) throws -> EncoderSetup {
      try EncoderSetup(
        fitting: events(), latents: 2, encoder: "8", objective: EncoderObjective(objective),
        options: TrainingOptions { $0.noise = noise })
    }
    let own = try setup("triplet(label=label)", nil)
    #expect(own.options.noise == .rule)
    let noise = try Trainer.noise(own.options, own.train, LabelledEncoder(own.architecture, labels: 1))
    let share = TrainingNoise.rule.start(events: own.train.count, columns: 3)
    #expect(noise.count == 4 && noise[..<3].allSatisfy { $0 > 0.1 * share } && noise[3] == 0)
    #expect(try setup("triplet(label=label)", .deviations(0)).options.noise == .deviations(0))
    let encoder = try own.run().encoder
    #expect(try own.latentSetup(encoder, layers: "lower").options.noise == nil)
    let error = #expect(throws: FlowError.self) {
      try EncoderSetup(
        fitting: EventArray([0, 1, 2, 3, 5, 4], dimension: 2), validation: .none, latents: 1, encoder: "8",
        options: TrainingOptions { $0.noise = .rule })
    }
    #expect(error?.message.hasPrefix("ae would learn to give the noise back") == true)
  }

  /// Three clusters on a line, of different sizes: the flow of each finds its own, and probabilities are those of the clusters' densities.
  private func events(_ labels: (Int) -> Double = { Double(5 * ($0 % 4 % 3)) }) throws -> EventArray {
    let count = 400
    let noise = uniformNumbers(2 * count, in: -1...1, seed: 12)
    let rows = (0..<count).flatMap { row -> [Double] in
      let (a, b) = (noise[2 * row], noise[2 * row + 1])
      return [2 * labels(row) / 5 + a, b, a * b]
    }
    return try EventArray(rows, dimension: 3, context: (0..<count).map(labels), contextColumns: ["label"])
  }

  private func setup(_ events: EventArray, _ validation: Validation = .fraction(0.25)) throws -> EncoderSetup {
    try EncoderSetup(
      fitting: events, validation: validation, latents: 2, encoder: "8",
      objective: EncoderObjective("triplet(label=label,flow=conditional)"),
      options: TrainingOptions { ($0.epochs, $0.batchSize, $0.learningRate, $0.seed) = (12, 64, 0.01, 2) })
  }

  @Test func theFlowIsOneOfEachLabel() throws {
    let setup = try setup(events())
    let classes = try #require(setup.classes)
    #expect(classes.classes == [0, 5, 10] && classes.columns == ["label=0", "label=5", "label=10"])
    #expect(classes.counts.reduce(0, +) == Double(setup.train.count))
    let encoder = try setup.run().encoder
    let latent = try setup.latentSetup(encoder, layers: "2*[coupling-affine(hidden=16),permute(reverse)]")
    #expect(latent.train.contextColumns == classes.columns)
    let flow = try Trainer(latent).fit().flow
    let validation = try #require(setup.validation).contents()
    let latents = encoder.latents(of: validation.events)
    let (totals, probabilities) = try BayesClassifier(FlowEnsemble([flow]), classes)(latents)
    // By the rule, event by event, from the flow itself.
    let joint = (0..<3).map { place in
      flow.logDensity(latents, context: classes.oneHot(place)).map { $0 + classes.logPriors[place] }
    }
    for event in totals.indices {
      let total = logarithm(joint.reduce(0) { $0 + exp($1[event]) })
      #expect(abs(totals[event] - total) < 1e-9 * max(1, abs(total)))
      for place in 0..<3 {
        let expected = joint[place][event] - total
        #expect(abs(probabilities[event * 3 + place] - expected) < 1e-9 * max(1, abs(total)))
      }
    }
    let scores = try #require(try setup.classification(encoder, FlowEnsemble([flow])))
    #expect(scores.count == validation.context.count && scores.nonFinite == 0)
    // Clusters touch at their ends alone: nearly all labels can be told.
    #expect(try #require(scores.accuracy) > 0.9 && #require(scores.logLoss) < 0.4)
    #expect(try #require(scores.calibrationError) < 0.15)

    let model = Model(latent, try Trainer(latent).fit(), [:]).encoded(
      by: Model.Encoding(encoder, objective: setup.objective, classes: classes), like: setup.train)
    let path = FileManager.default.temporaryDirectory.appending(path: "classes-\(UUID().uuidString).h5").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try model.write(to: path)
    let read = try Model(reading: path)
    #expect(read.encoding?.classes == classes && read.contextColumns == classes.columns)
    #expect(read.flow.parameters == flow.parameters)
  }

  @Test func labelsAreChecked() throws {
    let events = try events()
    let others = try self.events { $0 == 7 ? 20 : 0 }
    let error = #expect(throws: FlowError.self) { try setup(events, .events(others)) }
    #expect(
      error?.message.contains("the label is 20 in row 7, but the training rows have the classes 0, 5, 10") == true)
    #expect(throws: FlowError.self) { try LabelClasses(of: self.events { _ in 1 }) }
    let weightless = try EventArray(
      [1, 2, 3, 4], dimension: 1, context: [0, 0, 1, 1], weights: [1, 2, 0, 0], contextColumns: ["a"])
    #expect(throws: FlowError.self) { try LabelClasses(of: weightless) }
    let flow = Flow(
      architecture: Architecture(chain: try Chain([], dimension: 2), base: StandardNormal(dimension: 2)), seed: 0)
    #expect(throws: FlowError.self) {
      try BayesClassifier(FlowEnsemble([flow]), LabelClasses(label: "a", classes: [0, 1], counts: [1, 1]))
    }
    let text = "triplet(label=a,margin=0.5,flow=conditional)"
    #expect(try EncoderObjective(text).text == text)
    #expect(throws: FlowError.self) { try EncoderObjective("triplet(label=a,flow=joint)") }
  }
}
