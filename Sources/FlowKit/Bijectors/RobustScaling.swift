/// zᵢ = (xᵢ − mᵢ)/sᵢ with the median m and s = (q₃ − q₁)/1.349 from the quartiles, which outliers do not move: of normal
/// data s is the standard deviation. log|det| = −Σ log sᵢ.
///
/// `flowctl fit --preprocess robust`.
public struct RobustScaling: ElementwisePreprocessing {
  public static let layerName = "robust"
  public let medians: [Double]
  public let scales: [Double]

  private enum CodingKeys: CodingKey { case medians, scales }

  public init(medians: [Double], scales: [Double]) {
    precondition(medians.count == scales.count, "\(medians.count) medians, \(scales.count) scales")
    precondition(scales.allSatisfy { $0 > 0 && $0.isFinite }, "scales are finite and above 0")
    (self.medians, self.scales) = (medians, scales)
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(
      scales.count == medians.count && scales.allSatisfy { $0 > 0 && $0.isFinite },
      "\(Self.layerName) has other numbers of medians and of scales above 0")
  }

  /// The distance between the quartiles of the standard normal distribution.
  static let normalQuartileDistance = 1.3489795003921634

  public var dimension: Int { medians.count }
  public var isAffine: Bool { true }

  public func forward(_ x: Double, feature: Int) -> ElementwiseValue {
    .linear((x - medians[feature]) / scales[feature], slope: 1 / scales[feature])
  }

  public func inverse(_ z: Double, feature: Int) -> ElementwiseValue {
    .linear(z * scales[feature] + medians[feature], slope: scales[feature])
  }

  public func summary(columns: [String]) -> String {
    summary(columns: columns) { medians[$0] != 0 || scales[$0] != 1 }
  }
}
