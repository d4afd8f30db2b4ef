internal import CFlowKernels

/// N(0, I): log p₀(z) = −½ Σ zᵢ² − D/2 · log 2π. Text: `normal`.
public struct StandardNormal: StandardBase {
  public static let name = "normal"
  public let dimension: Int

  private enum CodingKeys: CodingKey { case dimension }

  public init(dimension: Int) {
    self.dimension = dimension
  }

  public var traits: BaseTraits {
    var traits = BaseTraits(dimension: dimension, isNormal: true, isIndependent: true, isHeavy: false)
    traits.isCentred = true
    return traits
  }

  static var kernels: BaseKernels {
    BaseKernels(
      logDensity: flowkit_normal_log_density, pullback: flowkit_normal_log_density_pullback,
      fill: flowkit_normal_fill)
  }
}
