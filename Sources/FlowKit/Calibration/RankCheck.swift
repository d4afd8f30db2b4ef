/// The levels uᵢ of N events under one statistic, and whether they are uniform: see ``Calibration``.
///
/// With zᵢ = Φ⁻¹(uᵢ), which are independent standard normal where the density is right, the mean of z says how far events lie from
/// where the density expects them, and the spread of z how much wider than the density they scatter.
public struct RankCheck: Sendable, Codable, Equatable {
  /// By what events and draws are ordered.
  public enum Statistic: String, Sendable, Codable {
    /// A column's value.
    case column
    /// −log p(x | c).
    case density
    /// The distance to a point that is uniform in the box of all events.
    case distanceToUniform
    /// The distance to another event.
    case distanceToEvent
  }

  public let statistic: Statistic
  /// The column's name, or the statistic's.
  public let name: String
  /// How many levels lie in each of the equal bins of [0, 1]: see ``HistogramBand``.
  public let histogram: [Int]
  /// The part of the levels that are at most zₖ, at the points zₖ of the ``SimultaneousBand``: for ``Statistic/density`` the coverage
  /// of the region of mass zₖ, for distances TARP's expected coverage.
  public let distribution: [Double]
  /// ``distribution`` − zₖ, what a plot of ECDF differences shows.
  public let difference: [Double]
  /// Whether ``distribution`` is in the band everywhere: exactly where ``shapeP`` is above 5 %.
  public let isInBand: Bool
  /// The p-value of the band: the probability with which uniform levels leave the widest band that these levels leave. Exact in N.
  public let shapeP: Double
  /// max |F_N(u) − u| (Kolmogorov and Smirnov).
  public let ks: Double
  /// Its p-value, exact in N.
  public let ksP: Double
  /// Σ (counts − N/B)²/(N/B) over the B bins.
  public let chiSquare: Double
  /// Its p-value by the χ² distribution of B − 1 degrees of freedom, to which it tends with N.
  public let chiSquareP: Double
  /// The location of z, in units of the density's standard deviation: above 0 where events lie above the draws.
  public let bias: Calibration.Estimate
  /// The probability of a mean of z as far from 0, exact in N.
  public let biasP: Double
  /// The spread of z: above 1 where the density is too narrow, by the factor 1/width.
  public let width: Calibration.Estimate
  /// Twice the smaller tail of Σ z² ~ χ²(N), exact in N.
  public let widthP: Double
  /// ``ksP``, ``chiSquareP``, and the smallest p-value that counts for the verdict, after Holm's correction: the first two over the
  /// columns, the last over all tests of the calibration. Those are ``shapeP``, ``biasP`` and ``widthP``, of distances, which have no
  /// direction, ``shapeP`` alone.
  public internal(set) var ksPHolm: Double
  public internal(set) var chiSquarePHolm: Double
  public internal(set) var pHolm: Double

  /// The p-values that count for the verdict.
  var tests: [Double] {
    switch statistic {
    case .column, .density: [shapeP, biasP, widthP]
    case .distanceToUniform, .distanceToEvent: [shapeP]
    }
  }
}
