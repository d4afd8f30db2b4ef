internal import CFlowKernels

/// Independent standard logistic features: log p₀(z) = −Σ (|zᵢ| + 2 log(1 + exp(−|zᵢ|))), of variance π²/3. Text:
/// `logistic`.
///
/// Samples reach |z| = 22 in Float and 36 in Double, beyond which lies a probability of 2⁻³² and 2⁻⁵².
public struct Logistic: StandardBase {
  public static let name = "logistic"
  public let dimension: Int

  private enum CodingKeys: CodingKey { case dimension }

  public init(dimension: Int) {
    self.dimension = dimension
  }

  public var traits: BaseTraits { BaseTraits(dimension: dimension, isIndependent: true, isHeavy: false) }

  static var kernels: BaseKernels {
    BaseKernels(
      logDensity: flowkit_logistic_log_density, pullback: flowkit_logistic_log_density_pullback,
      fill: flowkit_logistic_fill)
  }
}
