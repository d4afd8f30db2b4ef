extension Model {
  /// The model of an automatic fit.
  ///
  /// - Parameter state: what to go on from, of a fit that has not ended.
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
    let (setup, first) = result.trainings[0]
    self.provenance.merge(try setup.provenance()) { $1 }
    self.provenance["automatic_choices"] = .text(fit.signature)
    self.provenance["automatic_plan"] = .text(fit.plan.decisions.map { "\($0)" }.joined(separator: "; "))
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
  /// What must be the same for a fit to go on from another one.
  var signature: String {
    let training = FitCandidate(scaling: .none, epochs: 0, minutes: nil, member: 0)
    return [
      plan.layers, choices.base, choices.contextEmbedding ?? "-", "\(plan.scalings)", "\(plan.batchSize)",
      "\(plan.learningRate)", "\(plan.broad)", "\(plan.members)", "\(choices.refits)", "\(choices.limitInSeconds)",
      "\(choices.buffer)", "\(choices.preprocessing)", "\(self.training.seed(ofMember: training.member))",
    ].joined(separator: " ")
  }

  /// Throws where a file's fit was begun with other data or choices.
  package func check(resuming model: Model, at path: String) throws(FlowError) {
    func differs(_ what: String) -> FlowError {
      FlowError(.data, "\(path) cannot be resumed: \(what)", fix: .beginAnew)
    }
    guard let signature = model.provenance["automatic_choices"]?.text else {
      throw differs("it is not of a fit whose plan was chosen from the data")
    }
    guard model.columns == train.columns, model.contextColumns == train.contextColumns else {
      throw differs("it was fitted to other columns (\(HDF5.list(model.columns + model.contextColumns)))")
    }
    guard model.provenance["data_digest"]?.text == (try train.digest()) else {
      throw differs("its training data were others (rows, columns or contents differ)")
    }
    guard model.provenance["validation_digest"]?.text == (try validation?.digest() ?? "none") else {
      throw differs("its validation data were others (rows, columns or contents differ)")
    }
    guard signature == self.signature else { throw differs("it was begun with other options") }
  }
}
