internal import Synchronization

/// How many triplets of an epoch were active: shared by copies of an objective, which one thread at a time uses.
final class TripletRecord: Sendable {
  private let counts = Mutex((active: 0, all: 0))

  func note(_ result: TripletLoss.Result) {
    counts.withLock { $0 = ($0.active + result.active, $0.all + result.all) }
  }

  /// In a line, since it was last asked; none where there were none.
  func takeNotes() -> [String] {
    let (active, all) = counts.withLock { counts in
      defer { counts = (0, 0) }
      return counts
    }
    return all > 0 ? ["triplet: \(active) of \(all) triplets of the epoch were active"] : []
  }
}
