// Fits that are like another one: from another seed, on all events, for longer.

extension TrainingSetup {
  /// The same fit from another seed: other random layers, other initial parameters, another order of the events, but the same
  /// training and validation events, preprocessed in the same way.
  ///
  /// - Throws: as the initializer.
  public func reseeded(_ seed: UInt64) throws(FlowError) -> TrainingSetup {
    guard seed != options.seed else { return self }
    var options = options
    options.seed = seed
    let other = try remake.map { make throws(FlowError) in try make(train, seed) } ?? architecture
    let architecture = Architecture(
      chain: other.chain, base: other.base, preprocessing: architecture.preprocessing,
      contextPreprocessing: architecture.contextPreprocessing, contextEmbedding: other.contextEmbedding,
      broad: architecture.broad)
    return with(architecture, options)
  }

  func with(_ architecture: Architecture, _ options: TrainingOptions) -> TrainingSetup {
    var setup = TrainingSetup(architecture, options, train: train, validation: validation, objective: objective)
    setup.ease = ease
    return setup
  }

  /// The same fit to training and validation events together, for a number of epochs that was chosen before: nothing stops it
  /// early, and the learning rate falls to 0 over these epochs. Preprocessing and random layers stay those of the first fit.
  ///
  /// - Throws: where there are no validation events, or `ease` is of rows of the training events alone.
  public func refitting(epochs: Int) throws(FlowError) -> TrainingSetup {
    guard let validation else {
      throw FlowError(
        .data, "to fit again on all rows takes a number of epochs that validation rows chose; there are none",
        fix: .chooseValidation)
    }
    guard ease == nil else {
      throw FlowError(
        .data,
        "a curriculum by a column of the training rows says nothing of validation rows; fit without that column, or "
          + "only once")
    }
    var options = options
    (options.epochs, options.minutes) = (max(1, epochs), nil)
    return TrainingSetup(architecture, options, train: try JoinedEvents([train, validation]), objective: objective)
  }

  /// Where a run that has ended, whose state was kept, goes on with the epochs that `options` have beyond it: the optimizer keeps what it
  /// knows, the learning rate rises and falls once more over the added epochs (a warm restart, Loshchilov & Hutter 2017,
  /// arXiv:1608.03983), patience counts from there. The best epoch so far stays the best until one is better.
  ///
  /// - Throws: where there is no state, or nothing is added.
  public func continuing(_ ended: TrainingCheckpoint) throws(FlowError) -> TrainingCheckpoint {
    let reason = ended.stopped.map { " (\($0.rawValue))" } ?? ""
    guard !ended.current.parameters.isEmpty else {
      throw FlowError(
        .data, "the training has ended already\(reason), and the optimizer's state was not kept", fix: .keepState)
    }
    guard options.epochs > ended.epoch, options.minutes == nil, ended.stopped != .diverged else {
      throw FlowError(
        .data, "the training has ended already\(reason) after \(ended.epoch) epochs; \(options.epochs) epochs add none")
    }
    let stepsPerEpoch = (train.count + options.batchSize - 1) / options.batchSize
    var training = ended
    training.stopped = nil
    training.good = training.current
    training.plan = TrainingPlan(
      from: ended.step, epoch: ended.epoch, totalSteps: ended.step + (options.epochs - ended.epoch) * stepsPerEpoch,
      CosineSchedule())
    return training
  }
}
