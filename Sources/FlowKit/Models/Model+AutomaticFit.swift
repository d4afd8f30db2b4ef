extension Model {
  /// The model of an automatic fit.
  ///
  /// - Parameters:
  ///   - provenance: that of the fit (`AutomaticFit.provenance`), and what else is to be told.
  ///   - state: what to go on from, of a fit that has not ended.
  public init(
    _ fit: AutomaticFit, _ result: AutomaticFitResult, _ provenance: [String: MetadataValue],
    _ state: AutomaticFitState? = nil
  ) throws(FlowError) {
    let members = result.trainings.map { training in
      Member(
        flow: training.result.flow, history: training.result.history,
        provenance: [
          "best_epoch": .integer(training.result.bestEpoch), "loss": .number(training.result.loss),
          "seed": .text("\(training.setup.options.seed)"),
        ], training: training.result.checkpoint)
    }
    self.init(
      members: members, columns: fit.train.columns, contextColumns: fit.train.contextColumns,
      units: fit.train.units, contextUnits: fit.train.contextUnits, provenance: provenance)
    dependent = fit.dependent
    let (setup, first) = result.trainings[0]
    self.provenance.merge(try setup.optionsProvenance()) { $1 }
    self.provenance["automatic_rounds"] = .text(try result.rounds.jsonText())
    self.provenance["stopped"] = .text(state == nil ? result.stopped.rawValue : "unfinished")
    self.provenance["best_epoch"] = .integer(first.bestEpoch)
    if let mean = result.scores?.mean {
      self.provenance["loss"] = .number(-mean.value)
      self.provenance[Key.validation] = .number(mean.value)
      self.provenance[Key.validationError] = .number(mean.error)
    }
    automatic = state
  }
}

extension AutomaticFit {
  /// What a model's provenance says of the fit, however far it is. All events are read for it.
  package func provenance() throws(FlowError) -> [String: MetadataValue] {
    let own: [String: MetadataValue] = [
      "automatic_choices": .text(signature),
      "automatic_plan": .text(plan.decisions.map { "\($0)" }.joined(separator: "; ")),
    ]
    return try own.merging(Model.digests(train, validation)) { $1 }
  }

  /// What must be the same for a fit to go on from another one.
  private var signature: String {
    [
      plan.layers, choices.base, choices.contextEmbedding ?? "-", "\(plan.scalings)", "\(plan.batchSize)",
      "\(plan.learningRate)", "\(plan.broad)", "\(plan.members)", "\(choices.refits)", "\(choices.limitInSeconds)",
      "\(choices.buffer)", "\(choices.preprocessing)", "\(choices.seed)",
    ].joined(separator: " ")
  }

  /// Throws where a file's fit was begun with other data or choices than this one, of which `provenance` tells.
  package func check(
    resuming model: Model, at path: String, _ provenance: [String: MetadataValue]
  ) throws(FlowError) {
    func differs(_ what: String) -> FlowError {
      FlowError(.data, "\(path) cannot be resumed: \(what)", fix: .beginAnew)
    }
    guard let signature = model.provenance["automatic_choices"]?.text else {
      throw differs("it is not of a fit whose plan was chosen from the data")
    }
    if let what = model.difference(ofEvents: train, provenance) { throw differs(what) }
    guard signature == self.signature else { throw differs("it was begun with other options") }
  }
}
