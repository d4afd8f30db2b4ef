import FlowKit
import Foundation
import Testing

@Suite struct ContextEmbeddingTests {
  private func architecture(_ list: String, widths: [Int]?) throws -> Architecture {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList(list).chain(dimension: 2, contextDimension: widths?.last ?? 3, using: &random)
    return Architecture(
      chain: chain, base: StandardNormal(dimension: 2),
      contextPreprocessing: [Standardize(means: [1, 2, 3], standardDeviations: [0.5, 1, 2])],
      contextEmbedding: widths.map { ContextEmbedding(inputs: 3, widths: $0) })
  }

  private let list = "2*[coupling-affine(hidden=8,activation=tanh),permute(reverse)]"

  private func numbers(_ count: Int, seed: UInt64) -> [Double] {
    var random = RandomStream(seed: seed, purpose: .samples)
    return (0..<count).map { _ in 2 * random.uniform() - 1 }
  }

  /// With all parameters drawn, so that no layer starts as the identity.
  private func flow(_ widths: [Int]?) throws -> Flow {
    let architecture = try architecture(list, widths: widths)
    return Flow(
      architecture: architecture, parameters: numbers(architecture.parameterCount, seed: 2).map { Scalar($0) })
  }

  @Test func itsParametersStandBetweenTheLayersAndTheBase() throws {
    let shapes = try architecture(list, widths: [5, 4]).parameterShapes
    let own = shapes.filter { $0.name.hasPrefix("context-embedding/") }
    #expect(own.map(\.name) == ["weight0", "bias0", "weight1", "bias1"].map { "context-embedding/\($0)" })
    #expect(own.map(\.dimensions) == [[5, 3], [5], [4, 5], [4]])
    #expect(Array(shapes.suffix(4)) == own)
    let initial = Flow(architecture: try architecture(list, widths: [5, 4]), seed: 1).parameters.suffix(44)
    #expect(initial.allSatisfy { $0 != 0 && abs($0) < 0.6 } && Set(initial).count == 44)
  }

  /// W (c − μ)/σ + b, with W 4 × 3 and b after it.
  private func embedding(of context: [Double], by parameters: [Double]) -> [Double] {
    let (means, deviations): ([Double], [Double]) = ([1, 2, 3], [0.5, 1, 2])
    var result: [Double] = []
    for start in stride(from: 0, to: context.count, by: 3) {
      for row in 0..<4 {
        var sum = parameters[12 + row]
        for i in 0..<3 { sum += parameters[3 * row + i] * (context[start + i] - means[i]) / deviations[i] }
        result.append(sum)
      }
    }
    return result
  }

  /// Embedding by hand, then the flow of the embedded context, gives the same.
  @Test func theLayersSeeTheEmbedding() throws {
    let embedded = try flow([4])
    let plain = try architecture(list, widths: nil)
    let context = numbers(30, seed: 3)
    let e = embedding(of: context, by: embedded.parameters.suffix(16).map { Double($0) })
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList(list).chain(dimension: 2, contextDimension: 4, using: &random)
    let inner = Flow(
      architecture: Architecture(chain: chain, base: StandardNormal(dimension: 2)),
      parameters: Array(embedded.parameters.dropLast(16)))
    let events = numbers(20, seed: 4)
    expectClose(
      embedded.logDensity(events, context: context), inner.logDensity(events, context: e),
      within: 10 * referenceTolerance, "log-density")
    #expect(plain.contextDimension == 3 && embedded.contextDimension == 3)
    let samples = try embedded.sample(10, context: context, seed: 5)
    expectClose(samples, try inner.sample(10, context: e, seed: 5), within: 1e-4, "samples")
  }

  /// A step of Adam moves each parameter against its gradient's sign by nearly the rate: the signs are those of central
  /// differences of the loss, in the embedding as elsewhere.
  @Test func trainingFollowsTheGradient() throws {
    var flow = try flow([5, 4])
    let events = LabelledEvents(numbers(200, seed: 6), context: numbers(300, seed: 7))
    var options = TrainingOptions()
    options.gradientClip = .infinity
    let trainer = try Trainer(
      flow, train: EventArray(events.events, dimension: 2, context: events.context), options: options)
    try trainer.step(trainer.batch(0, ofEpoch: 0), rate: 1e-3)
    let moved = zip(trainer.flow.parameters, flow.parameters).map { Double($0 - $1) }
    let original = flow.parameters
    func loss() -> Double {
      -flow.logDensity(events.events, context: events.context).reduce(0, +) / 100
    }
    let h: Scalar = MemoryLayout<Scalar>.size == 8 ? 1e-5 : 1e-2
    var compared = 0
    for index in original.indices {
      flow.parameters[index] = original[index] + h
      let above = loss()
      flow.parameters[index] = original[index] - h
      let slope = (above - loss()) / Double(2 * h)
      flow.parameters[index] = original[index]
      guard abs(slope) > 1e-2 else { continue }
      #expect((moved[index] < 0) == (slope > 0), "parameter \(index) of slope \(slope) moved by \(moved[index])")
      if index >= original.count - 44 { compared += 1 }
    }
    #expect(compared > 25, "only \(compared) of the embedding's parameters matter")
  }

  @Test func descriptionsWithoutOneReadAsBefore() throws {
    let without = try architecture(list, widths: nil)
    let text = String(decoding: try JSONEncoder().encode(without), as: UTF8.self)
    #expect(!text.contains("contextEmbedding"))
    let copy = try JSONDecoder().decode(Architecture.self, from: Data(text.utf8))
    #expect(copy.contextEmbedding == nil && copy.parameterShapes == without.parameterShapes)
    let with = try flow([5, 4])
    let again = try JSONDecoder().decode(Architecture.self, from: JSONEncoder().encode(with.architecture))
    #expect(again.contextEmbedding?.widths == [5, 4] && again.parameterShapes == with.architecture.parameterShapes)
    let (events, context) = (numbers(20, seed: 4), numbers(30, seed: 3))
    #expect(
      Flow(architecture: again, parameters: with.parameters).logDensity(events, context: context)
        == with.logDensity(events, context: context))
  }
}
