/// Which of the rows that got so far are part of a set: those that a random choice takes, or those that it leaves.
struct RowFilter: Sendable {
  private let sampling: SelectionSampling
  private let keepsTaken: Bool
  /// How many rows pass in the blocks before each block, and in all of them at the end.
  let passedBefore: [Int]
  private let reachedBefore: [Int]

  /// Both parts of a random choice.
  ///
  /// - Parameter reachedBefore: how many rows come up to the filter in the blocks before each block, and in all.
  static func parts(
    _ sampling: SelectionSampling, reachedBefore: [Int]
  ) -> (taken: RowFilter, left: RowFilter) {
    var state = sampling
    let takenBefore = reachedBefore.map { reached in
      while state.next < reached { _ = state.takesNext() }
      return state.taken
    }
    let leftBefore = zip(reachedBefore, takenBefore).map { $0 - $1 }
    return (
      RowFilter(sampling, keepsTaken: true, passedBefore: takenBefore, reachedBefore: reachedBefore),
      RowFilter(sampling, keepsTaken: false, passedBefore: leftBefore, reachedBefore: reachedBefore)
    )
  }

  private init(_ sampling: SelectionSampling, keepsTaken: Bool, passedBefore: [Int], reachedBefore: [Int]) {
    (self.sampling, self.keepsTaken) = (sampling, keepsTaken)
    (self.passedBefore, self.reachedBefore) = (passedBefore, reachedBefore)
  }

  /// Those of a block's rows that pass.
  func passing(_ rows: [Int], ofBlock block: Int) -> [Int] {
    let reached = reachedBefore[block]
    let taken = keepsTaken ? passedBefore[block] : reached - passedBefore[block]
    var state = sampling.resumed(at: reached, taken: taken)
    return rows.filter { _ in state.takesNext() == keepsTaken }
  }
}
