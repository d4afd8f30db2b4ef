import FlowKit
import FlowKitTestSupport
import Testing

@Suite struct ActNormTests {
  @Test(arguments: [
    LawCase("actnorm 1", ActNorm(dimension: 1)), LawCase("actnorm 4", ActNorm(dimension: 4)),
    LawCase("inverse of actnorm", Inverted(ActNorm(dimension: 3))),
  ])
  func obeysTheLaws(_ each: LawCase) { each.prove() }

  /// Skewed events with a mean far from 0; the last feature is constant, at a value that no sum keeps exactly.
  private func sample(_ count: Int) -> [Double] {
    let numbers = uniformNumbers(2 * count, in: 0...1, seed: 11)
    var rows: [Double] = []
    for event in 0..<count {
      let (u, v) = (numbers[2 * event], numbers[2 * event + 1])
      rows += [20 + u * u, 1e-3 * v, 0.1]
    }
    return rows
  }

  private func flow(_ list: String, startingFrom events: [Double]) throws -> Flow {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList(list).chain(dimension: 3, using: &random)
    return try Flow(
      architecture: Architecture(chain: chain, base: StandardNormal(dimension: 3)),
      startingFrom: EventArray(events, dimension: 3), seed: 3)
  }

  private func moments(_ rows: [Scalar], feature: Int) -> (mean: Double, variance: Double) {
    let values = stride(from: feature, to: rows.count, by: 3).map { Double(rows[$0]) }
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
  }

  /// Also behind other layers, and for a sample that fills no tile.
  @Test(arguments: [
    ("actnorm", 4_096), ("actnorm", 5), ("householder(3),prelu,actnorm", 320), ("inverse(actnorm)", 4_096),
    ("inverse(actnorm)", 5), ("inverse(chain(actnorm,prelu,householder(3)))", 320), ("inverse(inverse(actnorm))", 5),
    ("chain(householder(3),actnorm)", 320),
  ])
  func theSampleLeavesStandardized(_ list: String, _ count: Int) throws {
    let flow = try flow(list, startingFrom: sample(count))
    let probe = BijectorProbe(flow.architecture.chain, parameters: flow.parameters)
    let z = try probe.map(.forward, sample(count).map { Scalar($0) }).values
    // Means near 20 are known to ε · 20 before they are divided by a spread of 0.3.
    let tolerance = 1e3 * Double(Scalar.ulpOfOne)
    let isAlone = !list.contains("householder")
    for feature in 0..<(isAlone ? 2 : 3) {
      let (mean, variance) = moments(z, feature: feature)
      #expect(abs(mean) < tolerance && abs(variance - 1) < tolerance, "feature \(feature): \(mean), \(variance)")
    }
    guard isAlone else { return }
    #expect(flow.parameters[5] == 0, "a constant feature keeps the scale 1")
    #expect(moments(z, feature: 2) == (0, 0))
  }

  /// Reading a model starts nothing anew: a step from the parameters as they were read gives the same bits as one without
  /// the file, on events that would have started the layer elsewhere.
  @Test func aModelThatIsReadTrainsOn() throws {
    let flow = try flow("actnorm,lower,actnorm", startingFrom: sample(512))
    let copy = try withFolder { folder in
      try Model(flow: flow, columns: ["a", "b", "c"]).write(to: "\(folder)/model.h5")
      return try Model(reading: "\(folder)/model.h5").flow
    }
    #expect(copy.parameters == flow.parameters)
    let other = try EventArray(uniformNumbers(3 * 64, seed: 12), dimension: 3)
    func stepped(_ flow: Flow) throws -> [Scalar] {
      let trainer = try Trainer(flow, train: other, options: TrainingOptions(), threads: 1)
      try trainer.step(trainer.batch(0, ofEpoch: 0), rate: 1e-3)
      return trainer.flow.parameters
    }
    #expect(try stepped(copy) == stepped(flow))
    #expect(try stepped(copy) != flow.parameters)
    for (after, before) in zip(try stepped(copy), flow.parameters) { #expect(abs(after - before) < 2e-3) }
  }
}
