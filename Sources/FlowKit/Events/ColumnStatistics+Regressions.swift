extension ColumnStatistics {
  /// A column that others determine, and the coefficients of its regression on them, all standardized; none of a constant.
  typealias Regression = (column: Int, coefficients: [(column: Int, value: Double)])

  /// The columns that are constant, or have less than 10⁻¹⁰ of their variance left when those before them are known that are
  /// not such columns themselves; and the others.
  ///
  /// - Parameter spared: columns that are among the others in any case.
  func regressions(sparing spared: Set<Int>) -> (kept: [Int], regressions: [Regression]) {
    let (all, width) = (all, columns.count)
    let (means, deviations, correlations) = (all.means, all.standardDeviations, all.correlations)
    // Few events determine everything.
    let isConclusive = all.rows > width + 1
    var (kept, regressions): ([Int], [Regression]) = ([], [])
    var factor = [Double](repeating: 0, count: width * width)
    for j in 0..<width {
      if !(deviations[j] > 1e-14 * abs(means[j])) {
        if spared.contains(j) { kept.append(j) } else { regressions.append((j, [])) }
        continue
      }
      let row = kept.count
      for k in 0...row { factor[row * width + k] = 0 }
      var residual = 1.0
      for (k, other) in kept.enumerated() where factor[k * width + k] > 0 {
        var sum = correlations[j * width + other]
        for m in 0..<k { sum -= factor[row * width + m] * factor[k * width + m] }
        factor[row * width + k] = sum / factor[k * width + k]
        residual -= factor[row * width + k] * factor[row * width + k]
      }
      if residual < 1e-10, isConclusive, !spared.contains(j) {
        let values = Self.coefficients(of: row, factor, width: width)
        // Large coefficients that cancel each other are no relation that is safe to use.
        if values.reduce(0, { $0 + abs($1) }) <= 100 {
          regressions.append((j, zip(kept, values).map { ($0, $1) }))
          continue
        }
      }
      // A column that is kept but says nothing new stays out of regressions.
      factor[row * width + row] = residual < 1e-10 ? 0 : residual.squareRoot()
      kept.append(j)
    }
    return (kept, regressions)
  }
}
