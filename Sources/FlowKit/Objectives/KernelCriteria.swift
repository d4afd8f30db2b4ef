/// The energy distance of samples and events, 2 E|x − y| − E|x − x′| − E|y − y′| (``EnergyDistance``): nothing to choose, and a pull
/// from any distance.
///
/// Pairs of a point with itself do not count, nor those of a sample with the event of its context. So the mean of the gradient is
/// that of the distributions, 0 where they agree, whatever the size of the batch.
public struct EnergyCriterion: SampleCriterion {
  public static let name = "energy"
  public var statistic: PairStatistic

  public init(statistic: PairStatistic = .unbiased) { self.statistic = statistic }

  public var text: String { statistic == .unbiased ? Self.name : "\(Self.name)(statistic=\(statistic.rawValue))" }
  public var unit: String { "units of the preprocessed columns" }
  public var leastEvents: Int { 2 }

  public func distance(_ batch: SampleBatch) throws(FlowError) -> (value: Double, gradient: [Double]) {
    try batch.compared(
      by: EnergyDistance.comparison(statistic, isPaired: statistic == .unbiased && batch.isPaired))
  }
}

/// The maximum mean discrepancy of samples and events, squared (``MaximumMeanDiscrepancy``). Bandwidths in medians are those of
/// the batch's events, so that they do not move with the flow.
public struct KernelCriterion: SampleCriterion {
  public static let name = "mmd"
  public var discrepancy: MaximumMeanDiscrepancy

  public init(_ discrepancy: MaximumMeanDiscrepancy = MaximumMeanDiscrepancy()) { self.discrepancy = discrepancy }

  public var text: String {
    let usual = MaximumMeanDiscrepancy()
    var arguments: [String] = []
    if discrepancy.kernel != usual.kernel { arguments.append("kernel=\(discrepancy.kernel.rawValue)") }
    if case .absolute(let values) = discrepancy.bandwidths { arguments += values.map { "\($0)" } }
    if discrepancy.statistic != usual.statistic { arguments.append("statistic=\(discrepancy.statistic.rawValue)") }
    return arguments.isEmpty ? Self.name : "\(Self.name)(\(arguments.joined(separator: ",")))"
  }
  public var unit: String { "of at most 2, without a unit" }
  public var leastEvents: Int { 2 }

  public func distance(_ batch: SampleBatch) throws(FlowError) -> (value: Double, gradient: [Double]) {
    let statistic = discrepancy.statistic
    return try batch.compared(
      by: KernelComparison(
        kernel: discrepancy.kernel.pairKernel, bandwidths: try discrepancy.sizes(batch.events), statistic: statistic,
        isPaired: statistic == .unbiased && batch.isPaired))
  }
}

extension SampleBatch {
  fileprivate func compared(
    by comparison: KernelComparison
  ) throws(FlowError) -> (value: Double, gradient: [Double]) {
    let points = PairwisePoints<Scalar>.pair(samples, events)
    return comparison(points.x, points.y, gradient: wantsGradient, workers)
  }
}
