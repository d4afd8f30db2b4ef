/// A histogram of one column as a density with errors, to be drawn beside another.
///
/// The density of bin i is Σ w/(W·Δᵢ) over its events, W being the weight of all events, inside and outside, and Δᵢ its width, so
/// that histograms of different numbers of events may be compared. Its error is √(Σ w²)/(W·Δᵢ): that of independent events.
public struct ColumnHistogram: Sendable, Equatable {
  /// One more than bins, rising, equally far apart.
  public let edges: [Double]
  /// Per unit of the column.
  public let densities: [Double]
  /// One standard deviation of each.
  public let errors: [Double]
  /// The part of the weight that lies outside all bins.
  public let outside: Double

  /// - Parameters:
  ///   - values: finite.
  ///   - weights: one for each, at least 0, or nil for equal ones.
  ///   - range: of the first to the last edge; its upper end belongs to the last bin.
  ///   - bins: above 0.
  public init(_ values: [Double], weights: [Double]? = nil, range: ClosedRange<Double>, bins: Int) {
    precondition(bins > 0 && range.lowerBound < range.upperBound, "a histogram of \(bins) bins over \(range)")
    let width = (range.upperBound - range.lowerBound) / Double(bins)
    var (sums, squares) = ([Double](repeating: 0, count: bins), [Double](repeating: 0, count: bins))
    var (total, outside) = (0.0, 0.0)
    for (index, value) in values.enumerated() {
      let weight = weights?[index] ?? 1
      total += weight
      guard range.contains(value) else {
        outside += weight
        continue
      }
      let bin = min(bins - 1, Int((value - range.lowerBound) / width))
      sums[bin] += weight
      squares[bin] += weight * weight
    }
    let unit = total * width
    edges = (0..<bins).map { range.lowerBound + Double($0) * width } + [range.upperBound]
    densities = sums.map { total > 0 ? $0 / unit : 0 }
    errors = squares.map { total > 0 ? $0.squareRoot() / unit : 0 }
    self.outside = total > 0 ? outside / total : 0
  }

  /// How many bins show what a column has over `range`: of the width 2 (q₇₅ − q₂₅)/n^⅓ (Freedman and Diaconis 1981), n being the
  /// effective number of events, but at least 10 and at most `most`.
  public static func bins(for column: SortedColumn, range: ClosedRange<Double>, atMost most: Int = 60) -> Int {
    let distance = column.quantile(0.75) - column.quantile(0.25)
    guard distance > 0 else { return most }
    let width = 2 * distance / Double.pow(column.effectiveCount, 1.0 / 3)
    return Int(min(Double(most), max(10, ((range.upperBound - range.lowerBound) / width).rounded(.up))))
  }
}
