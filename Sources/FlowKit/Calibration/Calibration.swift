/// Whether a density states its uncertainties rightly: how held-out events lie among events that are drawn from it.
///
/// Event i of N is compared with L draws x⁽¹⁾ … x⁽ᴸ⁾ ~ p(x | cᵢ) of its own. If p is the density from which the events come, event
/// and draws are exchangeable, so that the level
///
///     uᵢ = (#{l : t(x⁽ˡ⁾) < t(xᵢ)} + V (1 + #{l : t(x⁽ˡ⁾) = t(xᵢ)})) / (L + 1),   V uniform in [0, 1),
///
/// is uniform in [0, 1), and levels of different events are independent, for any statistic t, any N and any L, whole numbers
/// and ties included. So every p-value here is one, also of few events and few draws. Each statistic is one ``RankCheck``:
///
/// - the columns, t(x) = xⱼ: simulation-based calibration (Talts et al. 2018, arXiv:1804.06788), which without context is the
///   probability integral transform;
/// - the density, t(x) = −log p(x | c): u is the smallest mass of a highest-density region that holds the event, and the
///   distribution of u the expected coverage (Hermans et al. 2022, arXiv:2110.06581);
/// - the distance to a reference point: tests of accuracy with random points (TARP, Lemos et al. 2023, arXiv:2302.03026), once
///   uniform in the box of the events, once another event's place.
///
/// All of these are averages over the contexts, and a posterior that ignores its context may pass them. ``local`` therefore tests
/// whether levels depend on the context.
public struct Calibration: Sendable, Codable, Equatable {
  /// N, the number of events.
  public let events: Int
  /// L, the number of draws for each of them.
  public let draws: Int
  public let seed: UInt64
  /// A check for each column, in the order of the model's columns.
  public let columns: [RankCheck]
  /// The check of log p(x | c): expected coverage of highest-density regions. nil where no densities were given.
  public let density: RankCheck?
  /// The checks of distances to reference points: ``RankCheck/Statistic/distanceToUniform``, then
  /// ``RankCheck/Statistic/distanceToEvent``.
  public let distances: [RankCheck]
  /// Whether levels depend on the context; nil without context.
  public let local: LocalDependence?
  /// Where the empirical distribution of N uniform levels lies with probability 95 %, at all points at once: of every check.
  public let band: SimultaneousBand
  /// Where the counts of equal bins lie with probability 95 %, all at once.
  public let bins: HistogramBand
  /// The smallest of all p-values after Holm's correction (see ``isCalibrated(at:)``).
  public let pValue: Double
  /// One line: whether the density is calibrated; if not, what is wrong, in which direction and by how much.
  public let verdict: String

  /// All checks: columns, density, distances.
  public var checks: [RankCheck] { columns + (density.map { [$0] } ?? []) + distances }

  /// Whether nothing speaks against the density at this level: a calibrated one fails with a probability of at most `level`.
  ///
  /// The family of tests is ``RankCheck/shapeP`` of all checks, ``RankCheck/biasP`` and ``RankCheck/widthP`` of columns and density, and
  /// the local one, with Holm's correction (Holm 1979).
  public func isCalibrated(at level: Double = 0.05) -> Bool { pValue >= level }

  /// A number and its standard error.
  public struct Estimate: Sendable, Codable, Equatable {
    public let value: Double
    public let error: Double
  }
}
