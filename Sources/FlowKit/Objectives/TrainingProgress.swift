internal import Synchronization

/// How much of a training is done, from 0 to 1: what an objective and its copies share that changes with it.
public final class TrainingProgress: Sendable {
  private let bits = Atomic<UInt64>(0)

  /// 0 at first.
  public init() {}

  public var value: Double {
    get { Double(bitPattern: bits.load(ordering: .relaxed)) }
    set { bits.store(newValue.bitPattern, ordering: .relaxed) }
  }
}
