internal import Synchronization

/// Where flows stand that are trained, alone or side by side, for those who save them together.
final class CandidateSaves: Sendable {
  private let seconds: Double
  private let save: @Sendable ([AutomaticFitState.Running]) -> Void
  private let running = Mutex<[AutomaticFitState.Running]>([])

  /// - Parameter seconds: calls `save` with all of them, by one thread at a time, when one has trained for so long since its last time.
  init(every seconds: Double, _ save: @escaping @Sendable ([AutomaticFitState.Running]) -> Void) {
    (self.seconds, self.save) = (seconds, save)
  }

  func saves(of candidate: FitCandidate) -> TrainingSaves {
    TrainingSaves(every: seconds) { [self] checkpoint in
      running.withLock { running in
        running.removeAll { $0.candidate.isSame(as: candidate) }
        running.append(AutomaticFitState.Running(candidate: candidate, checkpoint: checkpoint))
        save(running)
      }
    }
  }
}
