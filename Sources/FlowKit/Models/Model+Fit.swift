extension Model {
  /// The model of a finished fit.
  public init(_ setup: TrainingSetup, _ result: TrainingResult, _ provenance: [String: MetadataValue]) {
    self.init(
      flow: result.flow, columns: setup.train.columns, contextColumns: setup.train.contextColumns,
      units: setup.train.units, contextUnits: setup.train.contextUnits, history: result.history, provenance: provenance,
      training: result.checkpoint)
    describe(result.bestEpoch, result.loss, result.stopped.rawValue)
  }

  /// The model of a fit that goes on: the best so far, and the state to resume from. What is trained beside a flow stands behind its
  /// parameters.
  public init(_ setup: TrainingSetup, at checkpoint: TrainingCheckpoint, _ provenance: [String: MetadataValue]) {
    let parameters = checkpoint.best?.parameters ?? checkpoint.current.parameters
    self.init(
      flow: Flow(
        architecture: setup.architecture, parameters: Array(parameters.prefix(setup.architecture.parameterCount))),
      columns: setup.train.columns,
      contextColumns: setup.train.contextColumns, units: setup.train.units, contextUnits: setup.train.contextUnits,
      history: checkpoint.history, provenance: provenance,
      training: checkpoint)
    describe(checkpoint.best?.epoch ?? 0, checkpoint.best?.loss ?? .nan, "unfinished")
  }

  private mutating func describe(_ bestEpoch: Int, _ loss: Double, _ stopped: String) {
    provenance["best_epoch"] = .integer(bestEpoch)
    provenance["loss"] = .number(loss)
    provenance["stopped"] = .text(stopped)
  }
}
