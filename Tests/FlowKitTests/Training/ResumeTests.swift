import FlowKit
import Testing

@Suite struct ResumeTests {
  private func trainer(_ flow: Flow? = nil, threads: Int, minutes: Double? = nil) throws -> Trainer {
    var options = TrainingOptions()
    (options.epochs, options.batchSize, options.minutes) = (4, 100, minutes)
    return try Trainer(
      flow ?? exampleFlow(), train: EventArray(uniformNumbers(3 * 450), dimension: 3),
      validation: EventArray(uniformNumbers(3 * 100, seed: 2), dimension: 3), options: options, threads: threads)
  }

  /// What must be the same to the bit: all but times.
  private func untimed(_ result: TrainingResult) -> TrainingCheckpoint {
    var checkpoint = result.checkpoint
    checkpoint.seconds = 0
    for index in checkpoint.history.indices {
      (checkpoint.history[index].seconds, checkpoint.history[index].eventsPerSecond) = (0, 0)
    }
    return checkpoint
  }

  @Test func fromEveryStepToTheSameBits() throws {
    var checkpoints: [TrainingCheckpoint] = []
    let whole = try trainer(threads: 1).fit(saves: TrainingSaves(every: 0) { checkpoints.append($0) })
    #expect(checkpoints.count == 4 * 5)
    #expect(checkpoints[7].epoch == 1 && checkpoints[7].stepOfEpoch == 3 && checkpoints[7].totalSteps == 20)
    for (index, checkpoint) in checkpoints.enumerated() {
      let result = try trainer(threads: 1 + index % 3).fit(from: checkpoint)
      #expect(untimed(result) == untimed(whole), "from step \(index + 1)")
      #expect(result.flow.parameters == whole.flow.parameters && result.bestEpoch == whole.bestEpoch)
    }
  }

  @Test func anInterruptedRunGoesOnAsIfItHadNotBeen() throws {
    let whole = try trainer(threads: 2).fit()
    for stop in [1, 4, 6, 13] {
      var asked = 0
      let part = try trainer(threads: 1).fit(shouldStop: {
        asked += 1
        return asked > stop
      })
      #expect(part.stopped == .interrupted && part.checkpoint.stopped == nil)
      #expect(part.history.count == (stop + 4) / 5)
      #expect(untimed(try trainer(threads: 2).fit(from: part.checkpoint)) == untimed(whole), "after \(stop) steps")
    }
  }

  /// Which units are dropped follows from the seed, the step and the event: it is the same after a break.
  @Test(arguments: ["mlp", "residual"]) func dropoutGoesOnToTheSameBits(network: String) throws {
    func flow(dropout: Double) throws -> Flow {
      let arguments = "network=\(network),hidden=12,dropout=\(dropout)"
      var random = RandomStream(seed: 1, purpose: .architecture)
      let chain = try LayerList("coupling-affine(\(arguments)),autoregressive-affine(\(arguments))")
        .chain(dimension: 3, using: &random)
      return Flow(architecture: Architecture(chain: chain, base: StandardNormal(dimension: 3)), seed: 2)
    }
    let dropping = try flow(dropout: 0.3)
    let whole = try trainer(dropping, threads: 1).fit()
    #expect(whole.flow.parameters != (try trainer(flow(dropout: 0), threads: 1).fit().flow.parameters))
    for stop in [1, 7, 12] {
      var asked = 0
      let part = try trainer(dropping, threads: 2).fit(shouldStop: {
        asked += 1
        return asked > stop
      })
      #expect(part.stopped == .interrupted && part.checkpoint.current.steps == stop)
      let resumed = try trainer(dropping, threads: 3).fit(from: part.checkpoint)
      #expect(untimed(resumed) == untimed(whole), "after \(stop) steps")
      #expect(resumed.flow.parameters == whole.flow.parameters)
    }
  }

  /// What a time limit was turned into stays until the next point at which it is planned again.
  @Test func thePlanIsThatOfTheCheckpoint() throws {
    var first: TrainingCheckpoint?
    _ = try trainer(threads: 1, minutes: 0.005).fit(saves: TrainingSaves(every: 0) { first = first ?? $0 })
    var checkpoint = try #require(first)
    (checkpoint.plan.totalSteps, checkpoint.plan.revision) = (12, 100)
    let result = try trainer(threads: 1, minutes: 0.5).fit(from: checkpoint)
    #expect(result.checkpoint.totalSteps == 12 && result.checkpoint.current.steps == 12)
  }

  @Test func aStateOfAnotherFlowIsRefused() throws {
    var checkpoint = try trainer(threads: 1).fit().checkpoint
    checkpoint.stopped = nil
    checkpoint.current.moments[0].removeLast()
    let fresh = try trainer(threads: 1)
    #expect(
      message { () throws(FlowError) in _ = try fresh.fit(from: checkpoint) }
        == "the state of the training to resume does not fit these data and this flow")
  }

  @Test func theStateIsReadBackFromAFile() throws {
    var checkpoints: [TrainingCheckpoint] = []
    let result = try trainer(threads: 1).fit(saves: TrainingSaves(every: 0) { checkpoints.append($0) })
    for checkpoint in [checkpoints[0], checkpoints[8], result.checkpoint] {
      try withFolder { folder in
        let model = Model(
          flow: result.flow, columns: ["x", "y", "z"], history: checkpoint.history, training: checkpoint)
        try model.write(to: "\(folder)/m.h5")
        #expect(try Model(reading: "\(folder)/m.h5").training == nil)
        var expected = checkpoint
        if checkpoint.stopped != nil {
          expected.current.empty()
          expected.good.empty()
        }
        let read = try Model(reading: "\(folder)/m.h5", includingTraining: true).training
        #expect(read == expected)
        // The best is stored once, also where it is the model.
        let isOther = checkpoint.best.map { $0.parameters != result.flow.parameters } ?? false
        #expect(try HDF5.File(reading: "\(folder)/m.h5").root().contains("fit/best") == isOther)
      }
    }
  }

  /// Its file holds the parameters once, and nothing to go on from.
  @Test func aRunThatHasEndedKeepsNoState() throws {
    let result = try trainer(threads: 1).fit()
    try withFolder { folder in
      func write(_ training: TrainingCheckpoint?, _ name: String) throws -> Int {
        let path = "\(folder)/\(name).h5"
        try Model(flow: result.flow, columns: ["x", "y", "z"], history: result.history, training: training)
          .write(to: path)
        return try AtomicFile.read(path).count
      }
      var unfinished = result.checkpoint
      unfinished.stopped = nil
      let (plain, ended) = (try write(nil, "plain"), try write(result.checkpoint, "ended"))
      let resumable = try write(unfinished, "unfinished")
      let parameters = result.flow.parameters.count * MemoryLayout<Scalar>.size
      #expect(ended < plain + 16_384)
      #expect(resumable > ended + 6 * parameters)
      let read = try #require(try Model(reading: "\(folder)/ended.h5", includingTraining: true).training)
      #expect(read.stopped == .epochs && read.best?.parameters == result.flow.parameters)
      let again = try trainer(threads: 1)
      #expect(
        message { () throws(FlowError) in _ = try again.fit(from: read) }
          == "the training has ended already (epochs); there is nothing to resume")
    }
  }
}

extension TrainingCheckpoint.State {
  fileprivate mutating func empty() { (parameters, moments) = ([], []) }
}
