/// N(0, I): log p₀(z) = −½ Σ zᵢ² − D/2 · log 2π.
public struct StandardNormal: BaseDistribution {
  public static let name = "normal"
  public let dimension: Int

  public init(dimension: Int) {
    self.dimension = dimension
  }

  public var traits: BaseTraits {
    BaseTraits(dimension: dimension, isNormal: true, isIndependent: true, isHeavy: false)
  }

  public func logDensity(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(logDensity.count == z.width, "\(logDensity.count) places for \(z.width) events")
    kernelNormalLogDensity(z.base, logDensity.baseAddress!, z.features, z.width)
  }

  public func logDensityWithPullback(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> BasePullback {
    self.logDensity(z, parameters, into: logDensity)
    return { cotangent, _ in z.pullBackNormal(cotangent) }
  }

  public func sample(into z: inout Tile, _ parameters: Parameters, seed: UInt64, first: Int) {
    kernelNormalFill(
      z.mutableBase(), z.features, z.width, seed, RandomPurpose.samples.rawValue, UInt64(first))
  }
}

extension Tile {
  fileprivate func pullBackNormal(_ cotangent: Tile) -> Tile {
    precondition(cotangent.features == 1 && cotangent.width == width, "one cotangent per event")
    var result = Tile(features: features, like: self)
    kernelNormalLogDensityPullback(base, cotangent.base, result.mutableBase(), features, width)
    return result
  }
}
