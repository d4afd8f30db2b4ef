import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

private let kinds: [FeatureKind] = [.line, .categories(3), .circle, .categories(2)]

/// Events in the middle of their categories, where the map has a derivative.
private func lawCase(
  _ text: String, context: Int = 0, laws: [BijectorLaw] = BijectorLaw.allCases
) throws -> LawCase {
  var random = RandomStream(seed: 1, purpose: .architecture)
  let chain = try LayerList(text).chain(dimension: 4, contextDimension: context, kinds: kinds, using: &random)
  var result = LawCase.knotted(text, chain.layers[0])
  var draws = RandomStream(seed: 3, purpose: .samples)
  result.settings.events = (0..<32).flatMap { event -> [Double] in
    let u = (0..<4).map { _ in 0.3 + 0.4 * draws.uniform() }
    return [4 * u[0] - 2, Double(event % 3) + u[1], 3 * u[2] - 1.5, Double(event / 3 % 2) + u[3]]
  }
  (result.settings.parameterNoise, result.laws) = (0.2, laws)
  return result
}

private func cases() throws -> [LawCase] {
  [
    try lawCase("autoregressive-categories(hidden=3,activation=tanh)"),
    try lawCase("autoregressive-categories(hidden=4,activation=tanh,order=3+0+1+2)", context: 1),
    try lawCase("autoregressive-rqs(bins=2,bound=3,hidden=4,activation=tanh,order=2+1+0+3)"),
    try lawCase("coupling-rqs(bins=2,bound=3,hidden=3,activation=tanh,mask=0)"),
    try lawCase("coupling-rqs(bins=2,bound=3,hidden=3,activation=tanh,mask=0+2)", laws: withoutDifferences),
    try lawCase("elementwise-affine"),
  ]
}

@Suite struct CategoryTests {
  @Test(arguments: try cases()) func obeysTheLaws(_ each: LawCase) { each.prove() }

  private func events() throws -> EventArray {
    var random = RandomStream(seed: 2, purpose: .samples)
    let rows = (0..<600).map { _ -> [Double] in
      let label = random.uniform() < 0.25 ? -999.0 : random.uniform() < 0.5 ? 11 : 211
      return [random.uniform() + (label > 0 ? 3 : 0), label, random.uniform() < 0.3 ? 1 : 0]
    }
    return try EventArray(rows, columns: ["x", "label", "bit"])
  }

  private func flow(_ layers: String, noise: Double = 0.3) throws -> Flow {
    var options = PreprocessingOptions()
    options.categories = ["label", "bit"]
    let architecture = try Architecture(fitting: events(), layers: layers, preprocessing: options, seed: 3)
    var random = RandomStream(seed: 5, purpose: .parameters)
    let start = Flow(architecture: architecture).parameters
    return Flow(
      architecture: architecture,
      parameters: start.map { $0 + Scalar(noise * (3.4 * random.uniform() - 1.7)) })
  }

  /// Σₖ ∫ p(k, x) dx = 1; the noise that is added to k does not matter; samples have the values and their probabilities.
  @Test(arguments: ["2*[coupling-rqs(hidden=8),permute(random)]", "autoregressive-rqs(hidden=8,activation=silu)"])
  func probabilitiesAndDensities(_ layers: String) throws {
    let flow = try flow(layers)
    #expect(flow.architecture.base.text.contains("uniform(0.0,1.0)"))
    var masses: [[Double]: Double] = [:]
    let step = 0.02
    for label in [-999.0, 11, 211] {
      for bit in [0.0, 1] {
        let rows = (0..<1_200).flatMap { [-10 + (Double($0) + 0.5) * step, label, bit] }
        masses[[label, bit]] = flow.logDensity(rows).reduce(0) { $0 + exp($1) } * step
      }
    }
    #expect(abs(masses.values.reduce(0, +) - 1) < 0.005)
    let twice = flow.logDensity([0.5, 11, 1, 0.5, 11, 1])
    #expect(abs(twice[0] - twice[1]) < 1e-5)
    #expect(flow.logDensity([0.5, 12, 1])[0] == -.infinity)
    let count = 6_000
    let drawn = try flow.sample(count, seed: 4)
    for (values, mass) in masses {
      let found = (0..<count).count { drawn[3 * $0 + 1] == values[0] && drawn[3 * $0 + 2] == values[1] }
      let error = (mass * (1 - mass) / Double(count)).squareRoot()
      #expect(abs(Double(found) / Double(count) - mass) < 4 * error + 0.002, "\(values)")
    }
  }

  /// A fit of one column of categories is one of their frequencies.
  @Test func frequenciesAreLearned() throws {
    let rows = (0..<1_000).map { [$0 % 10 < 7 ? 2.0 : 5] }
    var options = TrainingOptions()
    (options.epochs, options.batchSize, options.learningRate) = (20, 100, 0.05)
    var preprocessing = PreprocessingOptions()
    preprocessing.categories = ["k"]
    let setup = try TrainingSetup(
      fitting: EventArray(rows, columns: ["k"]), layers: "coupling-rqs", preprocessing: preprocessing, options: options)
    let flow = try Trainer(setup, threads: 1).fit().flow
    let densities = flow.logDensity([2, 5])
    #expect(abs(exp(densities[0]) + exp(densities[1]) - 1) < 1e-5)
    #expect(abs(exp(densities[0]) - 0.7) < 0.05)
    #expect(Set(try flow.sample(50)) == [2, 5])
  }

  @Test func whatCannotBeIsAnError() throws {
    let mixed = #expect(throws: FlowError.self) { try flow("lu,coupling-rqs") }
    #expect(mixed?.message.contains("a layer before it mixes them") == true)
    var options = PreprocessingOptions()
    options.categories = ["x"]
    let many = #expect(throws: FlowError.self) {
      try Architecture(fitting: events(), layers: "coupling-rqs", preprocessing: options, seed: 1)
    }
    #expect(many?.message.contains("more than 64 different values") == true)
  }
}
