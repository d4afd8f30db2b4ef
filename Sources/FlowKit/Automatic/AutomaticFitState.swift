/// What an automatic fit has trained so far, to go on from after it was stopped: a fit that begins with it takes these flows
/// instead of training them again, and so comes to the same end, bit for bit.
public struct AutomaticFitState: Sendable {
  /// A trained flow without its architecture, which follows from what it is.
  struct Entry: Sendable, Codable {
    var candidate: FitCandidate
    /// Stands in a file by itself.
    var parameters: [Scalar] = []
    var history: [EpochReport]
    var bestEpoch: Int
    var loss: Double
    var seconds: Double

    private enum CodingKeys: CodingKey { case candidate, history, bestEpoch, loss, seconds }

    /// The training as it was when it ended.
    func result(_ architecture: Architecture) -> TrainingResult {
      let nothing = TrainingCheckpoint.State(parameters: [], moments: [], steps: 0)
      var checkpoint = TrainingCheckpoint(
        plan: TrainingPlan(totalSteps: 0, warmupSteps: 0), current: nothing, good: nothing)
      (checkpoint.stopped, checkpoint.history, checkpoint.epoch) = (.epochs, history, history.count)
      checkpoint.best = TrainingCheckpoint.Best(parameters: parameters, epoch: bestEpoch, loss: loss)
      return TrainingResult(
        subject: architecture, parameters: parameters, bestEpoch: bestEpoch, loss: loss, stopped: .epochs,
        history: history, checkpoint: checkpoint)
    }
  }

  /// A flow whose training was stopped, and where it stood.
  struct Running: Sendable {
    let candidate: FitCandidate
    let checkpoint: TrainingCheckpoint
  }

  var entries: [Entry] = []
  var running: [Running] = []
  /// What all of it took.
  var seconds = 0.0

  init() {}

  mutating func add(_ fitted: [FittedCandidate]) {
    for each in fitted where entry(each.candidate) == nil {
      guard each.result.checkpoint.stopped != nil else {
        note([Running(candidate: each.candidate, checkpoint: each.result.checkpoint)])
        continue
      }
      running.removeAll { $0.candidate.isSame(as: each.candidate) }
      entries.append(
        Entry(
          candidate: each.candidate, parameters: each.result.flow.parameters, history: each.result.history,
          bestEpoch: each.result.bestEpoch, loss: each.result.loss, seconds: each.seconds))
    }
  }

  /// Takes note of where flows stand now.
  mutating func note(_ now: [Running]) {
    running.removeAll { before in now.contains { $0.candidate.isSame(as: before.candidate) } }
    running += now
  }

  func entry(_ candidate: FitCandidate) -> Entry? { entries.first { $0.candidate.isSame(as: candidate) } }

  func checkpoint(of candidate: FitCandidate) -> TrainingCheckpoint? {
    running.first { $0.candidate.isSame(as: candidate) }?.checkpoint
  }
}
