/// Weighted medians and quartiles of columns, which outliers do not move (``SortedColumn``).
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
    let sorted = columns.indices.map { SortedColumn(rows, column: $0, of: columns.count, weights: weights) }
    lowerQuartiles = sorted.map { $0.quantile(0.25) }
    medians = sorted.map { $0.quantile(0.5) }
    upperQuartiles = sorted.map { $0.quantile(0.75) }
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
