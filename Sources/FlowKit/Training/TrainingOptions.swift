/// How a flow is trained. All of it is stored with the model.
public struct TrainingOptions: Sendable, Codable, Equatable {
  /// Passes over the training events, unless `minutes` is set.
  public var epochs = 100
  /// A time limit in place of `epochs`: turned into a number of steps, a few times during the training.
  public var minutes: Double?
  /// Whether a training with a time limit also ends after `epochs`: then the limit only shortens what would take longer.
  public var epochsBoundMinutes = false
  /// Events per step.
  public var batchSize = 512
  /// The largest learning rate; the schedule leads from it to 0.
  public var learningRate = 3e-3
  /// The gradient's norm is cut to this.
  public var gradientClip = 5.0
  /// Training ends after this many epochs without a better validation loss.
  public var patience = 30
  /// About how many bytes of training events are held in memory. More events than that are read from their source in every
  /// epoch, and shuffled in parts of half of it.
  public var buffer = EventSet.defaultBuffer
  public var seed: UInt64 = 0
  /// Noise on the events of training steps, which falls to 0; none by default.
  public var noise: TrainingNoise?
  /// Whether easy events count most at first: by w(x) = min(1, exp((ℓ(x) − c) / T)), ℓ the log-density by the flow that the first tenth of
  /// the training has made, T the distance of its quartiles, and c falling from the median of ℓ until half of the training is over;
  /// then w = 1. ``TrainingSetup/ease`` gives another ℓ. All training events must fit into the buffer.
  public var curriculum = false

  public init() {}

  // MARK: Coding

  private enum CodingKeys: CodingKey {
    case epochs, minutes, epochsBoundMinutes, batchSize, learningRate, gradientClip, patience, buffer, seed, noise
    case curriculum
  }

  public init(from decoder: any Decoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: CodingKeys.self)
    epochs = try container.decode(.epochs, default: epochs)
    minutes = try container.decodeIfPresent(Double.self, forKey: .minutes)
    epochsBoundMinutes = try container.decode(.epochsBoundMinutes, default: epochsBoundMinutes)
    batchSize = try container.decode(.batchSize, default: batchSize)
    learningRate = try container.decode(.learningRate, default: learningRate)
    gradientClip = try container.decode(.gradientClip, default: gradientClip)
    patience = try container.decode(.patience, default: patience)
    buffer = try container.decode(.buffer, default: buffer)
    seed = try container.decode(.seed, default: seed)
    noise = try container.decodeIfPresent(TrainingNoise.self, forKey: .noise)
    curriculum = try container.decode(.curriculum, default: curriculum)
  }
}

/// One line of a training history. Losses are those of the objective: of maximum likelihood mean negative log-densities, in
/// nats, in the data's units.
public struct EpochReport: Sendable, Codable, Equatable {
  /// Counted from 1.
  public var epoch: Int
  /// Mean over the epoch's minibatches, each before its step.
  public var train: Double
  /// Over every validation event after the epoch; nil without validation events.
  public var valid: Double?
  /// The loss of the objective's companion over every validation event, such as the mean negative log-density of a flow that
  /// learns by its samples; nil without one.
  public var companion: Double?
  /// Since the start of training.
  public var seconds: Double
  /// Training events per second in this epoch.
  public var eventsPerSecond: Double
  /// At the epoch's end.
  public var learningRate: Double

  init(
    epoch: Int, train: Double = 0, valid: Double? = nil, companion: Double? = nil, seconds: Double = 0,
    eventsPerSecond: Double = 0, learningRate: Double = 0
  ) {
    (self.epoch, self.train, self.valid, self.companion, self.seconds) = (epoch, train, valid, companion, seconds)
    (self.eventsPerSecond, self.learningRate) = (eventsPerSecond, learningRate)
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case epoch, train, valid, companion, seconds, eventsPerSecond, learningRate }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      epoch: try container.decode(Int.self, forKey: .epoch), train: try container.decode(.train, default: 0),
      valid: try container.decodeIfPresent(Double.self, forKey: .valid),
      companion: try container.decodeIfPresent(Double.self, forKey: .companion),
      seconds: try container.decode(.seconds, default: 0),
      eventsPerSecond: try container.decode(.eventsPerSecond, default: 0),
      learningRate: try container.decode(.learningRate, default: 0))
  }
}

/// Why training ended.
public enum StopReason: String, Sendable, Codable {
  case patience, epochs, minutes, interrupted, diverged
}

/// What training made.
public struct TrainingResult: Sendable {
  /// What was trained.
  public var subject: any Trainable
  /// θ of the best epoch.
  public var parameters: [Scalar]
  /// The flow with the parameters of the best epoch, where a flow was trained.
  public var flow: Flow { Flow(subject, parameters: parameters) }
  /// Counted from 1.
  public var bestEpoch: Int
  /// The best validation loss; without validation events, the last training loss.
  public var loss: Double
  public var stopped: StopReason
  /// What diverged, when that ended training.
  public var failure: FlowError?
  public var history: [EpochReport]
  /// Where the run stands: one that was interrupted goes on from there as if it had not been.
  public var checkpoint: TrainingCheckpoint
}

/// What a caller may show while training runs.
public enum TrainingEvent: Sendable {
  /// Some steps are done, out of all that are planned.
  case progress(step: Int, totalSteps: Int, epoch: Int, train: Double, eventsPerSecond: Double)
  case epoch(EpochReport)
  /// A step was not finite: where, and what is done about it.
  case retry(String)
  /// What the objective says of an epoch, such as that an iteration of its own did not converge.
  case note(String)
}
