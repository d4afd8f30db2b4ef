import FlowKit
import Foundation
import Testing

/// How near a critic's lower bound of W₁ comes: the problems of Anil, Lucas & Grosse (ICML 2019), whose W₁ is 1 exactly, and clouds
/// with their exact transport cost.
@Suite struct CriticBoundTests {
  /// δ₀ against ±1: f = |x|.
  private func signs(_ count: Int, seed: UInt64) -> [Double] {
    uniformNumbers(count, seed: seed).flatMap { [$0 < 0 ? -1 : 1, 0] }
  }

  /// Circles of radius 1 around (−2, 0), (0, 0) and (2, 0) against their centres: f = the distance to the nearest, three cones.
  private func cones(_ count: Int, seed: UInt64) -> [Double] {
    let noise = uniformNumbers(2 * count, in: 0...1, seed: seed)
    return (0..<count).flatMap { index -> [Double] in
      let (centre, angle) = (2 * Double(min(2, Int(3 * noise[2 * index]))) - 2, 2 * Double.pi * noise[2 * index + 1])
      return [centre + cos(angle), sin(angle), centre, 0]
    }
  }

  /// The sphere in 128 dimensions against its centre: f = |x|.
  private func sphere(_ count: Int, seed: UInt64) throws -> [Double] {
    let noise = try normalCloud(count, dimension: 128, seed: seed).values
    return (0..<count).flatMap { index -> [Double] in
      let point = noise[(128 * index)..<(128 * (index + 1))]
      let length = point.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return point.map { $0 / length } + Array(repeating: 0, count: 128)
    }
  }

  /// The critic's mean difference on pairs that it has not seen, and its standard error.
  private func bound(
    _ network: CriticNetwork, _ train: [Double], _ test: [Double], rate: Double, epochs: Int, batch: Int = 250,
    _ optimizer: Adam = Adam(beta1: 0, beta2: 0.9)
  ) throws -> (value: Double, error: Double) {
    let critic = PairCritic(network: network)
    var random = RandomStream(seed: 5, purpose: .parameters)
    let trainer = try Trainer(
      critic, from: network.initialParameters(using: &random),
      train: EventArray(train, dimension: 2 * network.inputs),
      options: TrainingOptions { ($0.epochs, $0.batchSize, $0.learningRate) = (epochs, batch, rate) },
      optimizer: optimizer)
    let parameters = try trainer.fit().parameters
    let differences = critic.differences(test, parameters)
    let count = Double(differences.count)
    let mean = differences.reduce(0, +) / count
    let squares = differences.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, squares.squareRoot() / count)
  }

  private func expectTight(_ bound: (value: Double, error: Double), _ name: String) {
    #expect(bound.value >= 0.97, "\(name): \(bound)")
    #expect(bound.value <= 1 + 3 * bound.error + 1e-4, "\(name): \(bound)")
  }

  @Test func anAbsoluteValue() throws {
    let (train, test) = (signs(1_000, seed: 1), signs(1_000, seed: 2))
    let sorting = CriticNetwork(inputs: 1, hidden: [16, 16])
    expectTight(try bound(sorting, train, test, rate: 0.02, epochs: 40), "sorting")
    // max(0, a) between orthonormal weights cannot: of two slopes ±1 it keeps a part.
    let cut = CriticNetwork(inputs: 1, hidden: [16, 16], group: 0)
    let control = try bound(cut, train, test, rate: 0.02, epochs: 40)
    #expect(control.value < 0.9 && control.value > 0, "\(control)")
  }

  @Test func threeCones() throws {
    let (train, test) = (cones(2_000, seed: 1), cones(2_000, seed: 2))
    let sorting = CriticNetwork(inputs: 2, hidden: [32, 32, 32], group: 8)
    expectTight(
      try bound(sorting, train, test, rate: 0.03, epochs: 80, batch: 125, Adam()), "sorting")
  }

  @Test func aSphereInManyDimensions() throws {
    let (train, test) = (try sphere(1_000, seed: 1), try sphere(500, seed: 2))
    let sorting = CriticNetwork(inputs: 128, hidden: [128], group: 128)
    expectTight(try bound(sorting, train, test, rate: 0.01, epochs: 15, batch: 125), "sorting")
  }

  /// Between 1,000 points and as many others W₁ is the cost of the best assignment; the critic sees them all, and stays below.
  @Test func neverAboveTheExactCost() throws {
    let exact = try MetricReference.read().thousandPoints
    var pairs: [Double] = []
    for k in 1...1_000 {
      let k = Double(k)
      pairs += [sin(k), cos(2 * k), sin(3 * k) + 0.5, 0.7 * cos(k)]
    }
    let sorting = CriticNetwork(inputs: 2, hidden: [32, 32])
    let bound = try bound(sorting, pairs, pairs, rate: 0.01, epochs: 30)
    #expect(bound.value <= exact + 1e-5 && bound.value > 0.9 * exact, "\(bound.value), exactly \(exact)")
  }
}

/// E f(x) − E f(y) of pairs (x, y).
private struct PairCritic: Trainable, SumObjective {
  let network: CriticNetwork
  var layout: ParameterLayout { ParameterLayout([("critic", network)]) }
  var dimension: Int { 2 * network.inputs }
  var subject: any Trainable { self }
  func copied() -> PairCritic { self }

  private func passes(_ pair: Tile, _ parameters: Parameters) -> (x: CriticPass, y: CriticPass) {
    let size = network.inputs
    return (
      CriticPass(network, at: pair.copy(ofRows: 0..<size), parameters),
      CriticPass(network, at: pair.copy(ofRows: size..<(2 * size)), parameters)
    )
  }

  func loss(of tile: EventTile, _ pass: Pass) -> Double {
    let (x, y) = passes(tile.x, pass.parameters)
    return (0..<tile.count).reduce(0) {
      $0 + tile.weight(of: $1) * Double(y.output[0, $1] - x.output[0, $1])
    }
  }

  func loss(of tile: EventTile, _ pass: Pass, addingGradientTo gradient: inout Gradient) -> Double {
    let (x, y) = passes(tile.x, pass.parameters)
    x.pullBack(tile.row { -tile.weight(of: $0) }, &gradient)
    y.pullBack(tile.row { tile.weight(of: $0) }, &gradient)
    return loss(of: tile, pass)
  }

  /// f(x) − f(y) of each pair.
  func differences(_ pairs: [Double], _ parameters: [Scalar]) -> [Double] {
    let (prepared, count) = (network.prepared(Parameters(parameters)), pairs.count / dimension)
    return stride(from: 0, to: count, by: 16).flatMap { first -> [Double] in
      var tile = Tile(features: dimension, width: 16, pool: TilePool())
      for event in 0..<16 {
        let pair = min(count - 1, first + event) * dimension
        for feature in 0..<dimension { tile[feature, event] = Scalar(pairs[pair + feature]) }
      }
      let (x, y) = passes(tile, prepared)
      return (0..<min(16, count - first)).map { Double(x.output[0, $0] - y.output[0, $0]) }
    }
  }
}
