extension Trainer {
  /// Trains until the epochs or minutes are used up, the validation loss no longer improves, or `shouldStop` says so
  /// (asked before every step); returns the best epoch's flow. An interrupted epoch counts as far as it went.
  ///
  /// A step whose loss or gradient is not finite is not applied: training goes back to the last start of an epoch from
  /// which a step was finite, with half the learning rate. After ten such failures it ends: with the best flow so far
  /// and `stopped == .diverged`, or by throwing where no epoch was ever completed.
  ///
  /// - Parameters:
  ///   - checkpoint: where an earlier run of the same trainer stood; this one goes on from there, to the same bits.
  ///   - saves: when to hand out checkpoints.
  public func fit(
    from checkpoint: TrainingCheckpoint? = nil, saves: TrainingSaves? = nil,
    observe: (TrainingEvent) -> Void = { _ in }, shouldStop: () -> Bool = { false }
  ) throws(FlowError) -> TrainingResult {
    var run = if let checkpoint { Run(checkpoint) } else { Run(newCheckpoint()) }
    if let checkpoint {
      try check(checkpoint)
      state.restore(checkpoint)
      engine.prepare()
    }
    while run.at.stopped == nil {
      if run.at.stepOfEpoch == 0 { state.markStart() }
      switch try trainEpoch(&run, saves, observe, shouldStop) {
      case .finished: try finishEpoch(&run, saves, observe)
      case .empty: break
      case .notFinite(let batch):
        let failure = recover(from: batch, &run, observe)
        if let failure, run.at.best == nil { throw failure }
        run.failure = failure
      }
    }
    return result(run)
  }

  /// What changes while `fit` runs.
  struct Run {
    /// All that decides how it goes on, but for the optimizer's state, which is copied when it is asked for.
    var at: TrainingCheckpoint
    let secondsBefore: Double
    let start = ContinuousClock.now
    var lastSave = ContinuousClock.now
    var eventsPerSecond = 0.0
    /// What steps have taken since the plan was made, and the last validation; nil before the first.
    var sincePlan = (steps: 0, seconds: 0.0)
    var validationSeconds: Double?
    var failure: FlowError?
    /// Of a curriculum: what it goes by, and the stage that steps are in.
    var curriculum: Curriculum?
    var stage: (number: Int, share: Double, entropy: Double)?
    /// Where an interrupted run can go on: before its last epoch was cut short.
    var interruptedAt: TrainingCheckpoint?

    init(_ checkpoint: TrainingCheckpoint) {
      at = checkpoint
      secondsBefore = checkpoint.seconds
    }

    var seconds: Double { secondsBefore + (ContinuousClock.now - start).inSeconds }
  }

  private func newCheckpoint() -> TrainingCheckpoint {
    var checkpoint = TrainingCheckpoint(plan: firstPlan(), current: state.current(), good: state.good)
    (checkpoint.optimizer, checkpoint.momentNames) = (optimizer.name, optimizer.moments)
    return checkpoint
  }

  private func check(_ checkpoint: TrainingCheckpoint) throws(FlowError) {
    // As a model's file keeps it.
    if let reason = checkpoint.stopped, checkpoint.current.parameters.isEmpty {
      throw FlowError(.data, "the training has ended already (\(reason.rawValue)); there is nothing to resume")
    }
    let steps = 0...max(0, min(stepsPerEpoch, checkpoint.totalSteps - checkpoint.step))
    guard
      [checkpoint.current, checkpoint.good].allSatisfy(state.fits), checkpoint.optimizer == optimizer.name,
      steps.contains(checkpoint.stepOfEpoch)
    else {
      throw FlowError(.format, "the state of the training to resume does not fit these data and this flow")
    }
  }

  /// The run as it is now, with the optimizer's state.
  private func checkpoint(_ run: Run) -> TrainingCheckpoint {
    var checkpoint = run.at
    (checkpoint.current, checkpoint.good, checkpoint.seconds) = (state.current(), state.good, run.seconds)
    return checkpoint
  }

  private enum EpochOutcome {
    case finished
    /// Stopped before its first step.
    case empty
    case notFinite(batch: Batch)
  }

  private func trainEpoch(
    _ run: inout Run, _ saves: TrainingSaves?, _ observe: (TrainingEvent) -> Void, _ shouldStop: () -> Bool
  ) throws(FlowError) -> EpochOutcome {
    let start = ContinuousClock.now
    var lastShown = start
    var events = 0
    while run.at.stepOfEpoch < stepsOfEpoch(run) {
      let index = run.at.stepOfEpoch
      let (reason, savesAfter) = decisions(run, index, saves, shouldStop)
      if let reason {
        if reason == .interrupted { run.interruptedAt = checkpoint(run) }
        run.at.stopped = reason
        break
      }
      let batch = try reading(run, saves) { () throws(FlowError) in try self.batch(index, ofEpoch: run.at.epoch) }
      try revisePlan(&run)
      let peak = options.learningRate / Double(1 << run.at.failures)
      run.at.learningRate = run.at.plan.rate(at: run.at.step + index, peak: peak, schedule)
      try prepareLesson(&run, progress: run.at.plan.progress(at: run.at.step + index), observe)
      let loss = try timedStep(batch, &run)
      if !loss.isFinite { return .notFinite(batch: batch) }
      if index == 0 {
        state.confirmStart()
        run.at.goodEpoch = run.at.epoch + 1
      }
      run.at.lossSum += loss * Double(batch.count)
      run.at.eventsOfEpoch += batch.count
      run.at.stepOfEpoch = index + 1
      events += batch.count
      if savesAfter {
        let checkpoint = checkpoint(run)
        try saves?.save(checkpoint)
        run.lastSave = .now
      }
      if index % 16 == 15, (ContinuousClock.now - lastShown).inSeconds > 0.2 {
        lastShown = .now
        observe(
          .progress(
            step: run.at.step + index + 1, totalSteps: run.at.totalSteps, epoch: run.at.epoch + 1,
            train: run.at.lossSum / Double(run.at.eventsOfEpoch),
            eventsPerSecond: Double(events) / (lastShown - start).inSeconds))
      }
    }
    guard run.at.eventsOfEpoch > 0 else { return .empty }
    run.eventsPerSecond = Double(events) / max(1e-9, (ContinuousClock.now - start).inSeconds)
    return .finished
  }

