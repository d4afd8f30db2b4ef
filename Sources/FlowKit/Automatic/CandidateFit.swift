/// One flow that an automatic fit trains: how it differs from the others.
struct FitCandidate: Sendable, Codable {
  private var scaling: PreprocessingOptions.Scaling
  private var layers, base: String?
  /// Passes over the training events; where a time limit is given, at most so many.
  var epochs: Int
  var minutes: Double?
  /// Which flow of a mixture it is: decides its seed.
  var member: Int
  var role: Role

  init(subject: Subject, epochs: Int, minutes: Double?, member: Int, role: Role = .selection) {
    (scaling, layers, base) = (subject.scaling, subject.layers, subject.base)
    (self.epochs, self.minutes, self.member, self.role) = (epochs, minutes, member, role)
  }

  var subject: Subject { Subject(scaling: scaling, layers: layers, base: base) }

  /// What is trained.
  struct Subject: Sendable, Equatable {
    var scaling: PreprocessingOptions.Scaling
    /// Other layers and another base than those of the plan and the choices.
    var layers, base: String?
  }

  enum Role: String, Codable {
    /// Trained on a choice of the events, to compare preprocessings.
    case race
    /// Trained on the training events.
    case selection
    /// Trained on training and validation events.
    case refit
  }

  /// Whether another is the same flow trained in the same way; the time that was left for it may differ.
  func isSame(as other: FitCandidate) -> Bool {
    (subject, epochs, member, role) == (other.subject, other.epochs, other.member, other.role)
  }

  private enum CodingKeys: CodingKey { case scaling, layers, base, epochs, minutes, member, role }
}

/// A candidate when it is trained.
struct FittedCandidate: Sendable {
  let candidate: FitCandidate
  let setup: TrainingSetup
  let result: TrainingResult
  /// Of the validation events; nil without any.
  let scores: ValidationScores?
  let seconds: Double

  /// The losses of the best epoch, and of the same epoch on the events that were trained on.
  var gap: Double? {
    guard let best = result.history.first(where: { $0.epoch == result.bestEpoch }), let valid = best.valid else {
      return nil
    }
    return valid - best.train
  }
}

/// What all candidates have in common, and how one is trained.
struct CandidateTraining: Sendable {
  var train: any EventSource
  var validation: (any EventSource)?
  let choices: FitChoices
  let plan: FitPlan
  let registry: Registry
  /// What an earlier run has trained.
  var known = AutomaticFitState()

  /// The seed of a member of a mixture: the first has that of the fit.
  func seed(ofMember member: Int) -> UInt64 { EnsembleFit.seed(ofMember: member, choices.seed) }

  func architecture(_ candidate: FitCandidate) throws(FlowError) -> Architecture {
    var preprocessing = choices.preprocessing
    let subject = candidate.subject
    preprocessing.scaling = subject.scaling
    return try Architecture(
      fitting: train, layers: subject.layers ?? plan.layers, base: subject.base ?? choices.base,
      preprocessing: preprocessing,
      contextEmbedding: choices.contextEmbedding, broad: plan.broad, registry: registry,
      seed: seed(ofMember: candidate.member))
  }

  func setup(_ candidate: FitCandidate) throws(FlowError) -> TrainingSetup {
    var options = TrainingOptions()
    (options.epochs, options.minutes, options.patience) = (candidate.epochs, candidate.minutes, candidate.epochs)
    options.epochsBoundMinutes = candidate.minutes != nil
    (options.batchSize, options.learningRate) = (min(plan.batchSize, max(1, train.count)), plan.learningRate)
    (options.buffer, options.seed) = (choices.buffer, seed(ofMember: candidate.member))
    return TrainingSetup(try architecture(candidate), options, train: train, validation: validation)
  }

  /// Trains a candidate to its end, or until `shouldStop` says so.
  func fitted(
    _ candidate: FitCandidate, threads: Int?, saves: CandidateSaves? = nil,
    observe: (TrainingEvent) -> Void = { _ in }, shouldStop: () -> Bool
  ) throws(FlowError) -> FittedCandidate {
    let start = ContinuousClock.now
    let setup = try setup(candidate)
    let entry = known.entry(candidate)
    let result =
      if let entry {
        entry.result(setup.architecture)
      } else {
        try Trainer(setup, threads: threads).fit(
          from: known.checkpoint(of: candidate), saves: saves?.saves(of: candidate), observe: observe,
          shouldStop: shouldStop)
      }
    let scores = try validation.map { events throws(FlowError) in
      try result.flow.scores(of: events, threads: threads)
    }
    return FittedCandidate(
      candidate: candidate, setup: setup, result: result, scores: scores,
      seconds: entry?.seconds ?? Job.processes.decided((ContinuousClock.now - start).inSeconds))
  }

  /// Trains candidates side by side, each on a thread of its own, as many at once as there are threads; where processes share the
  /// steps, one after the other. What they become does not depend on that. Those whose training does not stay finite are left out.
  ///
  /// - Throws: where none is left.
  func fitted(
    sideBySide candidates: [FitCandidate], threads: Int, saves: CandidateSaves? = nil, shouldStop: @Sendable () -> Bool
  ) throws(FlowError) -> [FittedCandidate] {
    typealias Outcome = Result<FittedCandidate, FlowError>
    let isShared = Job.processes.count > 1
    let lanes = isShared ? 1 : max(1, min(threads, candidates.count))
    let outcomes = UnitResults.collect(candidates.count, startingWith: Outcome?.none) { outcomes in
      WorkerPool(threads: lanes).run(units: candidates.count) { _, unit in
        outcomes[unit] = Outcome { () throws(FlowError) in
          try fitted(candidates[unit], threads: isShared ? threads : 1, saves: saves, shouldStop: shouldStop)
        }
      }
    }
    let results: [Outcome] = outcomes.compactMap { $0 }
    var finite: [FittedCandidate] = []
    for case .success(let candidate) in results { finite.append(candidate) }
    return finite.isEmpty ? [try results[0].get()] : finite
  }
}
