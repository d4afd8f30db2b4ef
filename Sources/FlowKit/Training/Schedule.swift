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
