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

  public func logDensity(_ z: Tile, into logDensity: UnsafeMutableBufferPointer<Double>) {
    z.logDensity(into: logDensity, by: flowkit_normal_log_density)
  }

  public func pullBack(_ logDensity: Tile, at z: Tile) -> Tile {
    z.pullingBack(logDensity, by: flowkit_normal_log_density_pullback)
  }

  public func sample(into z: inout Tile, from random: EventRandom) {
    z.fill(from: random, by: flowkit_normal_fill)
  }
}
