// How many steps a training takes: what the epochs say, or what a time limit allows.

extension Trainer {
  /// When a time limit is turned into a number of steps again: after so many steps, and when such a part of the limit has
  /// passed.
  private static let planSteps = [1, 4, 16, 64]
  private static let planTimes: [Double] = [0.03, 0.06, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 0.94]
  /// The part of the limit that is planned for: a schedule that is cut off misses its best steps.
  private static let plannedPart = 0.98

  /// Under a time limit the first steps are those of a rise that nobody has measured yet.
  func firstPlan() -> TrainingPlan {
    let steps = options.minutes == nil || options.epochsBoundMinutes ? max(1, options.epochs * stepsPerEpoch) : 1 << 40
    return TrainingPlan(totalSteps: steps, warmupSteps: schedule.warmupSteps(of: steps))
  }

  /// Makes the plan again where a point is passed: the schedule then goes on from the progress that it has.
  func revisePlan(_ run: inout Run) throws(FlowError) {
    guard let minutes = options.minutes, run.sincePlan.steps > 0 else { return }
    let (limit, seconds) = (60 * minutes, processes.decided(run.seconds))
    let step = run.at.step + run.at.stepOfEpoch
    // Where the steps are known, only time says that they are too many: one slow step does not.
    let early = options.epochsBoundMinutes ? 0 : Self.planSteps.count { $0 <= step }
    let passed = early + Self.planTimes.count { $0 * limit <= seconds }
    guard passed > run.at.plan.revision else { return }
    // An epoch may be long: its validation is not to come as a surprise.
    if run.validationSeconds == nil, seconds > Self.planTimes[0] * limit { _ = try timedValidationLoss(&run) }
    let validation = validation == nil ? 0 : run.validationSeconds ?? 0
    let perStep = run.sincePlan.seconds / Double(run.sincePlan.steps) + validation / Double(stepsPerEpoch)
    let left = Self.plannedPart * limit - run.seconds - validation
    var steps = processes.decided(step + max(1, Int(left / perStep)))
    if options.epochsBoundMinutes { steps = min(steps, firstPlan().totalSteps) }
    // A plan that stays as it is leaves the rates as they are, to the bit.
    if steps != run.at.totalSteps { run.at.plan = run.at.plan.revised(at: step, totalSteps: steps, schedule) }
    run.at.plan.revision = passed
    run.sincePlan = (0, 0)
  }

  /// One step with as many threads as have been found fastest.
  func timedStep(_ batch: Batch, _ run: inout Run) throws(FlowError) -> Double {
    engine.use(threads: threads.current)
    let start = ContinuousClock.now
    let loss = try step(batch, rate: run.at.learningRate)
    let seconds = (ContinuousClock.now - start).inSeconds
    threads.note(seconds)
    run.sincePlan.steps += 1
    run.sincePlan.seconds += seconds
    return loss
  }

  /// `validationLoss`, and what it takes.
  func timedValidationLoss(_ run: inout Run) throws(FlowError) -> Double? {
    let start = ContinuousClock.now
    let loss = try validationLoss()
    run.validationSeconds = (ContinuousClock.now - start).inSeconds
    return loss
  }
}
