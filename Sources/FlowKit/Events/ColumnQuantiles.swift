/// Weighted medians and quartiles of columns, which outliers do not move.
///
/// The quantile of q is the smallest value x for which the values up to x have at least the part q of the weight: the
/// inverse of the empirical distribution function.
public struct ColumnQuantiles: Sendable {
  public let columns: [String]
  public let medians: [Double]
  public let lowerQuartiles: [Double]
  public let upperQuartiles: [Double]

  /// - Parameters:
  ///   - rows: N × D values, row-major, finite.
  ///   - weights: N weights, or nil for equal ones.
  public init(_ rows: [Double], columns: [String], weights: [Double]? = nil) {
    self.columns = columns
    var quantiles: [[Double]] = [[], [], []]
    for column in columns.indices {
      let values = stride(from: column, to: rows.count, by: columns.count).map { rows[$0] }
      let found = Self.quantiles([0.25, 0.5, 0.75], of: values, weights)
      for (index, value) in found.enumerated() { quantiles[index].append(value) }
    }
    (lowerQuartiles, medians, upperQuartiles) = (quantiles[0], quantiles[1], quantiles[2])
  }

  /// The quantiles of ascending parts `parts`.
  private static func quantiles(_ parts: [Double], of values: [Double], _ weights: [Double]?) -> [Double] {
    guard let weights else {
      let sorted = values.sorted()
      return parts.map { sorted[max(0, Int(($0 * Double(sorted.count)).rounded(.up)) - 1)] }
    }
    let order = values.indices.filter { weights[$0] > 0 }.sorted { values[$0] < values[$1] }
    let total = order.reduce(0) { $0 + weights[$1] }
    var found: [Double] = []
    var sum = 0.0
    for index in order {
      sum += weights[index]
      while found.count < parts.count, sum >= parts[found.count] * total { found.append(values[index]) }
    }
    // The last sum may be below the total by rounding.
    while found.count < parts.count { found.append(values[order.last!]) }
    return found
  }

  /// The distance of the quartiles over that of the standard normal distribution's: of normal data, the standard
  /// deviation. Only columns for which `isUsed` holds; 1 for others.
  ///
  /// - Throws: where the quartiles of a column are equal, naming it.
  func scales(where isUsed: (Int) -> Bool = { _ in true }) throws(FlowError) -> [Double] {
    var scales: [Double] = []
    for (column, name) in columns.enumerated() {
      let distance = upperQuartiles[column] - lowerQuartiles[column]
      guard distance > 0 || !isUsed(column) else {
        throw FlowError(
          .data,
          "the quartiles of the column '\(name)' are equal (\(medians[column])), so that it has no robust scale",
          fix: .standardize)
      }
      scales.append(isUsed(column) ? distance / RobustScaling.normalQuartileDistance : 1)
    }
    return scales
  }
}
