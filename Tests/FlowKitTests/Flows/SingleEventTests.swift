import FlowKit
import Testing

/// A single event takes another path through the products than a batch does: its result is the same to the bit.
@Suite struct SingleEventTests {
  private static let lists =
    Recipe.all.map(\.layers) + [
      "lower,leaky-relu,qr,householder,actnorm,lu,plu,upper", "3*[planar,radial,sylvester,prelu]",
      "2*[coupling-affine(hidden=200x130,activation=silu),permute(random)]", "autoregressive-rqs(hidden=150)",
      "inverse(autoregressive-affine(hidden=40))", "monotone,elementwise-rqs",
    ]

  @Test(arguments: lists) func equalsItsRowInAnyBatch(layers: String) throws {
    for dimension in [1, 2, 3, 6, 20] where !(dimension == 1 && layers.contains("coupling")) {
      for contextDimension in [0, 2] {
        let flow = try noisyFlow(layers, dimension, contextDimension)
        let events = uniformNumbers(dimension * 150, in: -3...3)
        let context = uniformNumbers(contextDimension * 150, seed: 9)
        let whole = flow.logDensity(events, context: context)
        #expect(!whole.contains { !$0.isFinite })
        for range in [0..<1, 149..<150, 77..<78, 3..<5, 20..<37, 10..<120] {
          let part = flow.logDensity(
            Array(events[(range.lowerBound * dimension)..<(range.upperBound * dimension)]),
            context: Array(context[(range.lowerBound * contextDimension)..<(range.upperBound * contextDimension)]))
          #expect(part == Array(whole[range]), "\(range) of D = \(dimension), C = \(contextDimension)")
        }
      }
    }
  }

  /// A unit of 0 spares its weights, but not one that makes no number of it.
  @Test func anInfiniteWeightIsMultipliedWithZeroToo() throws {
    var flow = try noisyFlow("coupling-affine(hidden=32x32)", 4, 0)
    let shapes = flow.architecture.parameterShapes
    let second = try #require(shapes.firstIndex { $0.name.hasSuffix("weight1") })
    flow.parameters[shapes[..<second].reduce(5) { $0 + $1.count }] = .infinity
    let events = uniformNumbers(4 * 150, in: -3...3)
    let whole = flow.logDensity(events)
    #expect(whole.contains { !$0.isFinite })
    for event in 0..<150 {
      let alone = flow.logDensity(Array(events[(event * 4)..<(event * 4 + 4)]))[0]
      #expect(alone == whole[event] || alone.isNaN && whole[event].isNaN, "event \(event)")
    }
  }

  /// An evaluator keeps transposed weights: the way back multiplies with parts of matrices that begin where whole ones do.
  @Test(arguments: ["autoregressive-affine(hidden=40)", "autoregressive-rqs(network=residual,hidden=40)"])
  func oneEvaluatorServesBothDirections(layers: String) throws {
    let flow = try noisyFlow(layers, 4, 0)
    let evaluator = flow.evaluator(threads: 1)
    let events = uniformNumbers(4 * 150, in: -2...2)
    let (densities, samples) = (flow.logDensity(events), try flow.sample(150, seed: 5))
    for _ in 0..<2 {
      #expect(evaluator.logDensity(Array(events[..<4])) == [densities[0]])
      #expect(try evaluator.sample(1, seed: 5) == Array(samples[..<4]))
    }
  }

  /// Every parameter away from the start, where the last layers of networks are 0.
  private func noisyFlow(_ layers: String, _ dimension: Int, _ contextDimension: Int) throws -> Flow {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList(layers).chain(
      dimension: dimension, contextDimension: contextDimension, using: &random)
    var flow = Flow(architecture: Architecture(chain: chain, base: StandardNormal(dimension: dimension)), seed: 2)
    let noise = uniformNumbers(flow.parameters.count, in: -0.05...0.05, seed: 4)
    flow.parameters = zip(flow.parameters, noise).map { $0 + Scalar($1) }
    return flow
  }

  @Test func oneContextIsSharedByAllEvents() throws {
    let flow = try exampleFlow(context: 2)
    let (events, context) = (uniformNumbers(3 * 300), [0.3, -0.4])
    let repeated = Array(repeatElement(context, count: 300).joined())
    #expect(flow.logDensity(events, context: context) == flow.logDensity(events, context: repeated))
    let (shared, own) = (
      try flow.sample(300, context: context, seed: 1), try flow.sample(300, context: repeated, seed: 1)
    )
    #expect(shared == own)
    #expect(flow.latent(of: events, context: context) == flow.latent(of: events, context: repeated))
  }
}
