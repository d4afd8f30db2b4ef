import FlowKit
import Testing

@Suite struct EpochPlanTests {
  /// Blocks of 20 events, some with fewer, one with none.
  private let sizes = (0..<60).map { $0 == 7 ? 0 : $0 % 5 == 0 ? 13 : 20 }
  private var eventsBefore: [Int] { sizes.reduce(into: [0]) { $0.append($0.last! + $1) } }

  /// The events of an epoch by number, as they are visited.
  private func visited(_ plan: EpochPlan, _ epoch: Int) -> [Int] {
    plan.windows(ofEpoch: epoch).flatMap { window in
      let events = window.blocks.flatMap { block in eventsBefore[block]..<eventsBefore[block + 1] }
      return plan.order(of: window, inEpoch: epoch).map { events[Int($0)] }
    }
  }

  @Test func visitsEveryEventOnce() {
    let plan = EpochPlan(eventsBefore: eventsBefore, capacity: 150, seed: 4)
    for epoch in 0..<3 {
      let windows = plan.windows(ofEpoch: epoch)
      #expect(windows.count > 5 && windows.allSatisfy { $0.positions.count <= 150 })
      #expect(windows.dropLast().allSatisfy { $0.positions.count > 130 })
      #expect(windows.flatMap(\.blocks).sorted() == Array(0..<60))
      #expect(windows.flatMap { Array($0.positions) } == Array(0..<eventsBefore.last!))
      #expect(visited(plan, epoch).sorted() == Array(0..<eventsBefore.last!))
    }
  }

  @Test func isAFunctionOfSeedAndEpoch() {
    let plan = EpochPlan(eventsBefore: eventsBefore, capacity: 150, seed: 4)
    #expect(visited(plan, 2) == visited(EpochPlan(eventsBefore: eventsBefore, capacity: 150, seed: 4), 2))
    #expect(visited(plan, 2) != visited(plan, 3))
    #expect(visited(plan, 2) != visited(EpochPlan(eventsBefore: eventsBefore, capacity: 150, seed: 5), 2))
  }

  @Test func oneWindowIsAPermutationOfAllEvents() {
    let plan = EpochPlan(eventsBefore: eventsBefore, capacity: eventsBefore.last!, seed: 4)
    var random = RandomStream(seed: 4, purpose: .shuffle, index: 2)
    #expect(visited(plan, 2) == random.permutation(of: eventsBefore.last!))
    #expect(plan.windows(ofEpoch: 2) == plan.windows(ofEpoch: 0))
  }

  @Test func withoutASeedAllStaysInOrder() {
    for capacity in [150, 5_000] {
      let plan = EpochPlan(eventsBefore: eventsBefore, capacity: capacity, seed: nil)
      #expect(visited(plan, 1) == Array(0..<eventsBefore.last!))
      #expect(plan.windows(ofEpoch: 1) == plan.windows(ofEpoch: 0))
    }
  }

  /// Where an event stands in the file says nothing about when it is visited: over 1,127 events a correlation by chance has
  /// the standard deviation 0.03, over some 50 blocks that move together at most 0.14.
  @Test func orderAndPlaceAreUncorrelated() {
    let plan = EpochPlan(eventsBefore: eventsBefore, capacity: 150, seed: 4)
    let correlations = (0..<20).map { epoch in
      let order = visited(plan, epoch).map { Double($0) }
      let (n, mean) = (Double(order.count), Double(order.count - 1) / 2)
      let covariance = order.enumerated().reduce(0) { $0 + (Double($1.offset) - mean) * ($1.element - mean) } / n
      return covariance / ((n * n - 1) / 12)
    }
    #expect(abs(correlations.reduce(0, +) / 20) < 5 * 0.14 / 20.0.squareRoot())
    #expect(correlations.allSatisfy { abs($0) < 5 * 0.14 })
  }
}
