/// How the learning rate changes over a training, as a factor of the largest.
public protocol Schedule: Sendable {
  /// The steps of a linear rise from 0 at the start; by default 2 %, at most 500 steps.
  func warmupSteps(of totalSteps: Int) -> Int
  /// The factor at `progress`, from 0 when the rise is over to 1 at the end of training.
  func factor(at progress: Double) -> Double
}

extension Schedule {
  public func warmupSteps(of totalSteps: Int) -> Int { min(500, totalSteps / 50) }
}

/// Half a cosine from 1 down to 0 (Loshchilov & Hutter 2017, without restarts).
public struct CosineSchedule: Schedule {
  public init() {}
  public func factor(at progress: Double) -> Double { 0.5 * (1 + Double.cos(.pi * progress)) }
}

/// How many steps a training has, and how far it is at each. Where a time limit decides, the plan is made again now and then:
/// progress goes on from where it is, and reaches 1 when the time that is left is used up at the rate measured by then.
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

  public init(totalSteps: Int, warmupSteps: Int) {
    (self.totalSteps, self.warmupSteps, step) = (totalSteps, warmupSteps, warmupSteps)
  }

  /// From 0 to 1, after the rise.
  public func progress(at step: Int) -> Double {
    let part = Double(max(0, step - self.step)) / Double(max(1, totalSteps - self.step))
    return min(1, progress + (1 - progress) * part)
  }

  /// The learning rate of a step, counted from 0, of which `peak` is the largest.
  package func rate(at step: Int, peak: Double, _ schedule: any Schedule) -> Double {
    guard step >= warmupSteps else { return peak * Double(step + 1) / Double(warmupSteps + 1) }
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
}
