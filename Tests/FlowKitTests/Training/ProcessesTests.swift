import FlowKit
import FlowKitTestSupport
import Testing

/// What several processes compute together is what one computes, to the bit. Threads stand for them (`ThreadProcesses`).
@Suite struct ProcessesTests {
  private func options(batch: Int, epochs: Int = 2) -> TrainingOptions {
    var options = TrainingOptions()
    (options.epochs, options.batchSize, options.seed) = (epochs, batch, 1)
    return options
  }

  private func trainer(threads: Int = 1, batch: Int = 900) throws -> Trainer {
    let weights = uniformNumbers(1_801, in: 0...2, seed: 7)
    return try Trainer(
      exampleFlow(context: 1),
      train: EventArray(
        uniformNumbers(3 * 1_801), dimension: 3, context: uniformNumbers(1_801, seed: 2), weights: weights),
      validation: EventArray(uniformNumbers(3 * 601, seed: 3), dimension: 3, context: uniformNumbers(601, seed: 4)),
      options: options(batch: batch), threads: threads)
  }

  private func figures(_ result: TrainingResult) -> [Double] {
    result.parameters.map { Double($0) } + result.history.flatMap { [$0.train, $0.valid ?? 0, $0.companion ?? 0] }
  }

  /// Eight tiles of a batch leave some of nine processes without any.
  @Test(arguments: [(2, 1), (2, 2), (3, 1), (3, 2), (5, 1), (8, 1), (9, 2)])
  func aFitIsTheSame(processes: Int, threads: Int) throws {
    let one = try figures(trainer().fit())
    for each in try ThreadProcesses.run(processes, { _ in try figures(trainer(threads: threads).fit()) }) {
      #expect(each == one)
    }
  }

  @Test(arguments: [
    "2*[coupling-affine(hidden=512x512),permute(reverse)]", "2*[residual(hidden=16),lower]",
    "2*[coupling-affine(hidden=32,dropout=0.3),permute(reverse)]",
  ]) func everyKindOfParametersIsTheSame(layers: String) throws {
    @Sendable func parameters() throws -> [Scalar] {
      let setup = try TrainingSetup(
        fitting: EventArray(uniformNumbers(3 * 700), dimension: 3), layers: layers, options: options(batch: 630))
      return try Trainer(setup, threads: 1).fit().parameters
    }
    let one = try parameters()
    for processes in [2, 3] {
      for each in try ThreadProcesses.run(processes, { _ in try parameters() }) { #expect(each == one) }
    }
  }

  /// Losses of a whole batch, and two players who take turns.
  @Test(arguments: ["energy", "sinkhorn(relative-epsilon=0.1)", "wasserstein(hidden=16x16,critic-rate=0.01)"])
  func everyObjectiveIsTheSame(name: String) throws {
    @Sendable func figures() throws -> [Double] {
      let setup = try TrainingSetup(
        fitting: EventArray(PlanarSet.moons.events(800), dimension: 2),
        layers: "2*[coupling-affine(hidden=16),permute(reverse)]", options: options(batch: 400),
        objective: FitObjective(name))
      return try self.figures(Trainer(setup, threads: 1).fit())
    }
    let one = try figures()
    for processes in [2, 3] {
      for each in try ThreadProcesses.run(processes, { _ in try figures() }) { #expect(each == one) }
    }
  }

  /// Of what stopped with three, two make the rest, and one more.
  @Test func anyNumberGoesOnToTheSameBits() throws {
    let whole = try figures(trainer(batch: 300).fit())
    let part = try ThreadProcesses.run(3) { rank in
      var asked = 0
      return try trainer(batch: 300).fit(shouldStop: {
        asked += 1
        // What others want is not asked for.
        return rank == 0 && asked > 8
      })
    }
    #expect(part.allSatisfy { $0.stopped == .interrupted && $0.history.count == 2 })
    for each in try ThreadProcesses.run(2, { _ in try figures(trainer(batch: 300).fit(from: part[1].checkpoint)) }) {
      #expect(each == whole)
    }
    #expect(try figures(trainer(batch: 300).fit(from: part[2].checkpoint)) == whole)
  }

  /// The clock of one process decides for all, so that none goes on alone.
  @Test func aTimeLimitEndsAllAtOnce() throws {
    let results = try ThreadProcesses.run(3) { _ in
      var options = options(batch: 100)
      options.minutes = 0.02
      return try Trainer(
        exampleFlow(), train: EventArray(uniformNumbers(3 * 450), dimension: 3), options: options, threads: 1
      ).fit()
    }
    #expect(
      results.allSatisfy { $0.parameters == results[0].parameters && $0.history.count == results[0].history.count })
    #expect(results[0].history.count > 1)
  }

  @Test func fitsWithoutAPlanAndEnsemblesAreTheSame() throws {
    @Sendable func automatic() throws -> [[Scalar]] {
      var choices = FitChoices()
      (choices.layers, choices.members, choices.seed) = ("lu,coupling-affine(hidden=16)", 2, 3)
      let events = try EventArray(PlanarSet.moons.events(400), dimension: 2, columns: ["x", "y"])
      return try AutomaticFit(events, choices: choices, threads: 1).fit().members.map(\.parameters)
    }
    @Sendable func ensemble() throws -> [[Scalar]] {
      let setup = try TrainingSetup(
        fitting: EventArray(PlanarSet.moons.events(400), dimension: 2), layers: "lu", options: options(batch: 256))
      return try EnsembleFit(setup, members: 3).run(threads: 2).members.map(\.flow.parameters)
    }
    let one = (try automatic(), try ensemble())
    for each in try ThreadProcesses.run(2, { _ in (try automatic(), try ensemble()) }) {
      #expect(each == one)
    }
  }

  @Test func aTableIsScoredAndDrawnTheSame() throws {
    try withFolder { folder in
      let flow = try exampleFlow()
      let model = Model(flow: flow, columns: ["x", "y", "z"])
      var values = uniformNumbers(3 * 1_000)
      values[300] = .nan
      let rows = stride(from: 0, to: values.count, by: 3).map { [values[$0], values[$0 + 1], values[$0 + 2]] }
      let location = try writeTable(rows, columns: ["x", "y", "z"], in: folder)
      @Sendable func scored() throws -> [String] {
        var scores: [Double] = []
        let scorer = try TableScorer(model, location, acceptingNonFinite: true)
        try scorer.score { block throws(FlowError) in scores += block }
        return (scores + [scorer.moments.mean ?? 0, Double(scorer.nonFiniteRows)]).map { "\($0)" }
      }
      @Sendable func drawn() throws -> [Double] {
        var events: [Double] = []
        try TableSampler(model, count: 400_000, context: nil, seed: 5).sample { block throws(FlowError) in
          events += block
        }
        return events
      }
      let one = (try scored(), try drawn())
      #expect(one.0.count == 1_002 && one.0[1_001] == "1.0" && one.1.count == 1_200_000)
      for each in try ThreadProcesses.run(3, { _ in (try scored(), try drawn()) }) {
        #expect(each.0 == one.0)
        #expect(each.1 == one.1)
      }
    }
  }

  /// None waits for what never comes.
  @Test func aFailureOfOneIsTheFailureOfAll() throws {
    let messages = try ThreadProcesses.run(3) { rank in
      message { () throws(FlowError) in
        _ = try Job.processes.joined { () throws(FlowError) -> [Double] in
          if rank == 1 { throw FlowError(.data, "no such row") }
          return [1]
        }
      }
    }
    #expect(messages == ["process 1 of this job has failed", "no such row", "process 1 of this job has failed"])
  }
}
