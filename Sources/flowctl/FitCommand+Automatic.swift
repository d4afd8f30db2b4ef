import FlowKit

// Fits whose plan is chosen from the data: those without --epochs and what else describes one training.

extension Fit {
  /// Whether what is not named is chosen from the data.
  var isAutomatic: Bool {
    !encoders.isGiven && epochs == nil && patience == nil && !objective.isGiven && !lessons.areGiven
  }

  func fitAutomatically(
    _ events: any EventSource, _ validation: Validation, _ preprocessing: PreprocessingOptions
  ) throws {
    let choices = try automatic.choices(self, preprocessing)
    let fit = try AutomaticFit(events, validation: validation, choices: choices, threads: threads)
    try describe(fit)
    if automatic.dryRun { return }
    try checkReport()
    let own = try fit.provenance()
    try JobProcess.agree(own)
    let provenance = provenance(fit.train, fit.validation).merging(own) { $1 }
    let begun = try automaticModelToResume(fit, provenance)
    if let begun, begun.automatic == nil {
      return Terminal.note("\(output): the fit has ended already; there is nothing to resume")
    }
    Interrupts.catchThem()
    var progress = AutomaticProgress(json: json)
    let saves = AutomaticFit.Saves(every: checkpointEvery) { [output] state, result in
      // Before there is any flow there is nothing that a file could hold.
      guard let result else { return }
      do throws(FlowError) { try Model(fit, result, provenance, state).writeOnce(to: output) } catch {
        Terminal.note("\(error.line); training goes on, with the checkpoint before this one in place")
      }
    }
    let result = try fit.fit(
      from: begun?.automatic, saves: saves, observe: { progress.show($0) }, shouldStop: { Interrupts.isPending })
    Terminal.status("")
    try Model(fit, result, provenance, result.state).writeOnce(to: output, keepingState: ensembles.keepState)
    try AutomaticReport(output, result, fit.validation?.place).show(json: json)
    try writeReport(fit.train, fit.validation)
    if result.stopped == .interrupted {
      Terminal.note("flowctl: interrupted; wrote the best so far to \(output), from which --resume goes on")
    }
  }

  /// The model in the output file, with --resume; nil where there is none.
  private func automaticModelToResume(
    _ fit: AutomaticFit, _ provenance: [String: MetadataValue]
  ) throws(FlowError) -> Model? {
    guard resume, outputExists() else { return nil }
    let model = try ModelReading.model(output, includingTraining: true)
    try fit.check(resuming: model, at: output, provenance)
    return model
  }

  private func describe(_ fit: AutomaticFit) throws(FlowError) {
    for text in fit.dependent.texts(fit.train.columns) {
      Terminal.note("flowctl: \(text): set aside from the density, and given back in samples")
    }
    noteFindings(fit.survey, fit.choices.preprocessing, fit.repeats)
    guard !json else { return }
    printEvents(fit.train, fit.validation)
    for decision in fit.plan.decisions where automatic.explain || automatic.dryRun || decision.isMain {
      print("plan   \(decision)")
    }
    try Terminal.finishOutput()
  }
}

extension FitPlan.Decision {
  /// Whether it is said without being asked for.
  var isMain: Bool { what == "preprocessing" || what == "layers" }
}
