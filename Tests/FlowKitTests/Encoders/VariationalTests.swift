import FlowKit
import FlowKitTestSupport
import Testing

@Suite struct VariationalTests {
  struct ReferenceCase: Decodable {
    let head: String
    let levels: Int
    let deviation: Double
    let outputs, events, means, deviations, logScales, values, cotangents, slopes, logScaleGradient: ReferenceArray

    var kind: DecoderHead.Kind {
      switch head {
      case "normal": .normal
      case "normal-columns": .normalColumns
      case "normal-fixed": .normalFixed(deviation)
      case "bernoulli": .bernoulli
      case "categorical": .categorical(levels)
      default: .logistic(levels)
      }
    }
  }

  private static func tile(_ array: ReferenceArray) -> Tile {
    let (count, width) = (array.shape[0], array.shape[1])
    var tile = Tile(features: width, width: 16, pool: TilePool())
    for feature in 0..<width {
      for event in 0..<16 {
        tile[feature, event] = Scalar(array.values[min(event, count - 1) * width + feature])
      }
    }
    return tile
  }

  /// Log-likelihoods of every head and their derivatives are those of JAX.
  @Test func headsAgreeWithAnIndependentProgram() throws {
    let cases = try ReferenceFile<ReferenceCase>.cases("heads.json")
    #expect(Set(cases.map(\.head)).count == 6)
    for reference in cases {
      let (count, dimension) = (reference.events.shape[0], reference.events.shape[1])
      let head = DecoderHead(reference.kind, dimension: dimension)
      let scaling = Standardize(means: reference.means.values, standardDeviations: reference.deviations.values)
      var rows = reference.events.values
      var unused = [Double](repeating: 0, count: count)
      scaling.forward(rows: &rows, addingTo: &unused)
      let x = Self.tile(ReferenceArray(shape: reference.events.shape, values: rows))
      let (values, pullback) = head.logLikelihoods(
        Self.tile(reference.outputs), of: x, scaling, Parameters(reference.logScales.scalars))
      expectClose(Array(values[..<count]), reference.values.values, within: 10 * referenceTolerance, reference.head)
      var cotangent = Tile(features: 1, width: 16, pool: TilePool())
      for event in 0..<16 { cotangent[0, event] = event < count ? Scalar(reference.cotangents.values[event]) : 0 }
      var gradient = Gradient(count: reference.logScales.values.count)
      let slopes = pullback(cotangent, &gradient).rows(count: count)
      expectClose(slopes, reference.slopes.values, within: 20 * referenceTolerance, reference.head)
      let scales = (0..<gradient.count).map { gradient[$0] }
      expectClose(scales, reference.logScaleGradient, within: 20 * referenceTolerance, reference.head)
    }
  }

  private static let heads: [DecoderHead.Kind] = [
    .normal, .normalColumns, .normalFixed(0.4), .bernoulli, .categorical(5), .logistic(5),
  ]

  private static func events(_ kind: DecoderHead.Kind, _ count: Int = 96) throws -> EventArray {
    let rows = curve(count)
    guard let levels = DecoderHead(kind, dimension: 4).levels else { return try EventArray(rows, dimension: 4) }
    let whole = rows.enumerated().map { index, x in
      min(Double(levels - 1), max(0, (Double(levels) * (x + Double(index % 4)) / 6).rounded()))
    }
    return try EventArray(whole, dimension: 4)
  }

  private static func model(
    _ kind: DecoderHead.Kind, _ events: EventArray, prior layers: String? = nil, base: String = "normal"
  ) throws -> VariationalEncoder {
    let architecture = try EncoderArchitecture(
      fitting: events, latents: 2, encoder: "6,activation=tanh", decoder: "5,activation=silu", head: kind)
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try layers.map { try LayerList($0).chain(dimension: 2, using: &random) } ?? Chain([], dimension: 2)
    return try VariationalEncoder(
      architecture, prior: Architecture(chain: chain, base: Registry.standard.base(base, dimension: 2)))
  }

