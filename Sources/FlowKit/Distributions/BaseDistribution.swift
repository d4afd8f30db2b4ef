/// The density p₀ of the latent variable z that a flow maps data to.
public protocol BaseDistribution: Sendable, Codable {
  /// The name by which `--base` and checkpoints know it.
  static var name: String { get }

  init(dimension: Int)

  var dimension: Int { get }

  /// log p₀(z) of each event, summed in Double.
  func logDensity(_ z: Tile, into logDensity: UnsafeMutableBufferPointer<Double>)

  /// ∂L/∂z for the cotangent ∂L/∂log p₀ of each event (one row).
  func pullBackLogDensity(_ z: Tile, cotangent: Tile) -> Tile

  /// Draws events `first`, `first` + 1, … of the stream (seed, `.samples`) into `z`. An event is the same number for
  /// number whatever tile it falls in.
  func sample(into z: inout Tile, seed: UInt64, first: Int)
}

/// N(0, I): log p₀(z) = −½ Σ zᵢ² − D/2 · log 2π.
public struct StandardNormal: BaseDistribution {
  public static let name = "normal"
  public let dimension: Int

  public init(dimension: Int) {
    self.dimension = dimension
  }

  public func logDensity(_ z: Tile, into logDensity: UnsafeMutableBufferPointer<Double>) {
    precondition(logDensity.count == z.width, "\(logDensity.count) places for \(z.width) events")
    kernelNormalLogDensity(z.base, logDensity.baseAddress!, z.features, z.width)
  }

  public func pullBackLogDensity(_ z: Tile, cotangent: Tile) -> Tile {
    z.pullBackNormal(cotangent)
  }

  public func sample(into z: inout Tile, seed: UInt64, first: Int) {
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
