/// Weighted means, standard deviations and correlations of columns, in Double, in one pass over rows that come in blocks.
///
/// Each block is centred on its own mean, and the blocks' sums are merged (Chan, Golub & LeVeque 1979). Means are counted
/// from that of the first rows: a number near 10⁹ itself is known to 10⁻⁷ only, which a deviation of 1 would show.
public struct ColumnStatistics: Sendable {
  public let columns: [String]
  /// The mean of the first rows; nil before.
  private var origin: [Double]?
  /// The means of all, from there.
  private var shifts: [Double]
  /// The number of rows, and Σ wᵢ.
  private var rows = 0
  private var totalWeight = 0.0
  /// Σ wᵢ (xᵢ − μ)(xᵢ − μ)ᵀ: D × D, row-major, the lower triangle.
  private var scatter: [Double]

  /// Of no rows yet.
  public init(columns: [String]) {
    self.columns = columns
    shifts = columns.map { _ in 0 }
    scatter = Array(repeating: 0, count: columns.count * columns.count)
  }

  /// - Parameters:
  ///   - rows: N × D values, row-major, finite.
  ///   - weights: N weights, or nil for equal ones.
  public init(_ rows: [Double], columns: [String], weights: [Double]? = nil) {
    self.init(columns: columns)
    add(rows, weights: weights)
  }

  public var means: [Double] { zip(origin ?? shifts, shifts).map(+) }

  /// √(Σ wᵢ (xᵢ − μ)² / Σ wᵢ).
  public var standardDeviations: [Double] {
    columns.indices.map { (scatter[$0 * columns.count + $0] / totalWeight).squareRoot() }
  }

  /// Adds N × D values, row-major, finite, and N weights.
  public mutating func add(_ values: [Double], weights: [Double]? = nil) {
    let count = values.count / columns.count
    for first in stride(from: 0, to: count, by: 1_024) {
      add(first..<min(count, first + 1_024), of: values, weights)
    }
  }

  private mutating func add(_ range: Range<Int>, of values: [Double], _ weights: [Double]?) {
    let width = columns.count
    rows += range.count
    let weight = weights.map { $0[range].reduce(0, +) } ?? Double(range.count)
    guard weight > 0 else { return }
    func mean(from origin: [Double]) -> [Double] {
      var sums = [Double](repeating: 0, count: width)
      for row in range {
        let w = weights?[row] ?? 1
        for column in 0..<width { sums[column] += w * (values[row * width + column] - origin[column]) }
      }
      return sums.map { $0 / weight }
    }
    let origin = origin ?? mean(from: shifts)
    self.origin = origin
    let shift = mean(from: origin)
    // That shift is rounded: what the rows say about the rest is taken into account.
    var centred = [Double](repeating: 0, count: range.count * width)
    var rest = [Double](repeating: 0, count: width)
    for (place, row) in range.enumerated() {
      let w = weights?[row] ?? 1
      let root = w.squareRoot()
      for column in 0..<width {
        let difference = (values[row * width + column] - origin[column]) - shift[column]
        rest[column] += w * difference
        centred[place * width + column] = root * difference
      }
    }
    Products.addScatter(of: centred, columns: width, to: &scatter)
    for column in 0..<width { rest[column] /= weight }
    merge(shift, rest, weight)
  }

  /// Moves the sums to the mean of all rows.
  private mutating func merge(_ shift: [Double], _ rest: [Double], _ weight: Double) {
    let width = columns.count
    let total = totalWeight + weight
    let difference = (0..<width).map { (shift[$0] - shifts[$0]) + rest[$0] }
    let between = totalWeight * weight / total
    for j in 0..<width {
      for k in 0...j {
        scatter[j * width + k] += difference[j] * difference[k] * between - rest[j] * rest[k] * weight
      }
      shifts[j] += difference[j] * (weight / total)
    }
    totalWeight = total
  }

  /// The standardization by these statistics.
  ///
  /// - Parameter setting: what chooses these columns, for the remedy.
  /// - Throws: where a column is constant, naming it.
  public func standardization(of setting: Remedy.Setting = .columns) throws(FlowError) -> Standardize {
    try checkVariation(of: setting)
    return Standardize(means: means, standardDeviations: standardDeviations)
  }

  /// Throws where a column is constant, naming it.
  func checkVariation(of setting: Remedy.Setting = .columns) throws(FlowError) {
    // Rounding may leave the sum of a constant column below 0.
    let means = means
    for (index, deviation) in standardDeviations.enumerated() where !(deviation > 1e-14 * abs(means[index])) {
      throw FlowError(
        .data,
        "the column '\(columns[index])' is constant (\(means[index]) in every row)", fix: .leaveOut(of: setting))
    }
  }

  /// Throws where there are not more events than columns.
  func checkCount() throws(FlowError) {
    let width = columns.count
    guard rows > width else {
      throw FlowError(
        .data,
        "\(rows) training rows are too few for \(width) columns; at least \(width + 1) are needed")
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
    var sums = scatter
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
      "the column '\(columns[column])' \(relation), so the events have no density", fix: .leaveOutOne(of: .columns))
  }
}
