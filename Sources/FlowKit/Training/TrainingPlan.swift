/// How many steps a training has, and how far it is at each. Where a time limit decides, the plan is made again now and then:
/// progress goes on from where it is, and reaches 1 when the time that is left is used up at the rate measured by then. A run that goes
/// on beyond its end has a plan of its own for what is added.
public struct TrainingPlan: Sendable, Codable, Equatable {
  /// The steps of the whole training.
  public var totalSteps: Int
  /// The steps of the rise at the start.
  public var warmupSteps: Int
  /// Where the plan was made: a step, and the progress by then.
  public var step: Int
  public var progress = 0.0
  /// How often it was made.
  public var revision = 0
  /// The steps and epochs before the rise: those of the run that was over once; 0 for any other.
  public var start = 0
  public var startEpoch = 0

  public init(totalSteps: Int, warmupSteps: Int) {
    (self.totalSteps, self.warmupSteps, step) = (totalSteps, warmupSteps, warmupSteps)
  }

  /// The plan of what is added to a run that was over: a rise from 0, and from there to the end.
  init(from start: Int, epoch: Int, totalSteps: Int, _ schedule: any Schedule) {
    self.init(totalSteps: totalSteps, warmupSteps: schedule.warmupSteps(of: totalSteps - start))
    (self.start, startEpoch, step) = (start, epoch, start + warmupSteps)
  }

  /// From 0 to 1, after the rise.
  public func progress(at step: Int) -> Double {
    let part = Double(max(0, step - self.step)) / Double(max(1, totalSteps - self.step))
    return min(1, progress + (1 - progress) * part)
  }

  /// The learning rate of a step, counted from 0, of which `peak` is the largest.
  package func rate(at step: Int, peak: Double, _ schedule: any Schedule) -> Double {
    guard step - start >= warmupSteps else { return peak * Double(step - start + 1) / Double(warmupSteps + 1) }
    return peak * schedule.factor(at: progress(at: step))
  }

  /// The same training with another number of steps from `step` on.
  package func revised(at step: Int, totalSteps: Int, _ schedule: any Schedule) -> TrainingPlan {
    var plan = TrainingPlan(totalSteps: totalSteps, warmupSteps: warmupSteps)
    if step < warmupSteps {
      plan = TrainingPlan(totalSteps: totalSteps, warmupSteps: schedule.warmupSteps(of: totalSteps))
    } else {
      (plan.step, plan.progress) = (step, progress(at: step))
    }
    plan.revision = revision + 1
    return plan
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case totalSteps, warmupSteps, step, progress, revision, start, startEpoch }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      totalSteps: try container.decode(Int.self, forKey: .totalSteps),
      warmupSteps: try container.decode(Int.self, forKey: .warmupSteps))
    step = try container.decode(.step, default: step)
    progress = try container.decode(.progress, default: progress)
    revision = try container.decode(.revision, default: revision)
    start = try container.decode(.start, default: start)
    startEpoch = try container.decode(.startEpoch, default: startEpoch)
  }
}
