internal import CFlowKernels

/// The order in which the gradients of a batch's groups are summed: pair by pair, then the pairs, and so on. A branch is a run of
/// 2ᵏ groups that begins at a multiple of 2ᵏ, at the end of the batch perhaps a shorter one; whoever sums a branch, the sum has the
/// same bits.
struct GroupTree: Sendable {
  /// The number of leaves.
  let groups: Int

  /// No more than one kernel sums.
  static let maximumTerms = Int(FLOWKIT_MAXIMUM_TERMS)

  /// One group for each tile up to 16. From 128 tiles on there are more, of four tiles or more, up to 256: work for many ranks.
  init(tiles: Int) {
    var most = Self.maximumTerms
    while 8 * most <= tiles, most < Self.maximumTerms * Self.maximumTerms { most *= 2 }
    groups = min(tiles, most)
  }

  init(groups: Int) { self.groups = groups }

  /// The fewest branches that make up a run of groups.
  ///
  /// - Parameter longest: the most groups of one.
  func branches(of run: Range<Int>, longest: Int = .max) -> [Range<Int>] {
    var (branches, start) = ([Range<Int>](), run.lowerBound)
    while start < run.upperBound {
      var length = 1
      while 2 * length <= longest, start % (2 * length) == 0, isInside(start, 2 * length, run) { length *= 2 }
      branches.append(start..<min(groups, start + length))
      start += length
    }
    return branches
  }

  /// What reaches the end of all groups may go beyond, once.
  private func isInside(_ start: Int, _ length: Int, _ run: Range<Int>) -> Bool {
    start + length <= run.upperBound || run.upperBound == groups && start + length / 2 < groups
  }

  /// How the sums of branches become that of all groups: taken in order, so many times the last two of those that are left are
  /// added after each.
  ///
  /// - Parameter branches: all groups, in order.
  func additions(after branches: [Range<Int>]) -> [Int] {
    var (additions, next) = ([Int](repeating: 0, count: branches.count), 0)
    var length = 1
    while length < groups { length *= 2 }
    take(0, length)
    return additions

    /// The groups from `start` on, at most so many.
    func take(_ start: Int, _ length: Int) {
      guard branches[next].count < min(groups, start + length) - start else {
        next += 1
        return
      }
      take(start, length / 2)
      guard start + length / 2 < groups else { return }
      take(start + length / 2, length / 2)
      additions[next - 1] += 1
    }
  }
}
