/// Whether the latents of events are distributed as the base says: each feature alone, and all together.
///
/// A flow is right exactly where its latents are draws from its base. Features are compared with N(0, 1) and |z|² with χ² of D degrees
/// of freedom; with another base, both with latents of draws from the model. Distances are those of Kolmogorov and Smirnov.
public struct LatentDiagnostics: Sendable, Equatable {
  /// One feature of the latents.
  public struct Feature: Sendable, Equatable {
    public let mean, standardDeviation: Double
    /// 0 and 0 for a normal distribution.
    public let skewness, excessKurtosis: Double
    /// sup |F − G| to what the base says.
    public let distance: Double
  }

  public let features: [Feature]
  /// That of |z|².
  public let radiusDistance: Double
  /// The two features of the largest correlation in magnitude, and that; nil for one feature. 0 is expected of a normal base.
  public let correlation: (first: Int, second: Int, value: Double)?
  /// What every distance is at most with a joint probability of 95 %, if the flow is right and has not seen these rows; nil with weights.
  public let limit: Double?
  /// Whether the comparison is with N(0, 1).
  public let isNormal: Bool

  /// - Parameters:
  ///   - latents: N × D, row-major, finite.
  ///   - reference: latents of draws from the model, M × D; nil for the standard normal base.
  public init(_ latents: [Double], dimension: Int, weights: [Double]? = nil, reference: [Double]? = nil) {
    isNormal = reference == nil
    let names = (0..<dimension).map { "z\($0)" }
    let statistics = ColumnStatistics(latents, columns: names, weights: weights)
    features = (0..<dimension).map { column in
      let sorted = SortedColumn(latents, column: column, of: dimension, weights: weights)
      let distance = reference.map { sorted.distance(to: SortedColumn($0, column: column, of: dimension)) }
      let values = stride(from: column, to: latents.count, by: dimension).map { latents[$0] }
      return Feature(
        values, weights, statistics.means[column], statistics.standardDeviations[column],
        distance: distance ?? sorted.distance { Double.normalProbability(below: $0) })
    }
    let radii = SortedColumn(Self.radii(latents, dimension), weights: weights)
    radiusDistance =
      reference.map { radii.distance(to: SortedColumn(Self.radii($0, dimension))) }
      ?? radii.distance { Double.chiSquareTails($0, degrees: Double(dimension)).below }
    correlation = Self.largestCorrelation(statistics)
    // D + 1 distances share the 5 %; with draws, both samples do.
    let probability = 1 - 0.05 / Double(dimension + 1) / (reference == nil ? 1 : 2)
    let draws =
      reference.map { SortedColumn.distanceLimit(Double($0.count / dimension), probability: probability) } ?? 0
    limit = weights == nil ? SortedColumn.distanceLimit(radii.effectiveCount, probability: probability) + draws : nil
  }

  /// The probability that |z|² of a standard normal base is at most x.
  public static func radiusDistribution(_ x: Double, dimension: Int) -> Double {
    Double.chiSquareTails(max(0, x), degrees: Double(dimension)).below
  }

  public static func == (a: Self, b: Self) -> Bool {
    a.features == b.features && a.radiusDistance == b.radiusDistance && a.limit == b.limit
  }

  private static func radii(_ latents: [Double], _ dimension: Int) -> [Double] {
    stride(from: 0, to: latents.count, by: dimension).map { row in
      latents[row..<(row + dimension)].reduce(0) { $0 + $1 * $1 }
    }
  }

  private static func largestCorrelation(_ statistics: ColumnStatistics) -> (Int, Int, Double)? {
    let (all, dimension) = (statistics.correlations, statistics.columns.count)
    var largest: (Int, Int, Double)?
    for i in 0..<dimension {
      for j in 0..<i where all[i * dimension + j].magnitude > largest?.2.magnitude ?? -1 {
        largest = (j, i, all[i * dimension + j])
      }
    }
    return largest
  }
}

extension LatentDiagnostics.Feature {
  fileprivate init(_ values: [Double], _ weights: [Double]?, _ mean: Double, _ deviation: Double, distance: Double) {
    var (third, fourth, total) = (0.0, 0.0, 0.0)
    for (index, value) in values.enumerated() {
      let (weight, z) = (weights?[index] ?? 1, deviation > 0 ? (value - mean) / deviation : 0)
      total += weight
      third += weight * z * z * z
      fourth += weight * z * z * z * z
    }
    (self.mean, standardDeviation, self.distance) = (mean, deviation, distance)
    (skewness, excessKurtosis) = (third / total, fourth / total - 3)
  }
}
