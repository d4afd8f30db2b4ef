import Foundation
import Testing

@testable import FlowKit

/// The log-determinant of a kink jumps where an event crosses it: the gradient of the expected loss knows that.
@Suite struct KinkTests {
  /// So many events that a difference of two mean losses is one of expected losses.
  private static let count = 1 << 16

  /// A ring beside the origin.
  private let events: EventArray

  init() throws {
    var random = RandomStream(seed: 5, purpose: .samples)
    let values = (0..<Self.count).flatMap { _ in
      let (angle, radius) = (2 * Double.pi * random.uniform(), 1 + 0.2 * random.normal())
      return [0.3 + radius * cos(angle), radius * sin(angle)]
    }
    events = try EventArray(values, dimension: 2)
  }

  @Test(arguments: ["lower,leaky-relu(0.5),upper,leaky-relu(2),lower", "lower,prelu,upper,prelu,lower"])
  func theGradientIsThatOfTheExpectedLoss(_ list: String) throws {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList(list).chain(dimension: 2, using: &random)
    let architecture = Architecture(chain: chain, base: StandardNormal(dimension: 2))
    let parameters = (0..<architecture.parameterCount).map { _ in Scalar(1.4 * random.uniform() - 0.7) }
    func lossAndGradient(_ parameters: [Scalar]) throws -> (loss: Double, gradient: [Scalar]) {
      let trainer = try Trainer(
        Flow(architecture: architecture, parameters: parameters), train: events,
        options: TrainingOptions { $0.batchSize = Self.count }, threads: 2)
      return try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0))
    }
    let gradient = try lossAndGradient(parameters).gradient.map { Double($0) }
    let step = 0.03
    let differences = try parameters.indices.map { index in
      let losses = try [step, -step].map { change in
        var moved = parameters
        moved[index] += Scalar(change)
        return try lossAndGradient(moved).loss
      }
      return (losses[0] - losses[1]) / (2 * step)
    }
    func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let error = norm(zip(gradient, differences).map { $0 - $1 }) / norm(differences)
    #expect(error < 0.05, "off by \(error): \(gradient), \(differences)")

    // What derivatives at the events come to is another gradient.
    let objective = LogDensityObjective(architecture) { values, weights in
      let count = Double(values.count)
      return (-values.reduce(0, +) / count, weights.map { _ in -1 / count })
    }
    let exact = try Trainer(
      objective, from: parameters, train: events, options: TrainingOptions { $0.batchSize = Self.count }, threads: 2)
    let plain = try exact.lossAndGradient(exact.batch(0, ofEpoch: 0)).gradient.map { Double($0) }
    let missing = norm(zip(plain, differences).map { $0 - $1 }) / norm(differences)
    #expect(missing > 0.2, "off by \(missing)")
  }

  /// A stack of kinks leaves the normal density behind.
  @Test func stacksOfKinksLearnARing() throws {
    let result = try Trainer(
      fitting: events, layers: "8*[qr,prelu],qr",
      options: TrainingOptions { options in
        (options.epochs, options.batchSize, options.learningRate) = (8, 512, 5e-3)
      }
    ).fit()
    // A normal density reaches 2.18 on these events, the truth is 1.63.
    #expect(result.loss < 1.85, "\(result.loss)")
  }
}
