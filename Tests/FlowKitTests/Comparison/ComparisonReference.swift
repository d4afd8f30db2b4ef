import FlowKit
import Foundation

/// Tests/Reference/comparison.json.
struct ComparisonReference: Decodable {
  struct KS: Decodable { let x, y: [Double], distance, exactP, limitP: Double }
  struct W1: Decodable { let x, y: [Double], w1, deviation: Double, levels, quantiles: [Double] }
  struct Ranks: Decodable { let x, y: [Double], area, error, mannWhitney: Double, ranks: [Double] }
  struct Holm: Decodable { let p, corrected: [Double] }
  struct Permuted: Decodable { let values: [Double], first: Int, p: Double }
  struct Joint: Decodable { let x, y: [Double], energy, frechet: Double }

  let ks: [KS]
  let limits: [[Double]]
  let w1: W1
  let ranks: Ranks
  let holm: Holm
  let permuted: Permuted
  let joint: Joint

  static func read() throws -> ComparisonReference {
    try JSONDecoder().decode(Self.self, from: try Data(contentsOf: referenceURL("comparison.json")))
  }
}

/// Standard normal numbers, each plus a shift.
func normals(_ count: Int, shift: Double = 0, seed: UInt64) throws -> [Double] {
  let flow = Flow(
    architecture: Architecture(
      chain: try Chain([Shift(dimension: 1)], dimension: 1), base: StandardNormal(dimension: 1)),
    parameters: [0])
  return try flow.sample(count, seed: seed).map { $0 + shift }
}

/// Rows of independent standard normal numbers, shifted along all axes.
func normalEvents(_ count: Int, dimension: Int, shift: Double = 0, seed: UInt64, place: String = "the events") throws
  -> EventArray
{
  try EventArray(normals(count * dimension, shift: shift, seed: seed), dimension: dimension, place: place)
}

/// What a quick comparison takes.
func quickOptions(permutations: Int = 99, seed: UInt64 = 0) -> ComparisonOptions {
  var options = ComparisonOptions()
  (options.permutations, options.seed, options.directions, options.folds) = (permutations, seed, 20, 3)
  return options
}
