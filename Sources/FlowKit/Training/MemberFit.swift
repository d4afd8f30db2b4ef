/// A flow of an ensemble, as far as it is fitted.
public struct MemberFit: Sendable {
  /// That of the best epoch so far.
  public var flow: Flow
  /// Counted from 1; 0 before the first is done.
  public var bestEpoch: Int
  /// The loss of the best epoch on the validation events; without these, that of the last epoch.
  public var loss: Double
  /// Why training ended, if it has; `interrupted` where it can go on.
  public var stopped: StopReason?
  /// What diverged, when that ended training.
  public var failure: FlowError?
  public var history: [EpochReport]
  /// Where training stands.
  public var training: TrainingCheckpoint
  /// How the number of epochs was chosen, where all that stands above is of the fit to all events that followed: that is under way or
  /// over. Until it is over, `flow` is the one that was selected.
  public var selection: Selection?

  /// A fit that chose a number of epochs by its validation events.
  public struct Selection: Sendable {
    /// The number that was best.
    public var epochs: Int
    /// The validation loss after so many.
    public var loss: Double
    public var history: [EpochReport]

    public init(epochs: Int, loss: Double, history: [EpochReport]) {
      (self.epochs, self.loss, self.history) = (epochs, loss, history)
    }
  }

  public init(_ result: TrainingResult) {
    (flow, bestEpoch, loss, stopped) = (result.flow, result.bestEpoch, result.loss, result.stopped)
    (failure, history, training) = (result.failure, result.history, result.checkpoint)
  }

  /// The member as it is at a checkpoint of its training.
  public init(_ architecture: Architecture, at checkpoint: TrainingCheckpoint) {
    let parameters = checkpoint.best?.parameters ?? checkpoint.current.parameters
    // What is trained beside a flow, such as a critic, stands behind it.
    let own = Array(parameters.prefix(architecture.parameterCount))
    self.init(Flow(architecture: architecture, parameters: own), checkpoint, checkpoint.history, nil)
  }

  /// As a file keeps it.
  init(_ flow: Flow, _ training: TrainingCheckpoint, _ history: [EpochReport], _ selection: Selection?) {
    self.flow = flow
    (bestEpoch, loss) = (training.best?.epoch ?? 0, training.best?.loss ?? .nan)
    (stopped, self.training, self.history) = (training.stopped, training, history)
    self.selection = selection
  }

  /// Whether training is over.
  public var hasEnded: Bool { training.stopped != nil }

  /// This fit as the one that selects, of the fit to all events that follows it.
  func selected() -> Selection { Selection(epochs: bestEpoch, loss: loss, history: history) }
}

/// How far an ensemble is fitted: its members that have begun, which are the first of all that are planned.
public struct EnsembleState: Sendable {
  public var members: [MemberFit]
  /// The mean log-density of the validation events by the mixture of the selected flows; nil until all are selected, for a single
  /// flow that is not fitted again, and without validation events.
  public var validation: MeanLogDensity?

  public init(members: [MemberFit] = [], validation: MeanLogDensity? = nil) {
    (self.members, self.validation) = (members, validation)
  }

  /// The mixture of the members, as they are.
  ///
  /// - Precondition: one has begun.
  public var ensemble: FlowEnsemble { FlowEnsemble(members.map(\.flow)) }
  /// Why the fit has not ended by itself.
  public var isInterrupted: Bool { members.contains { $0.stopped == .interrupted } }
}