  private func stepsOfEpoch(_ run: Run) -> Int { min(stepsPerEpoch, run.at.totalSteps - run.at.step) }

  /// Whether the run ends before a step, and whether it is saved after it.
  private func decisions(
    _ run: Run, _ index: Int, _ saves: TrainingSaves?, _ shouldStop: () -> Bool
  ) -> (stop: StopReason?, savesAfter: Bool) {
    // The machine may have become slower than it was when the steps were planned.
    let isLate = options.minutes.map { index % 16 == 0 && run.seconds > 60 * $0 } ?? false
    let isDue = saves.map { (ContinuousClock.now - run.lastSave).inSeconds >= $0.seconds } ?? false
    let decided = processes.decided((stop: shouldStop(), isLate: isLate, isDue: isDue))
    return (decided.stop ? .interrupted : decided.isLate ? .minutes : nil, decided.isDue)
  }

  /// Calls `read`; where it fails, what was trained until then is not lost. In a job that is what was saved last: others cannot know
  /// that this process has failed, and have a part of the state.
  private func reading<Value>(
    _ run: Run, _ saves: TrainingSaves?, _ read: () throws(FlowError) -> Value
  ) throws(FlowError) -> Value {
    do {
      return try read()
    } catch {
      if processes.count == 1, run.at.step + run.at.stepOfEpoch > 0 { try saves?.save(checkpoint(run)) }
      throw error
    }
  }

  private func finishEpoch(
    _ run: inout Run, _ saves: TrainingSaves?, _ observe: (TrainingEvent) -> Void
  ) throws(FlowError) {
    let valid = try reading(run, saves) { () throws(FlowError) in try timedValidationLoss(&run) }
    let beside = try reading(run, saves) { () throws(FlowError) in try companionLoss() }
    let train = run.at.lossSum / Double(run.at.eventsOfEpoch)
    run.at.step += run.at.stepOfEpoch
    run.at.epoch += 1
    (run.at.stepOfEpoch, run.at.lossSum, run.at.eventsOfEpoch) = (0, 0, 0)
    let loss = valid ?? train
    // Without validation events, or where these decide nothing, the last epoch is the best one.
    if loss.isFinite, validation == nil || !objective.comparesEpochs || loss < run.at.best?.loss ?? .infinity {
      run.at.best = TrainingCheckpoint.Best(
        parameters: engine.parameters.values, epoch: run.at.epoch, loss: loss)
    }
    let report = EpochReport(
      epoch: run.at.epoch, train: train, valid: valid, companion: beside, seconds: run.seconds,
      eventsPerSecond: run.eventsPerSecond, learningRate: run.at.learningRate)
    run.at.history.append(report)
    observe(.epoch(report))
    for note in objective.takeNotes() { observe(.note(note)) }
    // Otherwise the epoch was cut short.
    guard run.at.stopped == nil else { return }
    if run.at.step >= run.at.totalSteps {
      run.at.stopped = options.minutes == nil || options.epochsBoundMinutes ? .epochs : .minutes
    } else if let best = run.at.best, run.at.epoch - max(best.epoch, run.at.plan.startEpoch) >= options.patience {
      run.at.stopped = .patience
    }
  }

  private func recover(
    from batch: Batch, _ run: inout Run, _ observe: (TrainingEvent) -> Void
  ) -> FlowError? {
    let place = "step \(state.steps + 1), \(nonFinitePlace(batch))"
    state.restoreGood()
    engine.prepare()
    run.at.failures += 1
    (run.at.stepOfEpoch, run.at.lossSum, run.at.eventsOfEpoch) = (0, 0, 0)
    guard run.at.failures >= 10 else {
      observe(.retry("\(place): back to the start of epoch \(run.at.goodEpoch) with half the learning rate"))
      return nil
    }
    run.at.stopped = .diverged
    return FlowError(
      .numerics,
      "training does not stay finite: \(place), after halving the learning rate \(run.at.failures - 1) times; look for outliers in the data, or use fewer or narrower layers"
    )
  }

  private func result(_ run: Run) -> TrainingResult {
    let best =
      run.at.best
      ?? TrainingCheckpoint.Best(parameters: engine.parameters.values, epoch: run.at.epoch, loss: .nan)
    return TrainingResult(
      subject: objective.subject, parameters: best.parameters, bestEpoch: best.epoch, loss: best.loss,
      stopped: run.at.stopped!, failure: run.failure, history: run.at.history,
      checkpoint: run.interruptedAt ?? checkpoint(run))
  }
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
