/// zᵢ = (xᵢ − μᵢ)/σᵢ with constants μ, σ in Double; log|det| = −Σ log σᵢ.
///
/// The usual first layer: it brings data in their own units to the scale on which networks train.
public struct Standardize: InvertiblyDifferentiable, Preprocessing {
  public static let layerName = "standardize"
  public let means: [Double]
  public let standardDeviations: [Double]

  private enum CodingKeys: CodingKey { case means, standardDeviations }

  public init(means: [Double], standardDeviations: [Double]) {
    precondition(
      means.count == standardDeviations.count, "\(means.count) means, \(standardDeviations.count) deviations")
    precondition(
      standardDeviations.allSatisfy { $0 > 0 && $0.isFinite }, "standard deviations are finite and above 0")
    self.means = means
    self.standardDeviations = standardDeviations
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(
      standardDeviations.count == means.count && standardDeviations.allSatisfy { $0 > 0 && $0.isFinite },
      "\(Self.layerName) has other numbers of means and of standard deviations above 0")
  }

  public var dimension: Int { means.count }
  public var structure: JacobianStructure { .diagonal(dimension, isAffine: true, signs: means.map { _ in 1 }) }
  public var traits: LayerTraits { .affine(.fixedDiagonal(signs: means.map { _ in 1 }), shift: false) }
  private var logDeterminant: Double { -standardDeviations.reduce(0) { $0 + Double.log($1) } }

  public func summary(columns: [String]) -> String {
    summary(columns: columns) { means[$0] != 0 || standardDeviations[$0] != 1 }
  }

  // MARK: Raw events, in Double

  public func forward(rows: inout [Double], firstEvent: Int, addingTo logDeterminants: inout [Double]) {
    for start in stride(from: 0, to: rows.count, by: dimension) {
      for i in 0..<dimension { rows[start + i] = (rows[start + i] - means[i]) / standardDeviations[i] }
    }
    let change = logDeterminant
    for event in logDeterminants.indices { logDeterminants[event] += change }
  }

  public func inverse(rows: inout [Double]) {
    for start in stride(from: 0, to: rows.count, by: dimension) {
      for i in 0..<dimension { rows[start + i] = rows[start + i] * standardDeviations[i] + means[i] }
    }
  }

  // MARK: Tiles

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    let scale = Parameters(standardDeviations.map { Scalar(1 / $0) })
    var z = x
    z.addBias(Parameters(means.map { Scalar(-$0) }))
    z.scaleRows(by: scale)
    return (Transformed(z, LogDeterminant(constant: logDeterminant)), Self.scaling(by: scale))
  }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    let scale = Parameters(standardDeviations.map { Scalar($0) })
    var x = z
    x.scaleRows(by: scale)
    x.addBias(Parameters(means.map { Scalar($0) }))
    return (Transformed(x, LogDeterminant(constant: -logDeterminant)), Self.scaling(by: scale))
  }

  private static func scaling(by scale: Parameters) -> Pullback {
    { values, _, _ in
      var result = values
      result.scaleRows(by: scale)
      return result
    }
  }
}
