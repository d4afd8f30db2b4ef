import FlowKit
import Foundation

/// Tests/Reference/metrics.json.
struct MetricReference: Decodable {
  struct Line: Decodable { let x, a, y, b: [Double], w1, w2Squared, w3Cubed, rootOfEnergy: Double }
  struct Plan: Decodable { let cost, value: Double, epsilon: Double?, divergence: Double? }
  struct Sinkhorn: Decodable {
    let uniform: [Plan], weighted, euclidean: Plan
    let exact, exactWeighted: Double
  }
  struct Kernel: Decodable { let kernel: String, weighted: Bool, biased, unbiased: Double }
  struct One: Decodable { let biased, unbiased: Double }
  struct MMD: Decodable { let bandwidths: [Double], cases: [Kernel], one: One, median: Double }
  struct Energy: Decodable { let clouds, weighted, unbiased, squares: Double }
  struct Gaussian: Decodable { let w2Squared, fromMoments: Double }
  struct Entropies: Decodable {
    let p, q, logits: [Double], entropy, crossEntropy, crossEntropyOfLogits, kl, squaredError, logRatio: Double
  }

  let x, y, a, b: [Double]
  let line: Line
  let sinkhorn: Sinkhorn
  let mmd: MMD
  let energy: Energy
  let gaussian: Gaussian
  let entropies: Entropies
  let thousandPoints: Double

  static func read() throws -> MetricReference {
    try JSONDecoder().decode(Self.self, from: try Data(contentsOf: referenceURL("metrics.json")))
  }

  func clouds(weighted: Bool = false) throws -> (x: PointCloud, y: PointCloud) {
    (
      try PointCloud(x, dimension: 2, weights: weighted ? a : nil),
      try PointCloud(y, dimension: 2, weights: weighted ? b : nil)
    )
  }
}

/// Standard normal points, shifted along the first axis.
func normalCloud(_ count: Int, dimension: Int, shift: Double = 0, scale: Double = 1, seed: UInt64) throws -> PointCloud
{
  let flow = Flow(
    architecture: Architecture(
      chain: try Chain([Shift(dimension: dimension)], dimension: dimension), base: StandardNormal(dimension: dimension)),
    parameters: [Scalar](repeating: 0, count: dimension))
  let values = try flow.sample(count, seed: seed)
  return try PointCloud(
    values.indices.map { scale * values[$0] + ($0 % dimension == 0 ? shift : 0) }, dimension: dimension)
}

/// The derivative of a function of a cloud with respect to coordinate `index`, by central differences.
func slope(_ cloud: PointCloud, _ index: Int, step: Double = 1e-5, _ f: (PointCloud) throws -> Double) throws -> Double
{
  let values = try [step, -step].map { change in
    var moved = cloud.values
    moved[index] += change
    return try f(PointCloud(moved, dimension: cloud.dimension, weights: cloud.weights))
  }
  return (values[0] - values[1]) / (2 * step)
}
