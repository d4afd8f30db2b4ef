/// A random choice of exactly `chosen` of `total` things, all choices equally likely, made one thing after the other in
/// constant memory: thing i is taken with probability (what is still to be taken)/(things left).
///
/// The random number of thing i is a function of (seed, purpose, i), so that a choice can go on from any thing if it is
/// known how many were taken before. Source: Knuth, The Art of Computer Programming, vol. 2, 3.4.2, Algorithm S.
package struct SelectionSampling: Sendable {
  let total: Int
  let chosen: Int
  private let seed: UInt64
  private let purpose: RandomPurpose
  /// The number of the next thing.
  package private(set) var next = 0
  /// How many of those before it were taken.
  package private(set) var taken = 0

  package init(_ chosen: Int, of total: Int, seed: UInt64, purpose: RandomPurpose) {
    precondition(0...total ~= chosen, "\(chosen) of \(total) things")
    (self.chosen, self.total, self.seed, self.purpose) = (chosen, total, seed, purpose)
  }

  /// The same choice, before thing `next`.
  package func resumed(at next: Int, taken: Int) -> SelectionSampling {
    var result = self
    (result.next, result.taken) = (next, taken)
    return result
  }

  /// Whether the next thing is taken.
  package mutating func takesNext() -> Bool {
    precondition(next < total, "only \(total) things")
    var random = RandomStream(seed: seed, purpose: purpose, index: UInt64(next))
    // Exact at both ends: with none left to take the right side is 0; with all, it is the left's factor, and u < 1.
    let isTaken = random.uniform() * Double(total - next) < Double(chosen - taken)
    next += 1
    taken += isTaken ? 1 : 0
    return isTaken
  }
}
