/// Weighted means, standard deviations and correlations of columns, in Double by two passes.
public struct ColumnStatistics: Sendable {
  public let columns: [String]
  public let means: [Double]
  /// √(Σ wᵢ (xᵢ − μ)² / Σ wᵢ).
  public let standardDeviations: [Double]
  private let centred: [Double]
  private let weights: [Double]?

  /// - Parameters:
  ///   - rows: N × D values, row-major, finite.
  ///   - weights: N weights, or nil for equal ones.
  public init(_ rows: [Double], columns: [String], weights: [Double]? = nil) {
    let width = columns.count
    let count = rows.count / width
    let total = weights.map { $0.reduce(0, +) } ?? Double(count)
    var means = [Double](repeating: 0, count: width)
    for row in 0..<count {
      let weight = weights?[row] ?? 1
      for column in 0..<width { means[column] += weight * rows[row * width + column] }
    }
    for column in 0..<width { means[column] /= total }
    var centred = rows
    var squares = [Double](repeating: 0, count: width)
    for row in 0..<count {
      let weight = weights?[row] ?? 1
      for column in 0..<width {
        centred[row * width + column] -= means[column]
        squares[column] += weight * centred[row * width + column] * centred[row * width + column]
      }
    }
    (self.columns, self.means, self.weights) = (columns, means, weights)
    standardDeviations = squares.map { ($0 / total).squareRoot() }
    self.centred = centred
  }

  /// The standardization by these statistics.
  ///
  /// - Parameter option: which option chooses these columns, for the message.
  /// - Throws: where a column is constant, naming it.
  public func standardization(option: String = "--columns") throws(FlowError) -> Standardize {
    try checkVariation(option: option)
    return Standardize(means: means, standardDeviations: standardDeviations)
  }

  /// Throws where a column is constant, naming it.
  func checkVariation(option: String = "--columns") throws(FlowError) {
    for (index, deviation) in standardDeviations.enumerated() where deviation <= 1e-14 * abs(means[index]) {
      throw FlowError(
        .data,
        "the column '\(columns[index])' is constant (\(means[index]) in every row); leave it out with \(option)")
    }
  }

  /// Throws where there are not more events than columns.
  func checkCount() throws(FlowError) {
    let width = columns.count
    guard centred.count / width > width else {
      throw FlowError(
        .data,
        "\(centred.count / width) training rows are too few for \(width) columns; at least \(width + 1) are needed")
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
  func correlationFactor(ignoring ignored: [Bool]? = nil) throws(FlowError) -> [Double] {
    let width = columns.count
    try checkCount()
    var correlations = correlations()
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

  private func correlations() -> [Double] {
    let width = columns.count
    var sums = [Double](repeating: 0, count: width * width)
    for row in 0..<(centred.count / width) {
      let weight = weights?[row] ?? 1
      for j in 0..<width {
        let value = weight * centred[row * width + j]
        for k in 0...j { sums[j * width + k] += value * centred[row * width + k] }
      }
    }
    for j in 0..<width {
      for k in 0..<j {
        sums[j * width + k] /= (sums[j * width + j] * sums[k * width + k]).squareRoot()
      }
    }
    return sums
  }

  private func dependence(of column: Int, _ factor: [Double]) -> FlowError {
    let width = columns.count
    // Solve Lᵀ β = L's row for the coefficients of the regression.
    var coefficients = (0..<column).map { factor[column * width + $0] }
    for k in (0..<column).reversed() {
      for m in (k + 1)..<max(column, k + 1) { coefficients[k] -= factor[m * width + k] * coefficients[m] }
      coefficients[k] /= factor[k * width + k]
    }
    let others = (0..<column).filter { abs(coefficients[$0]) > 1e-6 }.map { "'\(columns[$0])'" }
    let relation =
      others.count == 1
      ? "is \(others[0]) again, up to scale and shift"
      : "is a linear combination of \(others.joined(separator: ", "))"
    return FlowError(
      .data,
      "the column '\(columns[column])' \(relation), so the events have no density; leave one of them out with --columns"
    )
  }
}
