/// Weighted means, standard deviations and correlations of columns, in Double, in one pass over rows that come in blocks.
///
/// Rows are taken by runs of 1,024, however they come: the results do not depend on how rows are cut into blocks.
public struct ColumnStatistics: Sendable {
  public let columns: [String]
  /// Of whole runs.
  private var sums: ColumnSums
  /// Rows that do not fill a run yet, and their weights.
  private var rest: (values: [Double], weights: [Double]) = ([], [])
  private static let run = 1_024

  /// Of no rows yet.
  public init(columns: [String]) {
    self.columns = columns
    sums = ColumnSums(width: columns.count)
  }

  /// - Parameters:
  ///   - rows: N × D values, row-major, finite.
  ///   - weights: N weights, or nil for equal ones.
  public init(_ rows: [Double], columns: [String], weights: [Double]? = nil) {
    self.init(columns: columns)
    add(rows, weights: weights)
  }

  public var means: [Double] { all.means }

  /// √(Σ wᵢ (xᵢ − μ)² / Σ wᵢ).
  public var standardDeviations: [Double] { all.standardDeviations }

  /// Pearson's, D × D, row-major: 1 with itself, NaN with a constant column.
  public var correlations: [Double] {
    let (lower, width) = (all.correlations, columns.count)
    return (0..<(width * width)).map { index in
      let (j, k) = (index / width, index % width)
      return j == k ? 1 : lower[max(j, k) * width + min(j, k)]
    }
  }

  /// Of all rows.
  var all: ColumnSums {
    var result = sums
    if !rest.weights.isEmpty { result.add(rest.weights.indices, of: rest.values, rest.weights) }
    return result
  }

  /// Adds N × D values, row-major, finite, and N weights.
  public mutating func add(_ values: [Double], weights: [Double]? = nil) {
    let width = columns.count
    let count = values.count / width
    precondition(
      values.count == count * width && weights?.count ?? count == count,
      "\(values.count) values and \(weights?.count ?? count) weights for rows of \(width)")
    var first = 0
    func wait(_ rows: Range<Int>) {
      rest.values += values[(rows.lowerBound * width)..<(rows.upperBound * width)]
      if let weights { rest.weights += weights[rows] } else { rest.weights += repeatElement(1, count: rows.count) }
      first = rows.upperBound
    }
    if !rest.weights.isEmpty {
      wait(0..<min(count, Self.run - rest.weights.count))
      guard rest.weights.count == Self.run else { return }
      (sums, rest) = (all, ([], []))
    }
    while first + Self.run <= count {
      sums.add(first..<(first + Self.run), of: values, weights)
      first += Self.run
    }
    if first < count { wait(first..<count) }
  }

  /// The standardization by these statistics.
  ///
  /// - Parameter setting: what chooses these columns, for the remedy.
  /// - Throws: where a column is constant, naming it.
  public func standardization(of setting: Remedy.Setting = .columns) throws(FlowError) -> Standardize {
    try checkVariation(of: setting)
    return Standardize(means: means, standardDeviations: standardDeviations)
  }

  /// Throws where a column is constant, naming it, or where no row counts.
  func checkVariation(of setting: Remedy.Setting = .columns) throws(FlowError) {
    // Rounding may leave the sum of a constant column below 0.
    let all = all
    guard all.totalWeight > 0 else { throw FlowError(.data, all.rows == 0 ? "there are no rows" : "all weights are 0") }
    let means = all.means
    for (index, deviation) in all.standardDeviations.enumerated() where !(deviation > 1e-14 * abs(means[index])) {
      throw FlowError(
        .data,
        "the column '\(columns[index])' is constant (\(means[index]) in every row)", fix: .leaveOut(of: setting))
    }
  }

  /// Throws where there are not more events than columns.
  func checkCount() throws(FlowError) {
    let width = columns.count
    guard all.rows > width else {
      throw FlowError(
        .data,
        "\(all.rows) training rows are too few for \(width) columns; at least \(width + 1) are needed")
    }
  }

  /// Throws where the columns have no joint density: fewer events than columns, or a column that is a linear
  /// combination of others to within 10⁻⁶ of its standard deviation.
  public func checkDensityExists() throws(FlowError) {
    _ = try correlationFactor()
  }

  /// L with LLᵀ the columns' correlations, D × D row-major; throws where `checkDensityExists` does.
  ///
  /// - Parameter ignored: columns whose correlations with all others count as 0.
  package func correlationFactor(ignoring ignored: [Bool]? = nil) throws(FlowError) -> [Double] {
    let width = columns.count
    try checkCount()
    var correlations = all.correlations
    if let ignored {
      for j in 0..<width {
        for k in 0..<j where ignored[j] || ignored[k] { correlations[j * width + k] = 0 }
      }
    }
    // Cholesky without pivoting: row j of L is the regression of column j on those before it.
    var factor = [Double](repeating: 0, count: width * width)
    for j in 0..<width {
      var residual = 1.0
      for k in 0..<j {
        var sum = correlations[j * width + k]
        for m in 0..<k { sum -= factor[j * width + m] * factor[k * width + m] }
        factor[j * width + k] = sum / factor[k * width + k]
        residual -= factor[j * width + k] * factor[j * width + k]
      }
      guard residual > 1e-12 else { throw dependence(of: j, factor) }
      factor[j * width + j] = residual.squareRoot()
    }
    return factor
  }

  /// The same; nil where there is none.
  var regularCorrelationFactor: [Double]? {
    do throws(FlowError) { return try correlationFactor() } catch { return nil }
  }

  private func dependence(of column: Int, _ factor: [Double]) -> FlowError {
    let coefficients = Self.coefficients(of: column, factor, width: columns.count)
    let others = (0..<column).filter { abs(coefficients[$0]) > 1e-6 }.map { "'\(columns[$0])'" }
    let relation =
      others.count == 1
      ? "is \(others[0]) again, up to scale and shift"
      : "is a linear combination of \(others.joined(separator: ", "))"
    return FlowError(
      .data,
      "the column '\(columns[column])' \(relation), so the events have no density", fix: .leaveOutOne(of: .columns))
  }

  /// β with Lᵀ β = row `column` of L: the regression of a standardized column on those before it, without those whose diagonal
  /// entry is 0.
  static func coefficients(of column: Int, _ factor: [Double], width: Int) -> [Double] {
    var coefficients = (0..<column).map { factor[column * width + $0] }
    for k in (0..<column).reversed() {
      for m in (k + 1)..<max(column, k + 1) { coefficients[k] -= factor[m * width + k] * coefficients[m] }
      coefficients[k] = factor[k * width + k] == 0 ? 0 : coefficients[k] / factor[k * width + k]
    }
    return coefficients
  }
}
