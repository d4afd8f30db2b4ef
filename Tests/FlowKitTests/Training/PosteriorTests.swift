import FlowKit
import Foundation
import Testing

/// p(θ | x) of the linear Gaussian model θ ~ N(0, 0.1 I), x ~ N(θ, 0.1 I) in ten dimensions, whose posterior is
/// N(x/2, 0.05 I) (Lueckmann et al. 2021, task T.1).
@Suite struct PosteriorTests {
  private let dimension = 10

  private func pairs(_ count: Int, seed: UInt64) -> LabelledEvents {
    var random = RandomStream(seed: seed, purpose: .samples, index: 9)
    func normal() -> Double {
      (-2 * log(1 - random.uniform())).squareRoot() * cos(2 * .pi * random.uniform())
    }
    let scale = 0.1.squareRoot()
    let θ = (0..<(count * dimension)).map { _ in scale * normal() }
    return LabelledEvents(θ, context: θ.map { $0 + scale * normal() })
  }

  /// The mean over x of KL(exact ‖ fitted), from pairs that were not trained on: θ is a draw of the exact posterior.
  private func divergence(of flow: Flow) -> Double {
    let test = pairs(20_000, seed: 2)
    let fitted = flow.logDensity(test.events, context: test.context)
    let squares = zip(test.events, test.context).reduce(0.0) { $0 + ($1.0 - $1.1 / 2) * ($1.0 - $1.1 / 2) }
    let exact = -Double(dimension) / 2 * log(2 * .pi * 0.05) - squares / 20_000 / 0.1
    return exact - fitted.reduce(0, +) / 20_000
  }

  @Test(arguments: [nil, [32, 16]] as [[Int]?])
  func isFound(embedding: [Int]?) throws {
    let train = pairs(100_000, seed: 1)
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList("2*[coupling-affine(hidden=16,activation=silu),permute(reverse)]")
      .chain(dimension: dimension, contextDimension: embedding?.last ?? dimension, using: &random)
    let deviations = (events: 0.1.squareRoot(), context: 0.2.squareRoot())
    let zeros = [Double](repeating: 0, count: dimension)
    let architecture = Architecture(
      chain: chain, base: StandardNormal(dimension: dimension),
      preprocessing: [Standardize(means: zeros, standardDeviations: zeros.map { _ in deviations.events })],
      contextPreprocessing: [Standardize(means: zeros, standardDeviations: zeros.map { _ in deviations.context })],
      contextEmbedding: embedding.map { ContextEmbedding(inputs: dimension, widths: $0) })
    var options = TrainingOptions()
    (options.epochs, options.batchSize, options.learningRate) = (12, 256, 5e-3)
    let events = try EventArray(train.events, dimension: dimension, context: train.context)
    let flow = try Trainer(Flow(architecture: architecture, seed: 1), train: events, options: options).fit().flow
    let divergence = divergence(of: flow)
    print("KL(exact ‖ fitted) with embedding \(embedding ?? []): \(divergence) nats")
    #expect(-0.003 < divergence && divergence < 0.015)
  }
}
