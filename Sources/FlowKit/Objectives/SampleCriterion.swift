/// How far the samples of a flow are from events: an estimate from a batch of each, and its derivative.
///
/// Samples and events are compared as the preprocessing makes them, each column in its own standard deviation by default: a distance
/// weighs columns by their scale. Where a flow is conditional, a point is an event together with its context, and sample i
/// has the context of event i.
public protocol SampleCriterion: FitCriterion {
  /// How many validation events it sees at once, where that is more than a training batch.
  var evaluationSize: Int { get }
  /// The distance and, where `batch.wantsGradient`, its derivative with respect to the samples, N × (D + C); else nothing.
  func distance(_ batch: SampleBatch) throws(FlowError) -> (value: Double, gradient: [Double])
  /// What users should know of the distances since this was last asked; nothing by default.
  func takeNotes() -> [String]
}

extension SampleCriterion {
  public var evaluationSize: Int { 4_096 }
  public func takeNotes() -> [String] { [] }

  public func objective(
    for architecture: Architecture, likelihoodWeight: Double, seed: UInt64
  ) throws(FlowError) -> any Objective {
    try SampleObjective(architecture, self, likelihoodWeight: likelihoodWeight, seed: seed)
  }
}

/// Samples and events of one batch.
public struct SampleBatch: Sendable {
  public let samples: PointCloud
  public let events: PointCloud
  /// Whether sample i and event i have one context.
  public let isPaired: Bool
  public let wantsGradient: Bool
  let workers: WorkerPool

  init(samples: PointCloud, events: PointCloud, isPaired: Bool, wantsGradient: Bool, workers: WorkerPool) {
    (self.samples, self.events, self.isPaired) = (samples, events, isPaired)
    (self.wantsGradient, self.workers) = (wantsGradient, workers)
  }

  /// - Parameter threads: for the criterion's work; the result does not depend on them.
  public init(
    samples: PointCloud, events: PointCloud, isPaired: Bool = false, wantsGradient: Bool = true, threads: Int = 1
  ) {
    self.init(
      samples: samples, events: events, isPaired: isPaired, wantsGradient: wantsGradient,
      workers: WorkerPool(threads: threads))
  }

  /// The points of even, or of odd, number of a cloud, as they are.
  static func half(_ cloud: PointCloud, odd: Bool) -> PointCloud {
    let points = stride(from: odd ? 1 : 0, to: cloud.count, by: 2)
    return PointCloud(
      unchecked: points.flatMap { cloud.values[($0 * cloud.dimension)..<(($0 + 1) * cloud.dimension)] },
      dimension: cloud.dimension, weights: points.map { cloud.weights[$0] })
  }
}
