/// Log-densities of validation events by a mixture of flows with equal weights, and what can be said from them.
public struct ValidationScores: Sendable {
  /// log Σₖ pₖ(x)/K of each event.
  public private(set) var logDensities: [Double]
  /// The rows of their source that the events stand in, from 0 on.
  public let rows: [Int]
  private let weights: [Double]?
  private var members = 1

  init(_ logDensities: [Double], weights: [Double]?, rows: [Int]? = nil) {
    (self.logDensities, self.weights) = (logDensities, weights)
    self.rows = rows ?? Array(logDensities.indices)
  }

  /// Those of another density for the same events.
  func withLogDensities(_ others: [Double]) -> ValidationScores {
    ValidationScores(others, weights: weights, rows: rows)
  }

  func weight(of event: Int) -> Double { weights?[event] ?? 1 }

  /// The mean log-density of the events but some.
  func mean(without events: Set<Int>) -> Double {
    let others = logDensities.indices.filter { !events.contains($0) }
    return Self.moments(others.map { logDensities[$0] }, weights.map { weights in others.map { weights[$0] } }).0
  }

  /// The same with one flow more.
  func adding(_ other: ValidationScores) -> ValidationScores {
    var result = self
    let (own, others) = (Double.log(Double(members)), Double.log(Double(other.members)))
    let total = Double.log(Double(members + other.members))
    result.logDensities = zip(logDensities, other.logDensities).map { first, second in
      Double.logAddExp(first + own, second + others) - total
    }
    result.members += other.members
    return result
  }

  /// The mean log-density and its standard error.
  public var mean: (value: Double, error: Double) { Self.moments(logDensities, weights) }

  /// The mean difference to others on the same events, and its standard error.
  public func gain(over other: ValidationScores) -> (value: Double, error: Double) {
    Self.moments(zip(logDensities, other.logDensities).map { $0 == $1 ? 0 : $0 - $1 }, weights)
  }

  /// The weighted mean m = Σ wᵢxᵢ/Σ wᵢ and √(Σ wᵢ²(xᵢ − m)²)/Σ wᵢ.
  private static func moments(_ values: [Double], _ weights: [Double]?) -> (Double, Double) {
    var (sum, total) = (0.0, 0.0)
    for (index, value) in values.enumerated() {
      let weight = weights?[index] ?? 1
      guard weight > 0 else { continue }
      sum += weight * value
      total += weight
    }
    let mean = sum / total
    let squares = values.indices.reduce(0.0) { squares, index in
      let weight = weights?[index] ?? 1
      return weight > 0 ? squares + weight * weight * (values[index] - mean) * (values[index] - mean) : squares
    }
    return (mean, squares.squareRoot() / total)
  }
}

extension Flow {
  /// The scores of events, read block by block.
  func scores(of events: some EventSource, threads: Int?) throws(FlowError) -> ValidationScores {
    let evaluator = evaluator(threads: threads)
    var (values, rows, weights) = ([Double](), [Int](), events.hasWeights ? [Double]() : nil)
    try events.forEachBlock { block in
      values += evaluator.logDensity(block.events.events, first: block.first, context: block.events.context)
      weights? += block.events.weights ?? []
      rows += (0..<(block.events.events.count / events.dimension)).map { block.row(of: $0) }
    }
    return ValidationScores(values.map { $0.isNaN ? -.infinity : $0 }, weights: weights, rows: rows)
  }
}
