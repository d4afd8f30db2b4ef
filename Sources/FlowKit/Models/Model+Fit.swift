extension Model {
  /// The model of a finished fit.
  public init(_ setup: TrainingSetup, _ result: TrainingResult, _ provenance: [String: MetadataValue]) {
    self.init(setup, [MemberFit(result)], provenance)
  }

  /// The model of a fit that goes on: the best so far, and the state to resume from. What is trained beside a flow stands behind its
  /// parameters.
  public init(_ setup: TrainingSetup, at checkpoint: TrainingCheckpoint, _ provenance: [String: MetadataValue]) {
    self.init(setup, [MemberFit(setup.architecture, at: checkpoint)], provenance)
  }

  /// The model of an ensemble, as far as it is fitted; of a fit of one flow, the model of that.
  public init(_ fit: EnsembleFit, _ state: EnsembleState, _ provenance: [String: MetadataValue]) {
    self.init(fit.setup, state.members, provenance)
    if fit.refits { self.provenance[Key.refit] = .integer(1) }
    if let validation = state.validation {
      self.provenance[Key.validation] = .number(validation.value)
      self.provenance[Key.validationError] = .number(validation.standardError)
    }
    guard fit.count > 1 else { return }
    for index in members.indices { members[index].provenance["seed"] = .text("\(fit.seed(ofMember: index))") }
    self.provenance[Key.count] = .integer(fit.count)
    let isWhole = state.members.count == fit.count && state.members.allSatisfy(\.hasEnded)
    let unfinished = state.isInterrupted ? StopReason.interrupted.rawValue : "unfinished"
    self.provenance["stopped"] = .text(isWhole ? "complete" : unfinished)
  }

  private init(_ setup: TrainingSetup, _ fits: [MemberFit], _ provenance: [String: MetadataValue]) {
    self.init(
      members: fits.map(Member.init), columns: setup.train.columns, contextColumns: setup.train.contextColumns,
      units: setup.train.units, contextUnits: setup.train.contextUnits, provenance: provenance)
    guard members.count == 1 else { return }
    self.provenance.merge(members[0].provenance) { $1 }
    members[0].provenance = [:]
  }

  /// What is told of an ensemble in the provenance.
  enum Key {
    static let (count, refit, refitEpochs, selectionLoss) = ("ensemble", "refit", "refit_epochs", "selection_loss")
    static let (validation, validationError) = ("validation_log_density", "validation_log_density_standard_error")
  }
}

extension Model.Member {
  fileprivate init(_ fit: MemberFit) {
    self.init(
      flow: fit.flow, history: fit.history, training: fit.training, selectionHistory: fit.selection?.history ?? [])
    provenance = [
      "best_epoch": .integer(fit.bestEpoch), "loss": .number(fit.loss),
      "stopped": .text(fit.stopped?.rawValue ?? "unfinished"),
    ]
    guard let selection = fit.selection else { return }
    provenance[Model.Key.refitEpochs] = .integer(selection.epochs)
    provenance[Model.Key.selectionLoss] = .number(selection.loss)
  }
}

extension EnsembleState {
  /// How far the ensemble of a file is, which was read with the state of its training.
  init?(_ model: Model) {
    var fits: [MemberFit] = []
    for member in model.members {
      guard let training = member.training else { return nil }
      let provenance = model.members.count == 1 ? model.provenance : member.provenance
      let selection = provenance[Model.Key.refitEpochs]?.integer.map { epochs in
        MemberFit.Selection(
          epochs: epochs, loss: provenance[Model.Key.selectionLoss]?.number ?? .nan, history: member.selectionHistory)
      }
      fits.append(MemberFit(member.flow, training, member.history, selection))
    }
    let score = model.provenance[Model.Key.validation]?.number.map { value in
      MeanLogDensity(value: value, standardError: model.provenance[Model.Key.validationError]?.number ?? .nan)
    }
    self.init(members: fits, validation: score)
  }
}
