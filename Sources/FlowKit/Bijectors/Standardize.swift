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

  // MARK: The map

  public func forward(rows: inout [Double], firstEvent: Int, addingTo logDeterminants: inout [Double]) {
    standardize(&rows)
    logDeterminants.add(logDeterminant)
  }

  public func inverse(rows: inout [Double], addingTo logDeterminants: inout [Double]) {
    restoreUnits(&rows)
    logDeterminants.add(-logDeterminant)
  }

  public func pullBack(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {
    cotangents.replaceEach(ofRows: dimension) { cotangent, _, i in cotangent / standardDeviations[i] }
  }

  public func pullBackInverse(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {
    cotangents.replaceEach(ofRows: dimension) { cotangent, _, i in cotangent * standardDeviations[i] }
  }

  /// x ↦ (x − μ)/σ of each row.
  func standardize(_ rows: inout [Double]) {
    rows.replaceEach(ofRows: dimension) { x, _, i in (x - means[i]) / standardDeviations[i] }
  }

  /// z ↦ σz + μ of each row.
  func restoreUnits(_ rows: inout [Double]) {
    rows.replaceEach(ofRows: dimension) { z, _, i in z * standardDeviations[i] + means[i] }
  }
}
