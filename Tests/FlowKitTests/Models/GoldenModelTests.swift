import FlowKit
import Foundation
import Testing

/// Model files as earlier programs wrote them; the densities are those that they computed.
@Suite struct GoldenModelTests {
  @Test func everyModelFileIsRead() throws {
    let names = files(in: reference("../models")).filter { $0.hasSuffix(".h5") }
    #expect(names.count >= 2)
    for name in names {
      let model = try Model(reading: reference("../models/\(name)"), includingTraining: true)
      // What the flows are densities of: with an encoder, latents.
      let dimension = model.ensemble.dimension
      let origin = [Double](repeating: 0, count: dimension + model.contextColumns.count)
      let densities = model.ensemble.logDensity(
        Array(origin.prefix(dimension)), context: Array(origin.dropFirst(dimension)))
      #expect(!densities[0].isNaN, "\(name)")
    }
  }

  @Test func formatVersion1() throws {
    let model = try Model(reading: reference("../models/version1.h5"))
    #expect(model.columns == ["x", "y"] && model.history.count == 3)
    #expect(model.flow.architecture.layerList.hasPrefix("coupling-affine(hidden=4),permute(reverse),coupling-rqs("))
    let densities = model.flow.logDensity([0, 0, 1, -0.5, 0.25, 2])
    expectClose(densities, [-1.3867418775125393, -2.122018828460539, -6.88322140524955], within: 1e-5, "log-densities")
  }

  /// An ensemble, and what an independent program scores with it (Tests/Reference/make_golden_ensemble.py).
  @Test func formatVersion3() throws {
    struct Reference: Decodable { let events, context, densities: ReferenceArray }
    let model = try Model(reading: reference("../models/format3-ensemble.h5"), includingTraining: true)
    #expect(model.columns == ["a", "b"] && model.contextColumns == ["c"] && model.members.count == 3)
    #expect(model.members.allSatisfy { $0.selectionHistory.count == 3 && $0.training?.stopped == .epochs })
    let expected = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: referenceURL("format3.json")))
    let densities = model.ensemble.logDensity(expected.events.values, context: expected.context.values)
    expectClose(densities, expected.densities.values, within: 1e-5, "log-densities")
  }

  /// Encoders, and what an independent program makes of events with them (Tests/Reference/make_golden_encoders.py).
  @Test func formatVersion4() throws {
    struct Reference: Decodable {
      let events, densities, probabilities, numbers, latents, deviations, means, priors: ReferenceArray
    }
    let expected = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: referenceURL("format4.json")))
    let model = try Model(reading: reference("../models/format4-classes.h5"), includingTraining: true)
    let encoding = try #require(model.encoding)
    #expect(model.columns == ["a", "b", "c"] && model.contextColumns == ["kind=0", "kind=1", "kind=2"])
    #expect(encoding.objective.text == "triplet(label=kind,flow=conditional)" && encoding.history.count == 3)
    #expect(encoding.training?.stopped == .epochs)
    let latents = encoding.encoder.latents(of: expected.events.values)
    let found = try BayesClassifier(model.ensemble, #require(encoding.classes))(latents)
    expectClose(found.logDensities, expected.densities.values, within: 1e-5, "log p(z)")
    expectClose(found.logProbabilities, expected.probabilities.values, within: 1e-5, "log P(label | z)")

    let other = try Model(reading: reference("../models/format4-vae.h5"))
    let encoder = try #require(other.encoding?.encoder)
    let means = encoder.latents(of: expected.numbers.values)
    expectClose(means, expected.latents.values, within: 1e-5, "means of q(z | x)")
    let variational = try VariationalEvaluator(encoder, prior: other.flow)
    expectClose(
      variational.latents(of: expected.numbers.values, .deviations), expected.deviations.values, within: 1e-5,
      "deviations of q(z | x)")
    expectClose(try encoder.events(from: means), expected.means.values, within: 1e-5, "means of p(x | z)")
    expectClose(other.flow.logDensity(means), expected.priors.values, within: 1e-5, "log p(z)")
  }

  /// An encoder with a context, whose posterior is a flow (Tests/Reference/make_golden_conditional.py).
  @Test func conditionalEncoder() throws {
    struct Reference: Decodable { let events, context, latents, deviations, means, priors: ReferenceArray }
    let expected = try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: referenceURL("format4-conditional.json")))
    let model = try Model(reading: reference("../models/format4-conditional.h5"), includingTraining: true)
    #expect(model.columns == ["a", "b", "c"] && model.contextColumns == ["t"])
    let encoder = try #require(model.encoding).encoder
    let (events, context) = (expected.events.values, expected.context.values)
    let latents = encoder.latents(of: events, context: context)
    expectClose(latents, expected.latents.values, within: 1e-5, "latents")
    let variational = try VariationalEvaluator(encoder, prior: model.flow)
    expectClose(
      variational.latents(of: events, .deviations, context: context), expected.deviations.values, within: 1e-5,
      "deviations")
    let means = try encoder.events(from: latents, context: context)
    expectClose(means, expected.means.values, within: 1e-5, "means of p(x | z, c)")
    expectClose(model.flow.logDensity(latents, context: context), expected.priors.values, within: 1e-5, "log p(z | c)")
  }

  /// What an independent program scores with the same files: angles and categories (Tests/Reference/make_golden_kinds.py); sums of
  /// squares, Bernstein polynomials and a base of elliptical densities (make_golden_increasing.py); deep sigmoidal maps and differential
  /// equations, which are solved to 1e-6 a step (make_golden_continuous.py).
  @Test(arguments: [
    ("kinds", "kinds.json", 1e-5), ("increasing", "golden-increasing.json", 1e-5),
    ("continuous", "golden-continuous.json", 1e-4),
  ])
  func scoresAsAnIndependentProgram(_ name: String, _ values: String, _ tolerance: Double) throws {
    struct Reference: Decodable { let events, densities: ReferenceArray }
    let model = try Model(reading: reference("../models/\(name).h5"))
    let expected = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: referenceURL(values)))
    expectClose(
      model.flow.logDensity(expected.events.values), expected.densities.values, within: tolerance, "log-densities")
  }

  /// Of a fit that has ended, with the optimizer's state and the best parameters, which are no longer stored.
  @Test func aFitThatHasEndedWithItsState() throws {
    let model = try Model(reading: reference("../models/version2-ended.h5"), includingTraining: true)
    let training = try #require(model.training)
    #expect(training.stopped == .epochs && training.epoch == 3 && training.history.count == 3)
    #expect(training.best?.parameters == model.flow.parameters && training.current.parameters.isEmpty)
    let densities = model.flow.logDensity([1.2882, 2.0943, 0.0663, -0.2250, -1.0922, 1.2022])
    expectClose(
      densities, [-3.3670171515928797, -2.417548495495813, -2.8561213245924617], within: 1e-5, "log-densities")
  }
}
