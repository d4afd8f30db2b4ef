import FlowKit
import Synchronization

// The fit itself: what is shown and saved while it runs.

extension Fit {
  /// - Parameters:
  ///   - begun: where an earlier run stood.
  ///   - model: what is written of a fit that is under way.
  func fitted(
    _ fit: EnsembleFit, from begun: EnsembleState?, _ model: @escaping @Sendable (EnsembleState) -> Model
  ) throws(FlowError) -> EnsembleState {
    let progress = Mutex(EnsembleProgress(fit, json: json, naming: objective.isGiven, from: begun))
    let isSaved = Atomic(false)
    let (output, keepState) = (output, ensembles.keepState)
    let saves = EnsembleSaves(every: checkpointEvery) { state in
      guard Self.save(model(state), to: output, keepingState: keepState) else { return }
      isSaved.store(true, ordering: .relaxed)
    }
    defer { Terminal.status("") }
    do throws(FlowError) {
      return try fit.run(
        from: begun ?? EnsembleState(), threads: threads, saves: saves,
        observe: { event in progress.withLock { $0.show(event) } }, shouldStop: { Interrupts.isPending })
    } catch {
      guard isSaved.load(ordering: .relaxed) else { throw error }
      var error = error
      error.message += "; what was trained until then is in \(output), from which --resume goes on"
      throw error
    }
  }

  /// Writes a checkpoint; whether that succeeded. Training is not given up for one that cannot be written: the one before
  /// is still there.
  static func save(_ model: Model, to output: String, keepingState: Bool) -> Bool {
    do {
      try model.writeOnce(to: output, keepingState: keepingState)
      return true
    } catch {
      Terminal.note("\(error.line); training goes on, with the checkpoint before this one in place")
      return false
    }
  }

  /// Whether there is a file to resume from; says so where there is none.
  func outputExists() -> Bool {
    if OutputPath.exists(output) { return true }
    Terminal.note("\(output) does not exist; training begins anew")
    return false
  }

  /// How far the model in the output file is, with --resume; nil where there is no such file yet, so that the same command can
  /// be run again until it is done.
  func stateToResume(_ fit: EnsembleFit) throws(FlowError) -> EnsembleState? {
    guard resume, outputExists() else { return nil }
    try ModelReading.check(output)
    let (model, state) = try fit.setup.modelToResume(output)
    try fit.check(resuming: model, at: output)
    return state
  }
}

extension EnsembleFit {
  /// Throws where a file's fit was begun as another kind of fit than this.
  func check(resuming model: Model, at path: String) throws(FlowError) {
    let planned = model.provenance["ensemble"]?.integer ?? 1
    guard planned <= count else {
      throw FlowError(
        .data, "\(path) cannot be resumed: it was begun as an ensemble of \(planned) (--ensemble \(planned))",
        fix: .beginAnew)
    }
    // A fit without it can be given it later: then it is selected already.
    guard refits || model.provenance["refit"]?.integer != 1 else {
      throw FlowError(.data, "\(path) cannot be resumed: it was begun with --refit", fix: .beginAnew)
    }
  }
}
