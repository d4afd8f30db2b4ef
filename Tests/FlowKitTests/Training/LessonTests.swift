import FlowKit
import Testing

/// Noise on events, and easy events first.
@Suite struct LessonTests {
  private func trainer(
    context: Int = 0, threads: Int = 2, count: Int = 450, _ change: (inout TrainingOptions) -> Void
  ) throws -> Trainer {
    var options = TrainingOptions { ($0.epochs, $0.batchSize) = (8, 100) }
    change(&options)
    func events(_ count: Int, seed: UInt64) throws -> EventArray {
      try EventArray(
        uniformNumbers(3 * count, seed: seed), dimension: 3,
        context: context > 0 ? uniformNumbers(count, seed: seed + 10) : [])
    }
    return try Trainer(
      exampleFlow(context: context), train: events(count, seed: 1), validation: events(100, seed: 2), options: options,
      threads: threads)
  }

  @Test func weightAndEntropyRiseToTheFull() {
    let scores = uniformNumbers(400, in: -9...1, seed: 4) + [-.infinity, .nan]
    let weights = uniformNumbers(402, in: 0.1...3, seed: 5)
    let curriculum = Curriculum(scores: scores, weights: weights)
    let stages = (0..<Curriculum.stages).map { curriculum.stage($0) }
    for (before, after) in zip(stages, stages.dropFirst()) {
      #expect(after.share > before.share && after.entropy > before.entropy)
    }
    #expect(stages[0].share > 0.4 && stages[0].share < 0.9 && stages.last!.share > 0.97)
    #expect(stages.last!.entropy < stages[0].fullEntropy && stages[0].fullEntropy < log2Of402)
    for stage in stages {
      // A loss stays a mean; the easiest count most and alike.
      let sum = zip(stage.factors, weights).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(sum - weights.reduce(0, +)) < 1e-9)
      let easiest = scores.indices.filter { scores[$0] > -3 }
      #expect(easiest.allSatisfy { stage.factors[$0] == stage.factors.max() })
      #expect(stage.factors[400] == 0 && stage.factors[401] == 0)
    }
    #expect(Curriculum.stage(at: 0.05) == nil && Curriculum.stage(at: 0.1) == 0)
    #expect(Curriculum.stage(at: 0.499) == Curriculum.stages - 1 && Curriculum.stage(at: 0.5) == nil)
  }

  /// log 402, in nats.
  private var log2Of402: Double { 5.997 }

  @Test func noiseFollowsItsRule() throws {
    #expect(abs(TrainingNoise.rule.start(events: 1_000, columns: 3) - 0.372759) < 1e-6)
    #expect(try TrainingNoise("0.2") == .deviations(0.2) && TrainingNoise("rule") == .rule)
    #expect(try TrainingNoise("0") == .deviations(0))
    for text in ["-1", "nan", "much"] {
      let error = #expect(throws: FlowError.self) { try TrainingNoise(text) }
      #expect(error?.message == "the noise is 'rule' or a number of standard deviations, 0 for none, got '\(text)'")
    }
  }

  @Test(arguments: [0, 1]) func theSameBitsForAnyThreadsAndFromEveryStep(context: Int) throws {
    let lessons: (inout TrainingOptions) -> Void = { ($0.noise, $0.curriculum) = (.deviations(0.3), true) }
    var checkpoints: [TrainingCheckpoint] = []
    let whole = try trainer(context: context, threads: 1, lessons).fit(
      saves: TrainingSaves(every: 0) { checkpoints.append($0) })
    #expect(checkpoints.count == 40 && checkpoints[1].warmup == nil && checkpoints[10].warmup != nil)
    #expect(whole.parameters != (try trainer(context: context) { _ in }.fit().parameters))
    for index in stride(from: 0, to: 40, by: 3) {
      let result = try trainer(context: context, threads: 1 + index % 3, lessons).fit(from: checkpoints[index])
      #expect(result.parameters == whole.parameters, "from step \(index + 1)")
      #expect(result.history.map(\.train) == whole.history.map(\.train))
    }
    try withFolder { folder in
      let model = Model(
        flow: whole.flow, columns: ["x", "y", "z"], contextColumns: context > 0 ? ["c"] : [],
        history: checkpoints[12].history, training: checkpoints[12])
      try model.write(to: "\(folder)/m.h5")
      #expect(try Model(reading: "\(folder)/m.h5", includingTraining: true).training == checkpoints[12])
    }
  }

  /// What is said rises, and says nothing when events count as they are.
  @Test func aCurriculumSaysHowFarItIs() throws {
    var notes: [String] = []
    _ = try trainer { $0.curriculum = true }.fit(observe: { if case .note(let text) = $0 { notes.append(text) } })
    // Steps 4 to 19 of 40 lie between a tenth and half.
    #expect(notes.count == 16 && notes.allSatisfy { $0.hasPrefix("curriculum: events count with 0.") })
  }

  /// A curriculum by numbers of one's own, which belong to rows of the source, not to the part of it that is trained on.
  @Test func aCurriculumGoesByNumbersOfOnesOwn() throws {
    let events = try EventArray(uniformNumbers(2 * 600, seed: 1), dimension: 2)
    func setup(_ ease: [Double]?) throws -> TrainingSetup {
      var setup = try TrainingSetup(
        fitting: events, validation: .fraction(0.25), layers: "lower",
        options: TrainingOptions { ($0.epochs, $0.batchSize, $0.curriculum) = (4, 90, ease != nil) })
      setup.ease = ease
      return setup
    }
    let values = try events.contents().events
    let first = stride(from: 0, to: 1_200, by: 2).map { values[$0] }
    let ready = try setup(first)
    let trainer = try Trainer(ready)
    let trained = try ready.train.contents().events
    #expect(trainer.ease == stride(from: 0, to: 900, by: 2).map { trained[$0] })
    var notes: [String] = []
    let result = try trainer.fit(observe: { if case .note(let text) = $0 { notes.append(text) } })
    // Of 20 steps the first ten, without a warm-up.
    #expect(notes.count == 10 && notes[0].hasPrefix("curriculum: events count with 0."))
    #expect(result.checkpoint.warmup == nil)
    let plain = try Trainer(setup(nil)).fit()
    #expect(result.parameters != plain.parameters)
    // Where all are as easy, nothing is put off: the same bits as without.
    #expect(try Trainer(setup(Array(repeating: 3, count: 600))).fit().parameters == plain.parameters)
    for (asked, threads) in [(3, 1), (12, 2)] {
      var left = asked
      let part = try Trainer(setup(first)).fit(shouldStop: {
        left -= 1
        return left < 0
      })
      #expect(try Trainer(setup(first), threads: threads).fit(from: part.checkpoint).parameters == result.parameters)
    }
    let error = #expect(throws: FlowError.self) { try Trainer(setup([1, .nan, 2])) }
    #expect(error?.message.hasPrefix("the events: how easy row ") == true)
    #expect(throws: FlowError.self) { try setup(first).refitting(epochs: 2) }
  }

  /// Noise widens what is seen at first, and is gone at the end.
  @Test func noiseIsAnnealed() throws {
    func result(_ noise: TrainingNoise?) throws -> TrainingResult {
      let data = try EventArray(normalCloud(2_000, dimension: 2, seed: 1).values, dimension: 2)
      var random = RandomStream(seed: 1, purpose: .architecture)
      let chain = try LayerList("lower").chain(dimension: 2, using: &random)
      return try Trainer(
        Flow(architecture: Architecture(chain: chain, base: StandardNormal(dimension: 2))), train: data,
        options: TrainingOptions { ($0.epochs, $0.batchSize, $0.learningRate, $0.noise) = (20, 200, 0.02, noise) }
      ).fit()
    }
    let (plain, noisy) = (try result(nil), try result(.deviations(1)))
    // The entropy of a variance of 2 in two dimensions is log 2 higher.
    #expect(noisy.history[1].train > plain.history[1].train + 0.4)
    #expect(abs(noisy.history.last!.train - plain.history.last!.train) < 0.01)
  }

  @Test func wrongUseIsSaid() throws {
    let streaming = message { () throws(FlowError) in
      do { _ = try trainer(count: 20_000) { ($0.curriculum, $0.buffer) = (true, 100_000) } } catch {
        throw error as! FlowError
      }
    }
    #expect(
      streaming
        == "a curriculum weighs all training events against each other: they must fit into the buffer of 100000 bytes")
    var raw = PreprocessingOptions()
    raw.scaling = .none
    let setup = try TrainingSetup(
      fitting: EventArray(uniformNumbers(300, in: 0.1...0.9), dimension: 1), layers: "monotone(logit),diagonal",
      preprocessing: raw, options: TrainingOptions { $0.noise = .rule })
    let error = #expect(throws: FlowError.self) { try Trainer(setup) }
    #expect(error?.message.hasPrefix("noise carries events out of where ") == true, "\(error?.message ?? "")")
  }
}
