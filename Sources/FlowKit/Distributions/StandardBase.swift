/// A base without parameters whose features are independent and follow one law: three kernels are all of it.
protocol StandardBase: BaseDistribution {
  init(dimension: Int)

  static var kernels: BaseKernels { get }
}

/// The kernels of a `StandardBase`.
struct BaseKernels {
  typealias Rows = UnsafePointer<Scalar>
  typealias MutableRows = UnsafeMutablePointer<Scalar>

  /// z, log-densities, rows, events.
  let logDensity: (Rows?, UnsafeMutablePointer<Double>?, Int, Int) -> Void
  /// z, cotangents of the log-densities, that of z, rows, events.
  let pullback: (Rows?, Rows?, MutableRows?, Int, Int) -> Void
  /// z, rows, events, seed, purpose, first event.
  let fill: (MutableRows?, Int, Int, UInt64, UInt32, UInt64) -> Void
}

extension StandardBase {
  public func ofDimension(_ dimension: Int) -> Self? { Self(dimension: dimension) }

  public static func make(_ arguments: inout LayerArguments) throws(FlowError) -> any BaseDistribution {
    Self(dimension: arguments.dimension)
  }

  public func logDensity(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) {
    z.checkLogDensities(logDensity)
    Self.kernels.logDensity(z.base, logDensity.baseAddress!, z.features, z.width)
  }

  public func logDensityWithPullback(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> BasePullback {
    self.logDensity(z, parameters, into: logDensity)
    return { cotangent, _ in z.pulledBack(cotangent, by: Self.kernels) }
  }

  public func sample(into z: inout Tile, _ parameters: Parameters, from random: EventRandom) {
    z.fill(from: random, by: Self.kernels.fill)
  }
}

extension Tile {
  func checkLogDensities(_ logDensity: UnsafeMutableBufferPointer<Double>) {
    precondition(logDensity.count == width, "\(logDensity.count) places for \(width) events")
  }

  func checkCotangent(_ cotangent: Tile) {
    precondition(cotangent.features == 1 && cotangent.width == width, "one cotangent per event")
  }

  mutating func fill(
    from random: EventRandom, draw: UInt32 = 0,
    by kernel: (UnsafeMutablePointer<Scalar>?, Int, Int, UInt64, UInt32, UInt64) -> Void
  ) {
    kernel(mutableBase(), features, width, random.seed, random.purposeWord(draw: draw), UInt64(random.first))
  }

  fileprivate func pulledBack(_ cotangent: Tile, by kernels: BaseKernels) -> Tile {
    checkCotangent(cotangent)
    var result = Tile(features: features, like: self)
    kernels.pullback(base, cotangent.base, result.mutableBase(), features, width)
    return result
  }
}
