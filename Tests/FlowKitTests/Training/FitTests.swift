import FlowKit
import Foundation
import Testing

/// Fits whose answer is known.
@Suite struct FitTests {
  /// Standard normal numbers by the Box–Muller transform.
  private func normals(_ count: Int, seed: UInt64) -> [Double] {
    var random = RandomStream(seed: seed, purpose: .samples, index: 7)
    return (0..<count).map { _ in
      (-2 * log(1 - random.uniform())).squareRoot() * cos(2 * .pi * random.uniform())
    }
  }

  private func fitted(
    _ list: String, dimension: Int, _ events: [Double], epochs: Int, rate: Double = 1e-2, seed: UInt64 = 1
  ) throws -> Flow {
    var random = RandomStream(seed: seed, purpose: .architecture)
    let chain = try LayerList(list).chain(dimension: dimension, using: &random)
    let architecture = Architecture(chain: chain, base: StandardNormal(dimension: dimension))
    var options = TrainingOptions()
    (options.epochs, options.learningRate) = (epochs, rate)
    return try Trainer(
      Flow(architecture: architecture, seed: seed), train: EventArray(events, dimension: dimension), options: options
    ).fit().flow
  }

  /// Among all normal densities the one with the sample's mean and covariance Σ fits best, with the mean log-density
  /// −½ (D + D log 2π + log det Σ): a flow that can be any normal reaches it, and none exceeds it.
  @Test(arguments: ["lower", "upper"])
  func aTriangularLayerFindsTheCovariance(_ list: String) throws {
    let count = 20_000
    let noise = normals(3 * count, seed: 1)
    let events = (0..<count).flatMap { event -> [Double] in
      let (a, b, c) = (noise[3 * event], noise[3 * event + 1], noise[3 * event + 2])
      return [2 * a + 1, a + 0.5 * b - 2, 0.5 * c - b + a]
    }
    let flow = try fitted(list, dimension: 3, events, epochs: 80, rate: 5e-2)
    let reached = flow.logDensity(events).reduce(0, +) / Double(count)
    let best = -0.5 * (3 + 3 * log(2 * .pi) + log(covarianceDeterminant(events)))
    #expect(reached <= best + 1e-5)
    #expect(reached > best - 1e-3)
    // Without the sample's noise: A = (2 0 0; 1 ½ 0; 1 −1 ½) has determinant ½.
    expectClose([best], [-0.5 * (3 + 3 * log(2 * .pi)) - log(0.5)], within: 0.02, "best mean log-density")
  }

  private func covarianceDeterminant(_ events: [Double]) -> Double {
    let count = Double(events.count / 3)
    func mean(_ value: (Int) -> Double) -> Double {
      stride(from: 0, to: events.count, by: 3).reduce(0) { $0 + value($1) } / count
    }
    let means = (0..<3).map { i in mean { events[$0 + i] } }
    func s(_ i: Int, _ j: Int) -> Double {
      mean { (events[$0 + i] - means[i]) * (events[$0 + j] - means[j]) }
    }
    let first = s(0, 0) * (s(1, 1) * s(2, 2) - s(1, 2) * s(1, 2))
    let second = s(0, 1) * (s(0, 1) * s(2, 2) - s(1, 2) * s(0, 2))
    let third = s(0, 2) * (s(0, 1) * s(1, 2) - s(1, 1) * s(0, 2))
    return first - second + third
  }

  @Test func aDensityOnALineIntegratesToOne() throws {
    let events = normals(4_000, seed: 2).enumerated().map {
      $0.offset % 3 == 0 ? 1 + 0.3 * $0.element : $0.element - 1
    }
    let flow = try fitted("lower,leaky-relu(0.5),lower,leaky-relu(2)", dimension: 1, events, epochs: 5)
    let step = 1e-3
    let grid = stride(from: -20, to: 20, by: step).map { $0 + step / 2 }
    let sum = flow.logDensity(grid).reduce(0.0) { $0 + exp($1) } * step
    #expect(abs(sum - 1) < 0.005)
  }

  @Test(arguments: ["halves", "alternate"])
  func aDensityOnAPlaneIntegratesToOne(_ mask: String) throws {
    let noise = normals(8_000, seed: 3)
    // A bent ridge, which no normal density follows.
    var events: [Double] = []
    for index in stride(from: 0, to: noise.count, by: 2) {
      let x = noise[index]
      events += [x, 0.5 * x * x + 0.3 * noise[index + 1] - 0.5]
    }
    let list = "4*[coupling-affine(mask=\(mask),hidden=16x16,activation=silu),permute(reverse)],lower"
    let flow = try fitted(list, dimension: 2, events, epochs: 25)
    let step = 0.02
    let axis = stride(from: -9.0, to: 15, by: step).map { $0 + step / 2 }
    let evaluator = flow.evaluator()
    var sum = 0.0
    for x in axis {
      for logDensity in evaluator.logDensity(axis.flatMap { [x, $0] }) { sum += exp(logDensity) }
    }
    #expect(abs(sum * step * step - 1) < 0.005)
    // It has learnt the ridge: a normal density with its covariance reaches −2.3.
    #expect(flow.logDensity(events).reduce(0, +) / 4_000 > -2)
  }
}
