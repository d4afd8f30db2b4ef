/// A base without parameters whose features are independent and follow one law: its density, the derivative and the draws
/// are all of it.
public protocol StandardBase: BaseDistribution {
  init(dimension: Int)

  /// log p₀(z) of each event, summed in Double.
  func logDensity(_ z: Tile, into logDensity: UnsafeMutableBufferPointer<Double>)

  /// ∂L/∂z for ∂L/∂log p₀ of each event (one row).
  func pullBack(_ logDensity: Tile, at z: Tile) -> Tile

  /// Draws the events of `random` into `z`.
  func sample(into z: inout Tile, from random: EventRandom)
}

extension StandardBase {
  public func ofDimension(_ dimension: Int) -> Self? { Self(dimension: dimension) }

  public static func make(_ arguments: inout LayerArguments) throws(FlowError) -> any BaseDistribution {
    Self(dimension: arguments.dimension)
  }

  public func logDensity(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) {
    self.logDensity(z, into: logDensity)
  }

  public func logDensityWithPullback(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> BasePullback {
    self.logDensity(z, into: logDensity)
    return { cotangent, _ in pullBack(cotangent, at: z) }
  }

  public func sample(into z: inout Tile, _ parameters: Parameters, from random: EventRandom) {
    sample(into: &z, from: random)
  }
}

// MARK: - Bases that are kernels

extension Tile {
  /// Log-densities by a kernel: z, their places, rows, events.
  func logDensity(
    into logDensity: UnsafeMutableBufferPointer<Double>,
    by kernel: (UnsafePointer<Scalar>?, UnsafeMutablePointer<Double>?, Int, Int) -> Void
  ) {
    checkLogDensities(logDensity)
    kernel(base, logDensity.baseAddress!, features, width)
  }

  /// The cotangent of z by a kernel: z, cotangents of the log-densities, that of z, rows, events.
  func pullingBack(
    _ cotangent: Tile,
    by kernel: (UnsafePointer<Scalar>?, UnsafePointer<Scalar>?, UnsafeMutablePointer<Scalar>?, Int, Int) -> Void
  ) -> Tile {
    checkCotangent(cotangent)
    var result = Tile(features: features, like: self)
    kernel(base, cotangent.base, result.mutableBase(), features, width)
    return result
  }

  /// Draws by a kernel: z, rows, events, seed, purpose, first event.
  mutating func fill(
    from random: EventRandom, draw: UInt32 = 0,
    by kernel: (UnsafeMutablePointer<Scalar>?, Int, Int, UInt64, UInt32, UInt64) -> Void
  ) {
    kernel(mutableBase(), features, width, random.seed, random.purposeWord(draw: draw), UInt64(random.first))
  }

  func checkLogDensities(_ logDensity: UnsafeMutableBufferPointer<Double>) {
    precondition(logDensity.count == width, "\(logDensity.count) places for \(width) events")
  }

  func checkCotangent(_ cotangent: Tile) {
    precondition(cotangent.features == 1 && cotangent.width == width, "one cotangent per event")
  }
}
