internal import CFlowKernels

/// Independent standard Laplace features: log p₀(z) = −Σ |zᵢ| − D log 2, of variance 2. Text: `laplace`.
///
/// Samples reach |z| = 22 in Float and 36 in Double, beyond which lies a probability of 2⁻³² and 2⁻⁵².
public struct Laplace: StandardBase {
  public static let name = "laplace"
  public let dimension: Int

  private enum CodingKeys: CodingKey { case dimension }

  public init(dimension: Int) {
    self.dimension = dimension
  }

  public var traits: BaseTraits { BaseTraits(dimension: dimension, isIndependent: true, isHeavy: false) }

  static var kernels: BaseKernels {
    BaseKernels(
      logDensity: flowkit_laplace_log_density, pullback: flowkit_laplace_log_density_pullback,
      fill: flowkit_laplace_fill)
  }
}