  @Test(arguments: heads.indices)
  func theGradientIsThatOfCentralDifferences(index: Int) throws {
    let events = try Self.events(Self.heads[index])
    for prior in [nil, "coupling-affine(hidden=4,activation=tanh),lower"] where prior == nil || index % 3 == 0 {
      let model = try Self.model(Self.heads[index], events, prior: prior)
      let objective = EvidenceBoundObjective(model, warmUp: 0.5)
      objective.begin(progress: 0.3)
      try expectGradient(objective, events, at: scattered(model.layout.parameterCount), every: 2)
    }
  }

  @Test(arguments: ["mixture(3)", "t-mixture(2)"])
  func theGradientOfAMixtureIsThatOfCentralDifferences(prior: String) throws {
    let events = try Self.events(.normal)
    let model = try Self.model(.normal, events, base: prior)
    let objective = EvidenceBoundObjective(model, warmUp: 0.5)
    objective.begin(progress: 0.3)
    try expectGradient(objective, events, at: scattered(model.layout.parameterCount), every: 2)
  }

  /// Events near three points, one latent: a mixture as the prior of the codes is learned with them, and its bound is closer than that of a
  /// normal prior.
  @Test func aMixtureIsLearned() throws {
    let numbers = uniformNumbers(600, in: -0.1...0.1, seed: 8)
    let rows = (0..<300).flatMap { row in
      let centre = [-2.0, 0.5, 2][row % 3]
      return [centre + numbers[2 * row], centre * centre + numbers[2 * row + 1]]
    }
    let events = try EventArray(rows, dimension: 2)
    func fit(_ prior: String) throws -> EncoderFit {
      let setup = try EncoderSetup(
        fitting: events, validation: .none, latents: 1, encoder: "8",
        objective: EncoderObjective("vae(sigma=0.1,prior=\(prior))"),
        options: TrainingOptions { ($0.epochs, $0.batchSize, $0.learningRate) = (100, 60, 0.02) })
      #expect(setup.prior?.layerList == "" && setup.prior?.base.text == prior)
      return try setup.run()
    }
    let (normal, mixture) = (try fit("normal"), try fit("mixture(3)"))
    #expect(mixture.loss < normal.loss - 0.1, "\(mixture.loss), \(normal.loss)")
    #expect(mixture.prior?.parameters.count == 9)
  }

