/// Whether levels depend on the context, which they must not: a density may be right on average and wrong everywhere.
///
/// For each statistic the two numbers √3 (2u − 1), which a bias moves, and √5 (6u² − 6u + 1), which the width moves, are regressed on
/// functions of the context: its columns as normal scores g, their squares and products. The test statistic is the part of the
/// two variances that these explain; its distribution is found by permuting the contexts, which changes nothing where p is
/// right, so that the p-values are exact. Source of the idea: Linhart, Gramfort & Rodrigues 2023 (arXiv:2306.03580), with a regression
/// in place of a classifier.
public struct LocalDependence: Sendable, Codable, Equatable {
  /// The number of permutations B of the contexts; no p-value is below 1/(B + 1).
  public let permutations: Int
  /// The probability, if nothing depends on the context, of a largest statistic as large as this one.
  public let pValue: Double
  /// One for each column, then the density's.
  public let statistics: [OfStatistic]

  public struct OfStatistic: Sendable, Codable, Equatable {
    public let name: String
    /// The part of the variances of both numbers that the context explains, 0 … 1 in the mean of the two.
    public let explained: Double
    /// The probability of a statistic as large as this for the largest of all (Westfall & Young 1993): corrected for their number.
    public let pValue: Double
    /// The context column on which levels depend most.
    public let contextColumn: String
    /// Bias and width where this column has its lowest, …, highest values: quarters of the events.
    public let regions: [Region]
  }

  /// The events whose value in a context column lies in an interval.
  public struct Region: Sendable, Codable, Equatable {
    /// The smallest and largest value of the context column in it.
    public let lowest: Double
    public let highest: Double
    public let events: Int
    public let bias: Calibration.Estimate
    public let width: Calibration.Estimate
  }
}
