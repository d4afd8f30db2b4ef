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

  public func logDensity(_ z: Tile, into logDensity: UnsafeMutableBufferPointer<Double>) {
    z.logDensity(into: logDensity, by: flowkit_logistic_log_density)
  }

  public func pullBack(_ logDensity: Tile, at z: Tile) -> Tile {
    z.pullingBack(logDensity, by: flowkit_logistic_log_density_pullback)
  }

  public func sample(into z: inout Tile, from random: EventRandom) {
    z.fill(from: random, by: flowkit_logistic_fill)
  }
}
