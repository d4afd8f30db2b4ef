/// The quantiles of a column of data beside those of draws from a model: a QQ plot.
///
/// Where the model is right, the quantile of the draws lies between `lower` and `upper` at *all* parts at once, and in all columns that are
/// compared, with a probability of at least 95 %. The band is that of the empirical distribution functions of both samples (``SortedColumn/distanceLimit(_:probability:)``),
/// read as quantiles; it holds for rows that are independent and that the model has not been fitted to.
public struct QuantileComparison: Sendable {
  /// Where the quantiles are: k/(K + 1) for K points.
  public let parts: [Double]
  public let data, model: [Double]
  /// Between which quantiles of the data the model's should lie; infinite where the band leaves 0 … 1.
  public let lower, upper: [Double]
  /// sup |F − G| between data and draws.
  public let distance: Double
  /// What `distance` is at most with a probability of 95 %, in all columns at once, of independent rows with equal weights.
  public let limit: Double

  /// - Parameter columns: how many columns are compared.
  public init(data: SortedColumn, model: SortedColumn, of columns: Int = 1, points: Int = 99) {
    let half = 1 - 0.05 / Double(2 * columns)
    limit =
      SortedColumn.distanceLimit(data.effectiveCount, probability: half)
      + SortedColumn.distanceLimit(model.effectiveCount, probability: half)
    let limit = limit
    parts = (1...points).map { Double($0) / Double(points + 1) }
    self.data = parts.map(data.quantile)
    self.model = parts.map(model.quantile)
    lower = parts.map { $0 - limit > 0 ? data.quantile($0 - limit) : -.infinity }
    upper = parts.map { $0 + limit < 1 ? data.quantile($0 + limit) : .infinity }
    distance = data.distance(to: model)
  }

  /// Whether the difference is one that chance alone makes in at most 5 % of all cases.
  public var isDifferent: Bool { distance > limit }
}
