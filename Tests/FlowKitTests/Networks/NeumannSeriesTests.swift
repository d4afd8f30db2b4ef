import FlowKit
import FlowKitTestSupport
import Testing

/// Estimates of the log-determinant and of its gradient against the exact ones, at fixed seeds.
@Suite struct NeumannSeriesTests {
  private static let dimension = 5
  private let layer = Residual(
    dimension: dimension, hidden: [7], lipschitz: 0.9, activation: .tanh, determinant: .roulette)
  private let exact = Residual(
    dimension: dimension, hidden: [7], lipschitz: 0.9, activation: .tanh, determinant: .exact)
  private let prepared: [Scalar]
  private let x: Tile

  init() {
    var random = RandomStream(seed: 8, purpose: .parameters)
    let parameters = (0..<layer.parameterCount).map { _ in Scalar(2 * random.uniform() - 1) }
    var prepared = [Scalar](repeating: 0, count: layer.preparedCount!)
    prepared.withUnsafeMutableBufferPointer { [layer] in layer.prepare(Parameters(parameters), into: $0) }
    self.prepared = prepared
    var x = Tile(features: Self.dimension, width: 16, pool: TilePool())
    for feature in 0..<Self.dimension {
      for event in 0..<16 { x[feature, event] = Scalar(2 * random.uniform() - 1) }
    }
    self.x = x
  }

  private func exactLogDeterminants() -> [Double] {
    let value = exact.forward(x, Pass(Parameters(prepared)))
    return (0..<16).map { value.logDeterminant.value(of: $0) }
  }

  /// Of as many z-scores all are small, and their mean square is near 1: else an error bar is wrong.
  private func expectStandardNormal(_ scores: [Double], _ what: String) {
    #expect(scores.allSatisfy { abs($0) < 4.5 }, "\(what): \(scores.map(abs).max()!)")
    let mean = scores.reduce(0) { $0 + $1 * $1 } / Double(scores.count)
    #expect(0.4 < mean && mean < 2, "\(what): \(mean)")
  }

  @Test func estimatesHaveNoBias() {
    let truth = exactLogDeterminants()
    #expect(truth.allSatisfy { abs($0) > 0.01 })
    for terms in [nil, 60] {
      let estimate = layer.logDeterminantEstimate(x, Pass(Parameters(prepared)), terms: terms, probes: 4_000, seed: 2)
      let scores = truth.indices.map { (estimate.values[$0] - truth[$0]) / estimate.standardErrors[$0] }
      expectStandardNormal(scores, "terms \(terms.map(String.init) ?? "drawn")")
    }
  }

  @Test func aShortSeriesIsSeenToBeBiased() {
    let estimate = layer.logDeterminantEstimate(x, Pass(Parameters(prepared)), terms: 1, probes: 4_000, seed: 2)
    let truth = exactLogDeterminants()
    #expect(
      truth.indices.contains { abs(estimate.values[$0] - truth[$0]) > 10 * estimate.standardErrors[$0] })
  }

  private struct Moments {
    var sums: [Double]
    var squares: [Double]

    init(count: Int) { (sums, squares) = (Array(repeating: 0, count: count), Array(repeating: 0, count: count)) }

    mutating func add(_ values: [Double]) {
      for (index, value) in values.enumerated() {
        sums[index] += value
        squares[index] += value * value
      }
    }

    func scores(_ truth: [Double], draws: Double) -> [Double] {
      truth.indices.map { index in
        let mean = sums[index] / draws
        return (mean - truth[index]) / ((squares[index] / draws - mean * mean) / (draws - 1)).squareRoot()
      }
    }
  }

  /// log-determinants, and the gradients of their sum with respect to prepared weights and x.
  private func pulledBack(_ layer: Residual, _ prepared: [Scalar], draw: Int? = nil) -> [[Double]] {
    let random = draw.map { EventRandom(seed: 5, purpose: .passes).child($0) }
    let (value, pullback) = layer.forwardWithPullback(x, Pass(Parameters(prepared), random: random))
    var gradient = Gradient(count: prepared.count)
    let input = pullback(
      Tile(features: Self.dimension, like: x, filledWith: 0), Tile(features: 1, like: x, filledWith: 1), &gradient)
    return [
      (0..<16).map { value.logDeterminant.value(of: $0) },
      (0..<layer.parameterCount).map { Double(gradient[$0]) },
      (0..<Self.dimension).flatMap { feature in (0..<16).map { Double(input[feature, $0]) } },
    ]
  }

  /// The last bias does not move the log-determinant.
  @Test func gradientsHaveNoBias() {
    let truth = pulledBack(exact, prepared)
    var moments = truth.map { Moments(count: $0.count) }
    let draws = 4_000
    for draw in 0..<draws {
      for (index, values) in pulledBack(layer, prepared, draw: draw).enumerated() { moments[index].add(values) }
    }
    for (index, what) in ["log-determinant", "parameters", "x"].enumerated() {
      let moving = index == 1 ? truth[1].count - Self.dimension : truth[index].count
      let scores = moments[index].scores(truth[index], draws: Double(draws))
      expectStandardNormal(Array(scores[..<moving]), what)
    }
    #expect(moments[1].sums.suffix(Self.dimension).allSatisfy { $0 == 0 })
  }

  @Test func drawsAreAFunctionOfTheRandomNumbersAlone() {
    #expect(pulledBack(layer, prepared, draw: 1) == pulledBack(layer, prepared, draw: 1))
    #expect(pulledBack(layer, prepared, draw: 2)[0] != pulledBack(layer, prepared, draw: 1)[0])
    #expect(pulledBack(layer, prepared)[0] == pulledBack(exact, prepared)[0])
  }
}
