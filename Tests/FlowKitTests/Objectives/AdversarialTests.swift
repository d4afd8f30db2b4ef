import FlowKit
import Testing

/// Flows against critics.
@Suite struct AdversarialTests {
  private static let isDouble = MemoryLayout<Scalar>.size == 8
  private static let adversaries: [Adversary] = AdversarialGame.allCases.flatMap { game in
    let constraints: [Adversary.Constraint] = [.free, .orthonormal, .clip(0.3), .penalty(0.7)]
    return constraints.map { constraint in
      var adversary = Adversary(game, constraint)
      (adversary.hidden, adversary.steps) = ([6, 6], 2)
      if adversary.group > 0 { adversary.group = 2 }
      return adversary
    }
  }

  /// Two layers, with and without a context, and with a preprocessing.
  private func architecture(context: Int) throws -> Architecture {
    var random = RandomStream(seed: 2, purpose: .architecture)
    let chain = try LayerList(
      "coupling-affine(hidden=5,activation=tanh),autoregressive-affine(hidden=5,activation=tanh)"
    )
    .chain(dimension: 2, contextDimension: context, using: &random)
    return Architecture(
      chain: chain, base: StandardNormal(dimension: 2),
      preprocessing: [Standardize(means: [1, -2], standardDeviations: [20, 0.5])],
      contextPreprocessing: context > 0 ? [Standardize(means: [0.5], standardDeviations: [3])] : [])
  }

  private func start(_ objective: AdversarialObjective) -> [Scalar] {
    var random = RandomStream(seed: 3, purpose: .parameters)
    let values = objective.subject.layout.initialParameters(using: &random)
    let noise = uniformNumbers(values.count, in: -0.3...0.3, seed: 5)
    let all = zip(values, noise).map { $0 + Scalar($1) }
    // A flow sets to 0 the entries that it has no use for, such as those that a mask covers.
    let architecture = objective.model.architecture
    let own = Flow(architecture: architecture, parameters: Array(all.prefix(architecture.parameterCount)))
    return own.parameters + all.dropFirst(architecture.parameterCount)
  }

  private func events(_ count: Int, context: Int, weights: [Double]? = nil) throws -> EventArray {
    let rows = uniformNumbers(2 * count, seed: 1).enumerated().map {
      $0.offset % 2 == 0 ? 20 * $0.element : 0.5 * $0.element
    }
    return try EventArray(
      rows, dimension: 2, context: context > 0 ? uniformNumbers(count, in: -3...3, seed: 8) : [],
      weights: weights ?? uniformNumbers(count, in: 0.5...2, seed: 9))
  }

