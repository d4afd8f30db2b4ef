import FlowKit
import Foundation
import Testing

/// Fits by bases that can, or cannot, follow the data.
@Suite struct HeavyTailTests {
  private func fitted(
    _ list: String, _ base: String, _ events: [Double], dimension: Int, epochs: Int, rate: Double = 5e-3
  ) throws -> Flow {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList(list).chain(dimension: dimension, using: &random)
    let architecture = Architecture(chain: chain, base: try Registry.standard.base(base, dimension: dimension))
    var options = TrainingOptions()
    (options.epochs, options.batchSize, options.learningRate) = (epochs, 250, rate)
    let train = try EventArray(events, dimension: dimension)
    let start = try Flow(architecture: architecture, startingFrom: train, seed: 1)
    return try Trainer(start, train: train, options: options).fit().flow
  }

  private func mean(_ flow: Flow, _ events: [Double]) -> Double {
    let values = flow.logDensity(events)
    return values.reduce(0, +) / Double(values.count)
  }

  /// Independent Student t numbers with 3 degrees of freedom: a normal number over √(χ²₃ / 3).
  private func studentEvents(_ count: Int, seed: UInt64) -> [Double] {
    var random = RandomStream(seed: seed, purpose: .samples, index: 9)
    func normal() -> Double { (-2 * log(1 - random.uniform())).squareRoot() * cos(2 * .pi * random.uniform()) }
    return (0..<count).map { _ in
      let squares = (0..<3).reduce(0.0) { sum, _ in
        let y = normal()
        return sum + y * y
      }
      return normal() / (squares / 3).squareRoot()
    }
  }

  /// The entropy of 3 degrees of freedom is 2 (ψ(2) − ψ(3/2)) + log(√3 B(3/2, 1/2)) = 1.7735 nats: no flow can do
  /// better on average. In eight features a normal base, with a chain that cannot bend tails, stays far below.
  @Test func aStudentBaseFitsHeavyTails() throws {
    let (dimension, count) = (8, 4_000)
    let train = studentEvents(dimension * count, seed: 1)
    let test = studentEvents(dimension * count, seed: 2)
    let list = "2*[coupling-affine(hidden=16x16),permute(reverse)]"
    let student = try fitted(list, "student-t", train, dimension: dimension, epochs: 20)
    let normal = try fitted(list, "normal", train, dimension: dimension, epochs: 20)
    let best = -8 * 1.7735
    let (reached, other) = (mean(student, test), mean(normal, test))
    #expect(reached > other + 0.5, "student-t \(reached), normal \(other), best \(best)")
    // The test events' own mean has a standard deviation of 0.05.
    #expect(reached < best + 0.2 && reached > best - 0.3, "student-t \(reached), best \(best)")
  }

  /// Two clusters far apart, which a diagonal map of a mixture fits and one of a normal density cannot.
  @Test func aMixtureFindsClusters() throws {
    var random = RandomStream(seed: 3, purpose: .samples)
    func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + random.uniform() } }
    let events = (0..<4_000).flatMap { event in [(event % 4 == 0 ? 3 : -1) + 0.3 * normal(), 0.5 * normal()] }
    let mixture = try fitted("diagonal", "mixture(2)", events, dimension: 2, epochs: 60, rate: 2e-2)
    // −½ log 2πe σ₁σ₂ … and the entropy of the weights ¼, ¾.
    let best = -(1 + log(2 * .pi) + log(0.15)) + (0.25 * log(0.25) + 0.75 * log(0.75))
    #expect(abs(mean(mixture, events) - best) < 0.03, "\(mean(mixture, events)), best \(best)")
    let gaussian = try fitted("diagonal", "gaussian(full)", events, dimension: 2, epochs: 20)
    #expect(mean(gaussian, events) < best - 0.5)
  }

  /// The base finds the covariance by itself: the mean log-density is that of the best normal density.
  @Test func aFullGaussianNeedsNoLayers() throws {
    var random = RandomStream(seed: 4, purpose: .samples)
    func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + random.uniform() } }
    let events = (0..<4_000).flatMap { _ -> [Double] in
      let (a, b) = (normal(), normal())
      return [2 * a + 1, a + 0.5 * b]
    }
    let flow = try fitted("1*[permute(reverse)]", "gaussian(full)", events, dimension: 2, epochs: 60)
    #expect(abs(mean(flow, events) + 1 + log(2 * .pi)) < 0.05)
  }
}
