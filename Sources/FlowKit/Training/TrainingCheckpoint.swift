/// Where a training run stands between two steps: everything that decides how it goes on.
///
/// The order in which events are visited is a function of (seed, epoch), so `epoch` and `stepOfEpoch` are its cursor.
public struct TrainingCheckpoint: Sendable, Equatable {
  /// Parameters and the optimizer's moments, in its order.
  public struct State: Sendable, Equatable {
    public var parameters: [Scalar]
    public var moments: [[Scalar]]
    /// The number of steps that were applied.
    public var steps: Int
  }

  public struct Best: Sendable, Equatable {
    public var parameters: [Scalar]
    /// Counted from 1.
    public var epoch: Int
    public var loss: Double
  }

  /// The precision it was computed in, `float32` or `float64`: only in that does a run go on to the same bits.
  public var elementType = Scalar.elementTypeName
  /// The name of the optimizer, and of its moments.
  public var optimizer = Adam().name
  public var momentNames = Adam().moments
  /// The steps of the whole run, on which the learning rate depends.
  public var plan: TrainingPlan
  public var totalSteps: Int { plan.totalSteps }
  /// The steps before this epoch, and those of it that are done.
  public var step = 0
  public var stepOfEpoch = 0
  /// The epochs that are done.
  public var epoch = 0
  /// How often the learning rate was halved, and the epoch that failures lead back to.
  public var failures = 0
  public var goodEpoch = 1
  /// What this epoch's minibatches have added to its mean loss, the events in them, and the last learning rate.
  public var lossSum = 0.0
  public var eventsOfEpoch = 0
  public var learningRate = 0.0
  /// The time that training has taken.
  public var seconds = 0.0
  /// Why the run ended; nil where it can go on.
  public var stopped: StopReason?
  public var history: [EpochReport] = []
  public var best: Best?
  /// The parameters from which a curriculum takes what is easy; nil before, and without one.
  public var warmup: [Scalar]?
  public var current: State
  /// Where a step that is not finite leads back to.
  public var good: State
}

/// When and how a run is saved while it trains.
public struct TrainingSaves {
  let seconds: Double
  let save: (TrainingCheckpoint) throws(FlowError) -> Void

  /// - Parameter seconds: calls `save` after a step when so much time has passed since the last time (by the clock of the first
  ///   process of a job), and, of one process, before a fit ends because its events can no longer be read.
  public init(every seconds: Double, _ save: @escaping (TrainingCheckpoint) throws(FlowError) -> Void) {
    (self.seconds, self.save) = (seconds, save)
  }
}
