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

  // MARK: Raw events, in Double

  public func forward(rows: inout [Double], firstEvent: Int, addingTo logDeterminants: inout [Double]) {
    let change = logDeterminant
    for event in logDeterminants.indices {
      let start = event * dimension
      for i in 0..<dimension {
        var z = (rows[start + i] - means[i]) / standardDeviations[i]
        for j in 0..<i { z -= factor[i * dimension + j] * rows[start + j] }
        rows[start + i] = z / factor[i * dimension + i]
      }
      logDeterminants[event] += change
    }
  }

  public func inverse(rows: inout [Double]) {
    for start in stride(from: 0, to: rows.count, by: dimension) {
      for i in (0..<dimension).reversed() {
        let x = (0...i).reduce(0) { $0 + factor[i * dimension + $1] * rows[start + $1] }
        rows[start + i] = x * standardDeviations[i] + means[i]
      }
    }
  }

  public func summary(columns: [String]) -> String {
    summary(columns: columns) { means[$0] != 0 || standardDeviations[$0] != 1 }
  }

  // MARK: Tiles

  private var matrix: WeightMatrix {
    WeightMatrix(Parameters(factor.map { Scalar($0) }), rows: dimension, columns: dimension)
  }
  private var shift: Parameters { Parameters(means.map { Scalar($0) }) }
  private var scale: Parameters { Parameters(standardDeviations.map { Scalar($0) }) }
  private var inverseScale: Parameters { Parameters(standardDeviations.map { Scalar(1 / $0) }) }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    let (L, inverseScale) = (matrix, inverseScale)
    var z = x
    z.addBias(shift, scaledBy: -1)
    z.scaleRows(by: inverseScale)
    L.solveTriangular(lower: true, in: &z)
    return (
      Transformed(z, LogDeterminant(constant: logDeterminant)),
      { values, _, _ in
        var result = values
        L.solveTriangular(lower: true, transposed: true, in: &result)
        result.scaleRows(by: inverseScale)
        return result
      }
    )
  }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    let (L, scale) = (matrix, scale)
    let input = z
    var x = Tile(features: dimension, like: input)
    L.multiply(input, into: &x)
    x.scaleRows(by: scale)
    x.addBias(shift)
    return (
      Transformed(x, LogDeterminant(constant: -logDeterminant)),
      { values, _, _ in
        var scaled = values
        scaled.scaleRows(by: scale)
        var result = Tile(features: dimension, like: scaled)
        L.multiplyTransposed(scaled, into: &result)
        return result
      }
    )
  }
}
