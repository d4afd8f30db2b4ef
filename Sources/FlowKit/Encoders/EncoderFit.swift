/// An encoder as far as it is fitted.
public struct EncoderFit: Sendable {
  /// That of the best epoch so far.
  public var encoder: EventEncoder
  /// The prior of a variational encoder, trained with it; nil for others.
  public var prior: Flow?
  /// Counted from 1; 0 before the first is done.
  public var bestEpoch: Int
  /// The loss of the best epoch on the validation events; without these, that of the last epoch.
  public var loss: Double
  /// Why training ended; `interrupted` where it can go on.
  public var stopped: StopReason?
  /// What diverged, when that ended training.
  public var failure: FlowError?
  public var history: [EpochReport]
  /// Where training stands.
  public var training: TrainingCheckpoint

  init(_ setup: EncoderSetup, _ result: TrainingResult) {
    (encoder, prior) = setup.parts(result.parameters)
    (bestEpoch, loss, stopped) = (result.bestEpoch, result.loss, result.stopped)
    (failure, history, training) = (result.failure, result.history, result.checkpoint)
  }

  /// The encoder as it is at a checkpoint of its training.
  init(_ setup: EncoderSetup, at checkpoint: TrainingCheckpoint) {
    (encoder, prior) = setup.parts(checkpoint.best?.parameters ?? checkpoint.current.parameters)
    (bestEpoch, loss) = (checkpoint.best?.epoch ?? 0, checkpoint.best?.loss ?? .nan)
    (stopped, failure, history, training) = (checkpoint.stopped, nil, checkpoint.history, checkpoint)
  }

  /// As a file keeps it.
  init(_ encoder: EventEncoder, _ prior: Flow?, _ training: TrainingCheckpoint, _ history: [EpochReport]) {
    (self.encoder, self.prior, self.training, self.history) = (encoder, prior, training, history)
    (bestEpoch, loss, stopped) = (training.best?.epoch ?? 0, training.best?.loss ?? .nan, training.stopped)
  }
}

/// When and how an encoder is saved while it is trained.
public struct EncoderSaves {
  let seconds: Double
  let save: (EncoderFit) throws(FlowError) -> Void

  /// - Parameter seconds: calls `save` after a step when so much time has passed since the last time, and before a fit ends because its
  ///   events can no longer be read.
  public init(every seconds: Double, _ save: @escaping (EncoderFit) throws(FlowError) -> Void) {
    (self.seconds, self.save) = (seconds, save)
  }
}

extension EncoderSetup {
  /// The parts of what is trained. What is trained beside the encoder, such as its prior, stands behind it.
  fileprivate func parts(_ parameters: [Scalar]) -> (EventEncoder, Flow?) {
    let count = architecture.parameterCount
    return (
      EventEncoder(architecture: architecture, parameters: Array(parameters.prefix(count))),
      prior.map {
        Flow(architecture: $0, parameters: Array(parameters.dropFirst(count).prefix($0.parameterCount)))
      }
    )
  }

  /// Trains the encoder. The same seed and events give the same one, bit for bit, for any number of threads.
  ///
  /// - Parameter checkpoint: where an earlier run stood; this one goes on from there, to the same bits.
  /// - Throws: where it cannot be trained at all, or its events cannot be read.
  public func run(
    from checkpoint: TrainingCheckpoint? = nil, threads: Int? = nil, saves: EncoderSaves? = nil,
    observe: (TrainingEvent) -> Void = { _ in }, shouldStop: () -> Bool = { false }
  ) throws(FlowError) -> EncoderFit {
    let objective = try objective.criterion.objective(for: architecture, prior: prior, train: train, seed: options.seed)
    var random = RandomStream(seed: options.seed, purpose: .parameters)
    let start = objective.subject.layout.initialParameters(using: &random)
    var options = options
    // Of the columns of an event, also where training sees three events side by side.
    if options.noise == .rule {
      options.noise = .deviations(TrainingNoise.rule.start(events: train.count, columns: train.dimension))
    }
    let trainer = try Trainer(
      objective, from: start, train: seen.train, validation: seen.validation, options: options, threads: threads)
    let result = try trainer.fit(
      from: checkpoint,
      saves: saves.map { saves in
        TrainingSaves(every: saves.seconds) { (checkpoint) throws(FlowError) in
          try saves.save(EncoderFit(self, at: checkpoint))
        }
      }, observe: observe, shouldStop: shouldStop)
    return EncoderFit(self, result)
  }
}
