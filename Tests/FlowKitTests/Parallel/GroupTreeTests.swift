import Testing

@testable import FlowKit

@Suite struct GroupTreeTests {
  /// The sum of some groups as it is written with brackets, pair by pair.
  private func sum(_ terms: [String]) -> String {
    var terms = terms
    while terms.count > 1 {
      terms = stride(from: 0, to: terms.count, by: 2).map {
        $0 + 1 < terms.count ? "(\(terms[$0]) + \(terms[$0 + 1]))" : terms[$0]
      }
    }
    return terms[0]
  }

  /// Whoever sums which branches, the brackets are the same.
  @Test func anyNumberOfProcessesAddsInTheSameOrder() {
    for groups in 1...40 {
      let tree = GroupTree(groups: groups)
      for processes in 1...9 {
        let branches = (0..<processes).flatMap {
          tree.branches(of: LoneProcess.part($0, of: groups, among: processes))
        }
        #expect(branches.flatMap { Array($0) } == Array(0..<groups))
        var waiting: [String] = []
        for (branch, additions) in zip(branches, tree.additions(after: branches)) {
          waiting.append(sum(branch.map(String.init)))
          for _ in 0..<additions {
            let last = waiting.removeLast()
            waiting[waiting.count - 1] = "(\(waiting.last!) + \(last))"
          }
        }
        #expect(waiting == [sum((0..<groups).map(String.init))], "\(groups) groups, \(processes) processes")
      }
    }
  }

  @Test func oneProcessOrSixteenOfSixteenGroupsHaveOneBranchEach() {
    let tree = GroupTree(groups: 16)
    #expect(tree.branches(of: 0..<16) == [0..<16])
    #expect(tree.branches(of: 4..<8) == [4..<8])
    #expect(tree.branches(of: 0..<16, longest: 4) == [0..<4, 4..<8, 8..<12, 12..<16])
    // The last branch of twelve groups is a whole one that is shorter.
    #expect(GroupTree(groups: 12).branches(of: 0..<12) == [0..<12])
    #expect(tree.branches(of: 5..<11) == [5..<6, 6..<8, 8..<10, 10..<11])
  }

  /// Large batches have work for many processes, and one kernel sums the runs of each.
  @Test func theNumberOfGroupsGrowsWithTheBatch() {
    let tiles = [1, 7, 16, 100, 127, 128, 256, 512, 1_024, 10_000]
    #expect(tiles.map { GroupTree(tiles: $0).groups } == [1, 7, 16, 16, 16, 32, 64, 128, 256, 256])
    for groups in [16, 32, 64, 128, 256] {
      for workers in 1...16 {
        let runs = GroupedSum.Runs(GroupTree(groups: groups), 0..<groups, workers: workers)
        #expect(runs.count <= GroupTree.maximumTerms && (0..<runs.count).allSatisfy { runs[$0].count <= 16 })
      }
    }
  }
}
