import FlowKit
import Testing

/// What reaches training in memory is checked there, whatever made it.
@Suite struct TrainingDataTests {
  private static func trainer(_ count: Int) throws -> Trainer {
    try Trainer(exampleFlow(), train: EventArray(uniformNumbers(3 * count), dimension: 3), options: TrainingOptions())
  }

  @Test func batchesOfAnotherTrainerEndTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let other = try TrainingDataTests.trainer(90)
      try TrainingDataTests.trainer(50).step(other.batch(0, ofEpoch: 0), rate: 1e-3)
    }
    await #expect(processExitsWith: .failure) { _ = try TrainingDataTests.trainer(50).batch(1, ofEpoch: 0) }
  }

  @Test func placesBeyondTheEventsEndTheProgram() async {
    await #expect(processExitsWith: .failure) { _ = try TrainingDataTests.data(50)[50] }
    await #expect(processExitsWith: .failure) { _ = try TrainingDataTests.data(50)[-1] }
  }

  private static func data(_ count: Int) throws -> TrainingData {
    try EventWindows(
      EventArray(uniformNumbers(3 * count), dimension: 3), exampleFlow().architecture, buffer: 1_000_000, batchSize: 10,
      seed: nil
    ).data
  }

  @Test func parametersOfAnotherSubjectEndTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let architecture = try exampleFlow().architecture
      _ = try Trainer(
        MaximumLikelihood(architecture), from: [1, 2, 3], train: EventArray(uniformNumbers(30), dimension: 3),
        options: TrainingOptions())
    }
  }

  @Test func eventsOfAnotherSizeAreRefused() throws {
    let flow = try exampleFlow(context: 1)
    func text(_ events: EventArray) -> String? {
      message { () throws(FlowError) in _ = try Trainer(flow, train: events, options: TrainingOptions()) }
    }
    #expect(try text(EventArray(uniformNumbers(40), dimension: 2)) == "the events: 2 features, but the flow has 3")
    #expect(
      try text(EventArray(uniformNumbers(30), dimension: 3)) == "the events: 0 context features, but the flow has 1")
  }

  /// For validation as for training, with the preprocessing or the layer that refuses them.
  @Test func eventsOutsideTheDomainAreRefused() throws {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList("monotone(logit),lower").chain(dimension: 2, using: &random)
    let flow = Flow(architecture: Architecture(chain: chain, base: StandardNormal(dimension: 2)))
    let inside = try EventArray(uniformNumbers(40, in: 0.1...0.9), dimension: 2)
    let outside = try EventArray([0.5, 0.5, 0.5, 1.5, -1, 0], dimension: 2, columns: ["x", "y"])
    let expected =
      "the events: 2 rows have values outside the domain of the layers, first 1.5 in row 1, column 'y', where "
      + "monotone(logit) takes 0.0 < x < 1.0; leave such rows out, or begin with another layer"
    for (train, validation) in [(outside, inside), (inside, outside)] {
      let text = message { () throws(FlowError) in
        _ = try Trainer(flow, train: train, validation: validation, options: TrainingOptions())
      }
      #expect(text == expected)
    }
    #expect(
      message { () throws(FlowError) in _ = try Flow(architecture: flow.architecture, startingFrom: outside) }
        == expected)
  }

  private static let meaningless: [(String, @Sendable (inout TrainingOptions) -> Void)] = [
    ("the number of epochs is a number above 0, got 0", { $0.epochs = 0 }),
    ("the batch size is a number above 0, got 0", { $0.batchSize = 0 }),
    ("the batch size is a number above 0, got -5", { $0.batchSize = -5 }),
    ("the batch size is at most 1000000000, got 1000000001", { $0.batchSize = 1_000_000_001 }),
    ("the learning rate is a number above 0, got nan", { $0.learningRate = .nan }),
    ("the limit of the gradient's norm is a number above 0, got -1.0", { $0.gradientClip = -1 }),
    ("the patience is a number above 0, got 0", { $0.patience = 0 }),
    ("the number of minutes is a number above 0, got 0.0", { $0.minutes = 0 }),
    ("the buffer is a number above 0, got 0", { $0.buffer = 0 }),
  ]

  @Test(arguments: meaningless.indices) func optionsThatMeanNothingAreRefused(index: Int) throws {
    let (expected, change) = Self.meaningless[index]
    let events = try EventArray(uniformNumbers(3 * 50), dimension: 3)
    let options = TrainingOptions(change)
    let flow = try exampleFlow()
    #expect(
      message { () throws(FlowError) in _ = try Trainer(flow, train: events, options: options) } == expected)
    #expect(message { () throws(FlowError) in _ = try Trainer(fitting: events, options: options) } == expected)
  }
}