  /// Each turn's gradient, with respect to the parameters that it changes; the gradient of all others is 0.
  @Test(arguments: adversaries.indices, [0, 1]) func gradientsAreThoseOfCentralDifferences(
    index: Int, context: Int
  ) throws {
    let adversary = Self.adversaries[index]
    let objective = try AdversarialObjective(
      architecture(context: context), adversary, likelihoodWeight: context == 1 ? 0.4 : 0)
    let (θ, data) = (start(objective), try events(100, context: context))
    for turn in objective.turns {
      // The flow of the non-saturating game lowers something else than the value.
      let isOther = adversary.game == .nonSaturating && turn.optimizer != nil && turn.learningRate == nil
      func result(_ θ: [Scalar]) throws -> (loss: Double, gradient: [Scalar]) {
        let trainer = try Self.trainer(turn.objective, θ, data)
        return try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0))
      }
      let (loss, gradient) = try result(θ)
      let layout = objective.subject.layout
      #expect(loss.isFinite && gradient.contains { abs($0) > 1e-3 })
      var differs = 0
      let (step, tolerance) = Self.isDouble ? (1e-6, 2e-6) : (1e-2, 4e-2)
      for (number, part) in layout.parts.enumerated() {
        guard turn.parts.contains(number) else {
          // Of a turn as an objective of its own.
          #expect(part.parameters.allSatisfy { gradient[$0] == 0 })
          continue
        }
        for parameter in part.parameters where parameter % (Self.isDouble ? 3 : 7) == index % 3 && !isOther {
          guard θ[parameter] != 0 else { continue }
          let isCritic = number == layout.parts.count - 1
          if isCritic, case .clip(let limit) = adversary.constraint, abs(Double(θ[parameter])) > limit - 2 * step {
            continue
          }
          var moved = (θ, θ)
          moved.0[parameter] += Scalar(step)
          moved.1[parameter] -= Scalar(step)
          let difference =
            try (result(moved.0).loss - result(moved.1).loss) / Double(moved.0[parameter] - moved.1[parameter])
          if abs(difference - Double(gradient[parameter])) > tolerance * max(1, abs(difference)) { differs += 1 }
        }
      }
      // A step may cross a kink of the critic, at which its slope jumps: an event in ten thousand in Double.
      #expect(differs <= (Self.isDouble ? 1 : 6), "\(adversary.text), \(differs)")
    }
  }

  private static func trainer(_ objective: some Objective, _ θ: [Scalar], _ data: EventArray, threads: Int = 2) throws
    -> Trainer
  {
    try Trainer(
      objective, from: θ, train: data, options: TrainingOptions { $0.batchSize = data.count }, threads: threads)
  }

  /// What the flow of the non-saturating game lowers is −½ log σ(s); the slopes of the others are those of the distance.
  @Test(arguments: AdversarialGame.allCases) func slopesAreDerivatives(game: AdversarialGame) {
    for (r, s) in [(0.3, -0.7), (-4, 3), (30, -30), (-800, 900)] {
      let h = 1e-6
      let slopes = game.slopes(r, s)
      #expect(abs((game.distance(r + h, s) - game.distance(r - h, s)) / (2 * h) - slopes.r) < 1e-6)
      #expect(abs((game.distance(r, s + h) - game.distance(r, s - h)) / (2 * h) - slopes.s) < 1e-6)
      #expect(game.flowSlope(s) <= 0 && game.flowSlope(s).isFinite)
      if game != .nonSaturating { #expect(game.flowSlope(s) == slopes.s) }
    }
    #expect(abs(AdversarialGame.nonSaturating.flowSlope(0) + 0.25) < 1e-15)
    #expect(abs(AdversarialGame.nonSaturating.flowSlope(-50) + 0.5) < 1e-15)
    #expect(abs(AdversarialGame.saturating.distance(0, 0)) < 1e-15)
  }

  /// Where samples and events agree no critic learns anything in the mean: its gradient is 0 within four standard errors.
  @Test func theMeanGradientOfACriticIsZeroWhereDistributionsAgree() throws {
    let architecture = Architecture(chain: try Chain([], dimension: 2), base: StandardNormal(dimension: 2))
    var adversary = Adversary(.wasserstein)
    (adversary.hidden, adversary.group) = ([4], 2)
    let objective = try AdversarialObjective(architecture, adversary)
    let data = try EventArray(normalCloud(400 * 32, dimension: 2, seed: 4).values, dimension: 2)
    let critic = objective.turns[0].objective
    let trainer = try Trainer(
      critic, from: start(objective), train: data, options: TrainingOptions { $0.batchSize = 32 })
    let gradients = try (0..<400).map { index -> [Double] in
      // A step of no length, so that the next one draws other samples.
      let batch = try trainer.batch(index, ofEpoch: 0)
      defer { _ = try? trainer.step(batch, rate: 0) }
      return try trainer.lossAndGradient(batch).gradient.map { Double($0) }
    }
    for parameter in gradients[0].indices {
      let values = gradients.map { $0[parameter] }
      let mean = values.reduce(0, +) / 400
      let squares = values.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
      let error = (squares / 399 / 400).squareRoot()
      #expect(abs(mean) <= 4 * error + 1e-7, "parameter \(parameter): \(mean) ± \(error)")
    }
  }

  /// Samples that are all the same: only the events' weights matter.
  @Test(arguments: adversaries.indices) func weightTwoIsARowTwice(index: Int) throws {
    if case .penalty = Self.adversaries[index].constraint { return }
    var random = RandomStream(seed: 2, purpose: .architecture)
    let architecture = Architecture(
      chain: try LayerList("diagonal").chain(dimension: 2, using: &random), base: StandardNormal(dimension: 2))
    let objective = try AdversarialObjective(architecture, Self.adversaries[index])
    var θ = start(objective)
    (θ[0], θ[1]) = (30, 30)
    let rows = uniformNumbers(2 * 40, seed: 6)
    let weighted = try EventArray(rows, dimension: 2, weights: [2] + Array(repeating: 1, count: 39))
    let twice = try EventArray(Array(rows.prefix(2)) + rows, dimension: 2)
    let critic = objective.turns[0].objective
    let results = try [weighted, twice].map { data in
      let trainer = try Self.trainer(critic, θ, data)
      return try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0))
    }
    let tolerance = Self.isDouble ? 1e-12 : 1e-5
    expectClose([results[0].loss], [results[1].loss], within: tolerance, Self.adversaries[index].text)
    expectClose(
      results[0].gradient.map { Double($0) }, results[1].gradient.map { Double($0) }, within: tolerance, "gradient")
  }

  @Test(arguments: adversaries.indices) func theSameBitsForAnyThreadsAndAfterAnInterruption(index: Int) throws {
    let objective = try AdversarialObjective(architecture(context: index % 2), Self.adversaries[index], seed: 4)
    let (θ, data) = (start(objective), try events(700, context: index % 2))
    func trainer(threads: Int) throws -> Trainer {
      try Trainer(
        objective, from: θ, train: data, validation: data,
        options: TrainingOptions { ($0.epochs, $0.batchSize) = (3, 250) }, threads: threads)
    }
    let whole = try trainer(threads: 1).fit()
    #expect(whole.parameters != θ && whole.history.allSatisfy { $0.valid!.isFinite && $0.companion!.isFinite })
    for threads in [2, 3] { #expect(try trainer(threads: threads).fit().parameters == whole.parameters) }
    for stop in [1, 4, 7] {
      var asked = 0
      let part = try trainer(threads: 2).fit(shouldStop: {
        asked += 1
        return asked > stop
      })
      let rest = try trainer(threads: 3).fit(from: part.checkpoint)
      #expect(part.stopped == .interrupted && rest.parameters == whole.parameters)
      #expect(rest.checkpoint.current == whole.checkpoint.current && rest.checkpoint.best == whole.checkpoint.best)
      #expect(rest.history.map(\.valid) == whole.history.map(\.valid))
    }
  }

  /// The players alternate: a step has the critic's steps, then one of the flow, each by its own rate.
  @Test func aTurnChangesItsOwnParametersAlone() throws {
    let objective = try AdversarialObjective(architecture(context: 0), Self.adversaries[1])
    let (θ, flow) = (start(objective), objective.model.architecture.parameterCount)
    for turn in objective.turns {
      let trainer = try Self.trainer(OneTurn(turn: turn), θ, events(100, context: 0))
      try trainer.step(trainer.batch(0, ofEpoch: 0), rate: 1e-3)
      let (changed, kept) = turn.learningRate == nil ? (0..<flow, flow..<θ.count) : (flow..<θ.count, 0..<flow)
      #expect(kept.allSatisfy { trainer.parameters[$0] == θ[$0] })
      #expect(changed.count { trainer.parameters[$0] != θ[$0] } > changed.count / 2)
    }
  }

  private struct OneTurn: SumObjective {
    let turn: Turn
    private var own: any SumObjective { turn.objective as! any SumObjective }
    var subject: any Trainable { turn.objective.subject }
    var turns: [Turn] { [turn] }
    func copied() -> OneTurn { self }
    func loss(of tile: EventTile, _ pass: Pass) throws(FlowError) -> Double { try own.loss(of: tile, pass) }
    func loss(of tile: EventTile, _ pass: Pass, addingGradientTo gradient: inout Gradient) throws(FlowError) -> Double {
      try own.loss(of: tile, pass, addingGradientTo: &gradient)
    }
  }

  /// A model file keeps the critic while the fit can go on, and goes on to the same bits.
  @Test func aFitGoesOnFromItsFile() throws {
    let rows = uniformNumbers(2 * 600, seed: 3)
    let setup = try TrainingSetup(
      fitting: EventArray(rows, dimension: 2), layers: "2*[coupling-affine(hidden=8),permute(reverse)]",
      options: TrainingOptions { ($0.epochs, $0.batchSize) = (3, 200) },
      objective: FitObjective("wasserstein(hidden=8x8)", likelihoodWeight: 0.1))
    let whole = try Trainer(setup).fit()
    #expect(whole.flow.parameters == Array(whole.parameters.prefix(whole.flow.parameters.count)))
    var asked = 0
    let part = try Trainer(setup).fit(shouldStop: {
      asked += 1
      return asked > 4
    })
    try withFolder { folder in
      let file = "\(folder)/model.h5"
      try Model(setup, part, setup.provenance()).write(to: file)
      let training = try setup.modelToResume(file).state.members[0].training
      #expect(training.current == part.checkpoint.current && training.best == part.checkpoint.best)
      let rest = try Trainer(setup).fit(from: training)
      #expect(rest.parameters == whole.parameters)
      try Model(setup, at: training, setup.provenance()).write(to: file)
      let best = try #require(training.best).parameters
      #expect(try Model(reading: file).flow.parameters == Array(best.prefix(whole.flow.parameters.count)))
    }
  }
}
