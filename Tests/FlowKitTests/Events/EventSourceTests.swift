import FlowKit
import Testing

/// Events of a source that is neither arrays nor a file, in blocks of a hundred; some of them wrong.
private struct Simulation: EventSource {
  let columns = ["x", "y"]
  var eventsBefore = [0, 100, 200, 250]
  var hasWeights = false
  var change: @Sendable (Int, inout EventBlock) -> Void = { _, _ in }

  func reader() -> EventReader {
    { block in
      let count = block == 2 ? 50 : 100
      var result = EventBlock(LabelledEvents(uniformNumbers(2 * count, seed: UInt64(block))))
      change(block, &result)
      return result
    }
  }
}

@Suite struct EventSourceTests {
  private func fitted(_ events: some EventSource) throws(FlowError) -> TrainingResult {
    try Trainer(
      fitting: events, validation: .none, layers: "lower", options: TrainingOptions { $0.epochs = 2 }
    ).fit()
  }

  @Test func aSourceOfOnesOwnIsFitted() throws {
    let events = Simulation()
    #expect(events.count == 250 && events.place == "the events")
    let array = try EventArray(events.contents().events, dimension: 2, columns: ["x", "y"])
    #expect(try events.digest() == array.digest())
    #expect(try fitted(events).flow.parameters == fitted(array).flow.parameters)
    let (train, valid) = try events.split(validFraction: 0.2, seed: 1)
    #expect(train.count == 200 && valid.count == 50)
  }

  private func expectFault(
    _ expected: String, hasWeights: Bool = false, sourceLocation: SourceLocation = #_sourceLocation,
    _ change: @escaping @Sendable (Int, inout EventBlock) -> Void
  ) throws {
    let events = Simulation(hasWeights: hasWeights, change: change)
    let text = complaint { () throws(FlowError) in _ = try fitted(events) }
    #expect(text == "the events: " + expected, sourceLocation: sourceLocation)
    // A trainer by itself, too.
    let flow = Flow(architecture: Architecture(chain: try Chain([], dimension: 2), base: StandardNormal(dimension: 2)))
    let other = complaint { () throws(FlowError) in
      _ = try Trainer(flow, train: events, options: TrainingOptions())
    }
    #expect(other == "the events: " + expected, sourceLocation: sourceLocation)
  }

  @Test func whatASourceGetsWrongIsSaid() throws {
    try expectFault("100 events from number 100 on have 199 values, 0 of context and 0 weights, not 200, 0 and 0") {
      if $0 == 1 { $1.events.events.removeLast() }
    }
    try expectFault("100 events from number 0 on have 200 values, 0 of context and 100 weights, not 200, 0 and 0") {
      $1.events.weights = Array(repeating: 1, count: $0 == 2 ? 50 : 100)
    }
    try expectFault("50 events from number 200 on have 100 values, 50 of context and 0 weights, not 100, 0 and 0") {
      if $0 == 2 { $1.events.context = Array(repeating: 1, count: 50) }
    }
    try expectFault(
      "1 non-finite value in 1 row, first inf in row 107, column 'y'; repair the data, or leave such rows out "
        + "with skipNonFinite: true"
    ) { if $0 == 1 { $1.events.events[15] = .infinity } }
    try expectFault(
      "1 non-finite value in 1 row, first nan in row 17, column 'x'; repair the data, or leave such rows out "
        + "with skipNonFinite: true"
    ) {
      $1.rows = (0..<($0 == 2 ? 50 : 100)).map { 10 + $0 }
      if $0 == 1 { $1.events.events[14] = .nan }
    }
  }

  @Test func weightsOfASourceAreChecked() throws {
    try expectFault(
      "100 events from number 0 on have 200 values, 0 of context and 99 weights, not 200, 0 and 100", hasWeights: true
    ) { $1.events.weights = Array(repeating: 1, count: $0 == 2 ? 50 : 99) }
    try expectFault("all weights are 0", hasWeights: true) {
      $1.events.weights = Array(repeating: 0, count: $0 == 2 ? 50 : 100)
    }
    try expectFault("the weight -2.0 in row 203 is negative; weights are at least 0", hasWeights: true) {
      $1.events.weights = Array(repeating: 1, count: $0 == 2 ? 50 : 100)
      if $0 == 2 { $1.events.weights![3] = -2 }
    }
  }

  @Test func aSourceWithoutEventsIsRefused() {
    for (before, expected) in [
      ([0], "there are no rows"), ([], "the numbers of events before each block do not rise from 0"),
      ([0, 100, 50], "the numbers of events before each block do not rise from 0"),
    ] {
      let text = complaint { () throws(FlowError) in _ = try fitted(Simulation(eventsBefore: before)) }
      #expect(text == "the events: " + expected)
    }
  }
}
