import FlowKit

/// A flow and a batch size on which libraries are compared: `peers/workloads.json` describes the same for the peers.
struct Workload {
  let name: String
  let dimension: Int
  let batchSize: Int
  let layers: String

  /// The number of events that training and scoring cycle through.
  static let eventCount = 98_304
  /// The number of events scored or drawn by one call.
  static let chunk = 4_096

  static let all = [
    Workload(
      name: "realnvp-8d", dimension: 8, batchSize: 256,
      layers: "8*[coupling-affine(hidden=64x64),permute(reverse)]"),
    Workload(
      name: "maf-43d", dimension: 43, batchSize: 512,
      layers: "5*[autoregressive-affine(hidden=256x256),permute(reverse)]"),
    Workload(
      name: "nsf-6d", dimension: 6, batchSize: 512,
      layers: "10*[coupling-rqs(bins=8,bound=5,hidden=256x256),permute(reverse)]"),
  ]

  func flow() throws -> Flow {
    var random = RandomStream(seed: 0, purpose: .architecture)
    let chain = try LayerList(layers).chain(dimension: dimension, using: &random)
    return Flow(architecture: Architecture(chain: chain, base: StandardNormal(dimension: dimension)))
  }
}
