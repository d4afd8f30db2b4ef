/// zᵢ = asinh((xᵢ − mᵢ)/sᵢ): linear near the median m and logarithmic far away, so that heavy tails become short ones.
/// log|det| = −Σ log sᵢ − ½ Σ log(1 + uᵢ²) with u = (x − m)/s.
///
/// A feature with `scales` nil is left alone. m and s are those of `RobustScaling`. `flowctl fit --preprocess arcsinh`.
public struct Arcsinh: ElementwisePreprocessing {
  public static let layerName = "arcsinh"
  public let medians: [Double]
  public let scales: [Double?]

  private enum CodingKeys: CodingKey { case medians, scales }

  public init(medians: [Double], scales: [Double?]) {
    precondition(medians.count == scales.count, "\(medians.count) medians, \(scales.count) scales")
    precondition(scales.allSatisfy { $0 == nil || $0! > 0 && $0!.isFinite }, "scales are finite and above 0")
    (self.medians, self.scales) = (medians, scales)
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(
      scales.count == medians.count && scales.allSatisfy { $0 == nil || $0! > 0 && $0!.isFinite },
      "\(Self.layerName) has other numbers of medians and of scales above 0")
  }

  public var dimension: Int { medians.count }
  public var isAffine: Bool { scales.allSatisfy { $0 == nil } }

  public func forward(_ x: Double, feature: Int) -> ElementwiseValue {
    guard let s = scales[feature] else { return .identity(x) }
    let u = (x - medians[feature]) / s
    let root = Double.hypot(1, u)
    return ElementwiseValue(
      .asinh(u), slope: 1 / (s * root), logSlope: -.log(s) - .log(root), logSlopeDerivative: -u / root / root / s)
  }

  public func inverse(_ z: Double, feature: Int) -> ElementwiseValue {
    guard let s = scales[feature] else { return .identity(z) }
    // log cosh z without the overflow of cosh.
    let logCosh = abs(z) + .log(onePlus: .exp(-2 * abs(z))) - .log(2)
    return ElementwiseValue(
      medians[feature] + s * .sinh(z), slope: s * .cosh(z), logSlope: .log(s) + logCosh, logSlopeDerivative: .tanh(z))
  }

  public func summary(columns: [String]) -> String { summary(columns: columns) { scales[$0] != nil } }
}
