import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

@Suite struct LipschitzPerceptronTests {
  /// σ_max(Ŵ) ≤ κ in each layer, up to what the singular value's own rounding is, and so their product below 1.
  private func expectContraction(_ layer: Residual, _ parameters: [Scalar]) {
    let norms = PreparedWeights(layer, parameters).spectralNorms
    let bound = pow(layer.network.lipschitz, 1 / Double(norms.count))
    for norm in norms { #expect(norm <= bound * (1 + 1e-14)) }
    let total = layer.lipschitzBound(Parameters(parameters))
    #expect(norms.reduce(1, *) <= total * (1 + 1e-14))
    #expect(total < 1 && total <= layer.network.lipschitz * (1 + 1e-12))
  }

  @Test(arguments: [0.01, 0.3, 1, 30, 1e10])
  func randomWeightsAreBounded(_ size: Double) {
    for (seed, hidden) in [[32, 32], [5], [3, 40, 2], [1]].enumerated() {
      let layer = Residual(dimension: 4, contextDimension: 2, hidden: hidden, lipschitz: 0.95)
      var random = RandomStream(seed: UInt64(seed), purpose: .parameters)
      let parameters = (0..<layer.parameterCount).map { _ in Scalar(size * (2 * random.uniform() - 1)) }
      expectContraction(layer, parameters)
      // Where it acts, the bound wastes at most the Gram iteration's n^(1/1024) per layer.
      if size >= 30 {
        let norms = PreparedWeights(layer, parameters).spectralNorms
        let least = norms.reduce(1, *) * pow(32, Double(norms.count) / 1024)
        #expect(least >= 0.95 * (1 - 1e-4))
      }
    }
  }

  /// All singular values equal is the iteration's worst case; rank one and zero are the others.
  @Test func specialWeightsAreBounded() {
    let layer = Residual(dimension: 8, hidden: [8], lipschitz: 0.9)
    let zero = [Scalar](repeating: 0, count: layer.parameterCount)
    expectContraction(layer, zero)
    #expect(layer.lipschitzBound(Parameters(zero)) == 0)
    expectContraction(layer, zero.map { _ in 3 })
    var diagonal = zero
    for start in [0, 72] {
      for i in 0..<8 { diagonal[start + 9 * i] = 5 }
    }
    expectContraction(layer, diagonal)
    for norm in PreparedWeights(layer, diagonal).spectralNorms {
      expectClose([norm], [sqrt(0.9) * pow(8, -1.0 / 1024)], within: 1e-5, "norm of a scaled identity")
    }
  }

  @Test func smallWeightsStayAsTheyAre() {
    let layer = Residual(dimension: 3, hidden: [4], lipschitz: 0.9)
    let parameters = (0..<layer.parameterCount).map { Scalar(0.01) * Scalar($0 % 5) }
    var prepared = [Scalar](repeating: 0, count: layer.preparedCount!)
    prepared.withUnsafeMutableBufferPointer { layer.prepare(Parameters(parameters), into: $0) }
    #expect(Array(prepared[..<parameters.count]) == parameters)
  }

  @Test func aWeightThatIsNotFiniteHasNoBound() {
    let layer = Residual(dimension: 3, hidden: [4])
    for value in [Scalar.nan, .infinity] {
      var parameters = [Scalar](repeating: 0.1, count: layer.parameterCount)
      parameters[1] = value
      #expect(!(layer.lipschitzBound(Parameters(parameters)) < 1))
    }
  }

  /// A density on the plane: fitted, below its bound after training, integrating to 1, and undone by sampling's inverse.
  @Test func aFittedDensityIntegratesToOne() throws {
    let events = PlanarSet.moons.events(4_000)
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList("6*[residual(hidden=32x32,lipschitz=0.95),diagonal]").chain(
      dimension: 2, using: &random)
    var options = TrainingOptions()
    (options.epochs, options.learningRate, options.batchSize) = (40, 2e-2, 128)
    let start = Flow(architecture: Architecture(chain: chain, base: StandardNormal(dimension: 2)), seed: 1)
    let flow = try Trainer(start, train: EventArray(events, dimension: 2), options: options, threads: 1).fit().flow
    var offset = 0
    for layer in chain.layers {
      let parameters = Array(flow.parameters[offset..<(offset + layer.parameterCount)])
      if let layer = layer as? Residual { expectContraction(layer, parameters) }
      offset += layer.parameterCount
    }
    let step = 0.08
    let axis = stride(from: -8.0, to: 8, by: step).map { $0 + step / 2 }
    let evaluator = flow.evaluator(threads: 1)
    var sum = 0.0
    for x in axis {
      for logDensity in evaluator.logDensity(axis.flatMap { [x, $0] }) { sum += exp(logDensity) }
    }
    #expect(abs(sum * step * step - 1) < 0.005)
    // A normal density with their covariance reaches −3.3, the one they are drawn from −2.4.
    let reached = flow.logDensity(PlanarSet.moons.events(4_000, seed: 1)).reduce(0, +) / 4_000
    #expect(reached > -2.7, "\(reached)")
    let samples = try evaluator.sample(1_000, seed: 3)
    #expect(samples.allSatisfy { abs($0) < 8 })
  }
}
