/// Where the empirical distribution function of N independent uniform numbers lies with a given probability, at all of K points
/// at once.
///
/// At the points zₖ = k/K the counts N·F(zₖ) are binomial. The band is [a quantile of each, its mirror image], at the level that
/// makes the probability of leaving it anywhere just not larger than asked for: exact in N. Source: Säilynoja, Bürkner & Vehtari
/// 2022 (Statistics and Computing 32:32, arXiv:2103.10522), algorithm 1.
public struct SimultaneousBand: Sendable, Codable, Equatable {
  /// The probability with which uniform numbers are in the band everywhere: at least what was asked for, usually just that.
  public let coverage: Double
  /// The probability of the band at one point, in the mean of a continuous variable: γ in the source.
  public let pointwise: Double
  /// zₖ = k/K, k = 1 … K − 1.
  public let points: [Double]
  /// The limits of F(zₖ), which are in the band.
  public let lower: [Double]
  public let upper: [Double]
}

/// Between which limits the counts of N uniform numbers in B equal bins lie with a given probability, all at once; exact in N.
public struct HistogramBand: Sendable, Codable, Equatable {
  /// B.
  public let bins: Int
  /// The probability with which all counts are within the limits.
  public let coverage: Double
  /// N/B.
  public let expected: Double
  /// The limits, which are within.
  public let lower: Int
  public let upper: Int
}
