extension Trainer {
  /// Trains until the epochs or minutes are used up, the validation loss no longer improves, or `shouldStop` says so
  /// (asked before every step); returns the best epoch's flow. An interrupted epoch counts as far as it went.
  ///
  /// A step whose loss or gradient is not finite is not applied: training goes back to the last start of an epoch from
  /// which a step was finite, with half the learning rate. After ten such failures it ends: with the best flow so far
  /// and `stopped == .diverged`, or by throwing where no epoch was ever completed.
  public func fit(
    observe: (TrainingEvent) -> Void = { _ in }, shouldStop: () -> Bool = { false }
  ) throws(FlowError) -> TrainingResult {
    var run = Run(start: .now, totalSteps: plannedSteps())
    while run.stopped == nil {
      state.markStart()
      let order = order(ofEpoch: run.epoch)
      switch trainEpoch(order, &run, observe, shouldStop) {
      case .finished(let loss, let rate): finishEpoch(&run, train: loss, rate: rate, observe)
      case .empty: break
      case .notFinite(let batch):
        let failure = recover(from: batch, &run, observe)
        if let failure, run.best == nil { throw failure }
        run.failure = failure
      }
    }
    return result(run)
  }

  /// What changes while `fit` runs.
  struct Run {
    let start: ContinuousClock.Instant
    let totalSteps: Int
    var step = 0
    var epoch = 0
    var failures = 0
    /// The epoch whose start failures lead back to, counted from 1.
    var goodEpoch = 1
    var eventsPerSecond = 0.0
    var stopped: StopReason?
    var failure: FlowError?
    var history: [EpochReport] = []
    var best: (parameters: [Scalar], epoch: Int, loss: Double)?

    var seconds: Double { (ContinuousClock.now - start).inSeconds }
  }

  private enum EpochOutcome {
    case finished(loss: Double, rate: Double)
    /// Stopped before its first step.
    case empty
    case notFinite(batch: ArraySlice<Int32>)
  }

  private func trainEpoch(
    _ order: [Int32], _ run: inout Run, _ observe: (TrainingEvent) -> Void, _ shouldStop: () -> Bool
  ) -> EpochOutcome {
    let schedule = LearningRateSchedule(peak: options.learningRate, totalSteps: run.totalSteps)
    let start = ContinuousClock.now
    var lastShown = start
    var (sum, events, rate) = (0.0, 0, 0.0)
    for index in 0..<min(stepsPerEpoch, run.totalSteps - run.step) {
      if shouldStop() {
        run.stopped = .interrupted
        break
      }
      // The machine has become slower than it was when the steps were planned.
      if let minutes = options.minutes, index % 16 == 0, run.seconds > 60 * minutes {
        run.stopped = .minutes
        break
      }
      let batch = batch(index, of: order)
      rate = schedule.rate(at: run.step + index) / Double(1 << run.failures)
      let loss = step(batch, rate: rate)
      if !loss.isFinite { return .notFinite(batch: batch) }
      if index == 0 {
        state.confirmStart()
        run.goodEpoch = run.epoch + 1
      }
      sum += loss * Double(batch.count)
      events += batch.count
      if index % 16 == 15, (ContinuousClock.now - lastShown).inSeconds > 0.2 {
        lastShown = .now
        observe(
          .progress(
            step: run.step + index + 1, totalSteps: run.totalSteps, epoch: run.epoch + 1,
            train: sum / Double(events), eventsPerSecond: Double(events) / (lastShown - start).inSeconds))
      }
    }
    guard events > 0 else { return .empty }
    run.step += min(stepsPerEpoch, run.totalSteps - run.step)
    run.eventsPerSecond = Double(events) / (ContinuousClock.now - start).inSeconds
    return .finished(loss: sum / Double(events), rate: rate)
  }

  private func finishEpoch(
    _ run: inout Run, train: Double, rate: Double, _ observe: (TrainingEvent) -> Void
  ) {
    run.epoch += 1
    let valid = validation?.meanLoss(engine)
    let loss = valid ?? train
    // Without validation events the last epoch is the best one.
    if loss.isFinite, validation == nil || loss < run.best?.loss ?? .infinity {
      run.best = (engine.parameters.values, run.epoch, loss)
    }
    let report = EpochReport(
      epoch: run.epoch, train: train, valid: valid, seconds: run.seconds, eventsPerSecond: run.eventsPerSecond,
      learningRate: rate)
    run.history.append(report)
    observe(.epoch(report))
    // Otherwise the epoch was cut short.
    guard run.stopped == nil else { return }
    if run.step >= run.totalSteps {
      run.stopped = options.minutes == nil ? .epochs : .minutes
    } else if let best = run.best, run.epoch - best.epoch >= options.patience {
      run.stopped = .patience
    }
  }

  private func recover(
    from batch: ArraySlice<Int32>, _ run: inout Run, _ observe: (TrainingEvent) -> Void
  ) -> FlowError? {
    let place = "step \(state.adam.steps + 1), \(nonFinitePlace(batch))"
    state.restoreGood()
    engine.prepare()
    run.failures += 1
    guard run.failures >= 10 else {
      observe(.retry("\(place): back to the start of epoch \(run.goodEpoch) with half the learning rate"))
      return nil
    }
    run.stopped = .diverged
    return FlowError(
      .numerics,
      "training does not stay finite: \(place), after halving the learning rate \(run.failures - 1) times; look for outliers in the data, or use fewer or narrower layers"
    )
  }

  private func result(_ run: Run) -> TrainingResult {
    let best = run.best ?? (engine.parameters.values, run.epoch, .nan)
    return TrainingResult(
      flow: Flow(architecture: architecture, parameters: best.parameters), bestEpoch: best.epoch, loss: best.loss,
      stopped: run.stopped!, failure: run.failure, history: run.history)
  }

  /// `epochs`, or what the time limit allows by a measurement of about 2 % of it on a copy of the state.
  private func plannedSteps() -> Int {
    guard let minutes = options.minutes else { return max(1, options.epochs * stepsPerEpoch) }
    let order = order(ofEpoch: 0)
    let start = ContinuousClock.now
    let budget = min(2, 1.2 * minutes)
    var steps = 0
    repeat {
      _ = step(batch(steps % stepsPerEpoch, of: order), rate: 0)
      steps += 1
    } while (ContinuousClock.now - start).inSeconds < budget
    let perStep = (ContinuousClock.now - start).inSeconds / Double(steps)
    let validationStart = ContinuousClock.now
    _ = validation?.meanLoss(engine)
    let perEpoch = perStep * Double(stepsPerEpoch) + (ContinuousClock.now - validationStart).inSeconds
    state.restoreGood()
    engine.prepare()
    // A twentieth is kept for a machine that becomes slower: a schedule that is cut off misses its best steps.
    let remaining = 57 * minutes - (ContinuousClock.now - start).inSeconds
    return max(1, Int(remaining / perEpoch * Double(stepsPerEpoch)))
  }
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