  /// What is drawn follows the head: means and deviations of many draws are those of its probabilities.
  @Test(arguments: heads.indices)
  func drawsFollowTheHead(index: Int) throws {
    let events = try Self.events(Self.heads[index])
    let model = try Self.model(Self.heads[index], events)
    let encoder = EventEncoder(
      architecture: model.architecture, parameters: scattered(model.architecture.parameterCount))
    let count = 4_000
    let latents = (0..<count).flatMap { _ in [0.3, -0.8] }
    let evaluator = encoder.evaluator(threads: 2)
    let (means, draws) = (try evaluator.events(from: [0.3, -0.8]), try evaluator.draws(from: latents, seed: 3))
    for column in 0..<4 {
      let values = (0..<count).map { draws[4 * $0 + column] }
      let mean = values.reduce(0, +) / Double(count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
      let error = (variance / Double(count)).squareRoot()
      #expect(abs(mean - means[column]) <= 5 * error + 1e-6, "column \(column): \(mean), \(means[column])")
      if DecoderHead(Self.heads[index], dimension: 4).levels != nil {
        #expect(values.allSatisfy { $0 == $0.rounded() && $0 >= 0 && $0 <= 4 })
      }
    }
    // The same numbers in other company.
    #expect(try evaluator.draws(from: [0.3, -0.8], first: 17, seed: 3) == Array(draws[68..<72]))
  }

  /// Linear networks with one σ and a normal prior are probabilistic principal components (Tipping & Bishop 1999): their bound reaches its
  /// likelihood, of which the eigenvalues 9, 4 and 0.25 of the covariance tell.
  @Test func linearNetworksReachProbabilisticPrincipalComponents() throws {
    let rows = try orthogonalRows(400, deviations: [3, 2, 0.5])
    let setup = try EncoderSetup(
      fitting: EventArray(rows, dimension: 3), validation: .none, latents: 1, encoder: "linear",
      objective: EncoderObjective("vae"),
      options: TrainingOptions { ($0.epochs, $0.batchSize, $0.learningRate) = (300, 100, 0.02) })
    let fit = try setup.run()
    let evaluator = try VariationalEvaluator(fit.encoder, prior: try #require(fit.prior))
    let noise = (4 + 0.25) / 2
    let expected = -0.5 * (3 * logarithm(2 * .pi) + logarithm(9) + 2 * logarithm(noise) + 3)
    let mean = evaluator.bounds(of: rows, draws: 200).reduce(0, +) / 400
    #expect(abs(mean - expected) < 1e-2, "\(mean), not \(expected)")
  }

  /// The bound rises with the number of draws.
  @Test func boundsRiseWithDraws() throws {
    let events = try Self.events(.normal, 200)
    let model = try Self.model(.normal, events)
    let all = scattered(model.layout.parameterCount)
    let own = model.architecture.parameterCount
    let evaluator = try VariationalEvaluator(
      EventEncoder(architecture: model.architecture, parameters: Array(all[..<own])),
      prior: Flow(architecture: model.prior, parameters: Array(all[own...])))
    let rows = try events.contents().events
    let means = [1, 10, 100].map { evaluator.bounds(of: rows, draws: $0).reduce(0, +) / 200 }
    #expect(means[0] < means[1] && means[1] < means[2], "\(means)")
    let alone = evaluator.bounds(of: Array(rows[(4 * 7)..<(4 * 8)]), draws: 10, first: 7)
    #expect(alone == [evaluator.bounds(of: rows, draws: 10)[7]])
  }

  /// The loss of validation is the mean of minus the bound of one draw, whose expectation the other estimates share.
  @Test func theLossIsTheBound() throws {
    let events = try Self.events(.normal, 400)
    let setup = try EncoderSetup(
      fitting: events, validation: .events(events), latents: 2, encoder: "6", layers: "lower",
      objective: EncoderObjective("vae(prior=flow,sigma=columns,warm-up=0.5)"),
      options: TrainingOptions { ($0.epochs, $0.batchSize) = (5, 50) })
    #expect(setup.prior?.layerList == "lower")
    let fit = try setup.run()
    let bounds = try VariationalEvaluator(fit.encoder, prior: try #require(fit.prior)).bounds(
      of: events.contents().events, draws: 1, seed: 9)
    let mean = bounds.reduce(0, +) / 400
    let deviation = (bounds.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 400).squareRoot()
    #expect(abs(mean + fit.loss) < 5 * deviation / 20, "\(mean), \(fit.loss)")
  }

  @Test func whatHeadsCannotHoldIsSaid() throws {
    let error = #expect(throws: FlowError.self) {
      try EncoderSetup(
        fitting: Self.events(.categorical(5)), latents: 2, encoder: "4",
        objective: EncoderObjective("vae(head=categorical,levels=4)"))
    }
    #expect(error?.message.contains("whole numbers from 0 to 3 alone") == true)
    for text in [
      "vae", "vae(sigma=columns,prior=flow)", "vae(sigma=0.5)", "vae(head=categorical,levels=17,warm-up=0.2)",
      "vae(head=bernoulli)", "vae(head=logistic,levels=9,metric=deviations)", "vae(prior=mixture(8))",
      "vae(sigma=0.5,prior=t-mixture(3),warm-up=0.2)",
    ] {
      #expect(try EncoderObjective(text).text == text)
    }
    #expect(throws: FlowError.self) { try EncoderObjective("vae(head=categorical)") }
    #expect(throws: FlowError.self) { try EncoderObjective("vae(sigma=-1)") }
    #expect(try EncoderObjective("vae(prior=mixture)").text == "vae(prior=mixture(8))")
    for prior in ["uniform", "mixture(0)", "mixtures(3)", "mixture(3", ""] {
      #expect(throws: FlowError.self) { try EncoderObjective("vae(prior=\(prior))") }
    }
    for head in Self.heads {
      let value = DecoderHead(head, dimension: 3)
      #expect(try DecoderHead(jsonText: value.jsonText(), "a head") == value)
    }
  }
}
