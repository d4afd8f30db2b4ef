/// z = L⁻¹ (x − μ)/σ with the means μ, standard deviations σ and correlations R = LLᵀ of the training events (Cholesky
/// whitening): their z have mean 0 and covariance I. log|det| = −Σ log σᵢ − Σ log Lᵢᵢ.
///
/// zᵢ depends on x₀ … xᵢ. Correlations rather than covariances are factored so that columns in different units do no
/// harm. `flowctl fit --preprocess whiten`.
public struct Whiten: InvertiblyDifferentiable, Preprocessing {
  public static let layerName = "whiten"
  public let means: [Double]
  public let standardDeviations: [Double]
  /// L, D × D row-major, lower triangular with a positive diagonal.
  public let factor: [Double]

  private enum CodingKeys: CodingKey { case means, standardDeviations, factor }

  public init(means: [Double], standardDeviations: [Double], factor: [Double]) {
    let dimension = means.count
    precondition(
      standardDeviations.count == dimension && factor.count == dimension * dimension,
      "\(dimension) means, \(standardDeviations.count) deviations, \(factor.count) entries of a factor")
    precondition(
      standardDeviations.allSatisfy { $0 > 0 && $0.isFinite }
        && (0..<dimension).allSatisfy { factor[$0 * dimension + $0] > 0 },
      "standard deviations and the factor's diagonal are above 0")
    (self.means, self.standardDeviations, self.factor) = (means, standardDeviations, factor)
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(
      standardDeviations.count == dimension && factor.count == dimension * dimension
        && standardDeviations.allSatisfy { $0 > 0 && $0.isFinite }
        && (0..<dimension).allSatisfy { factor[$0 * dimension + $0] > 0 },
      "\(Self.layerName) has no factor, means and standard deviations of one number of features")
  }

  public var dimension: Int { means.count }
  public var structure: JacobianStructure { .lower(dimension, isAffine: true, signs: means.map { _ in 1 }) }

  private var logDeterminant: Double {
    (0..<dimension).reduce(0) {
      $0 - Double.log(standardDeviations[$1]) - Double.log(factor[$1 * dimension + $1])
    }
  }

  public func summary(columns: [String]) -> String {
    summary(columns: columns) { means[$0] != 0 || standardDeviations[$0] != 1 }
  }

  // MARK: The map

  /// x ↦ (x − μ)/σ.
  private var units: Standardize { Standardize(means: means, standardDeviations: standardDeviations) }

  public func forward(rows: inout [Double], firstEvent: Int, addingTo logDeterminants: inout [Double]) {
    units.standardize(&rows)
    rows.replaceRows(dimension) { row in
      for i in 0..<dimension {
        for j in 0..<i { row[i] -= factor[i * dimension + j] * row[j] }
        row[i] /= factor[i * dimension + i]
      }
    }
    logDeterminants.add(logDeterminant)
  }

  public func inverse(rows: inout [Double], addingTo logDeterminants: inout [Double]) {
    rows.replaceRows(dimension) { row in
      for i in (0..<dimension).reversed() {
        row[i] = (0...i).reduce(0) { $0 + factor[i * dimension + $1] * row[$1] }
      }
    }
    units.restoreUnits(&rows)
    logDeterminants.add(-logDeterminant)
  }

  /// z̄ ↦ L⁻ᵀz̄ / σ.
  public func pullBack(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {
    cotangents.replaceRows(dimension) { row in
      for i in (0..<dimension).reversed() {
        for j in (i + 1)..<dimension { row[i] -= factor[j * dimension + i] * row[j] }
        row[i] /= factor[i * dimension + i]
      }
    }
    units.pullBack(&cotangents, at: x, logDeterminants: weights)
  }

  /// x̄ ↦ Lᵀ(σx̄).
  public func pullBackInverse(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {
    units.pullBackInverse(&cotangents, at: x, logDeterminants: weights)
    cotangents.replaceRows(dimension) { row in
      for i in 0..<dimension {
        row[i] = (i..<dimension).reduce(0) { $0 + factor[$1 * dimension + i] * row[$1] }
      }
    }
  }
}

extension [Double] {
  /// Calls `body` with each row of `dimension` features.
  @inline(__always)
  fileprivate mutating func replaceRows(_ dimension: Int, _ body: (UnsafeMutableBufferPointer<Double>) -> Void) {
    withUnsafeMutableBufferPointer { rows in
      for start in stride(from: 0, to: rows.count, by: dimension) {
        body(UnsafeMutableBufferPointer(rebasing: rows[start..<(start + dimension)]))
      }
    }
  }
}
