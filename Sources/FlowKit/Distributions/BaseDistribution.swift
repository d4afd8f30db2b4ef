/// The density p₀ of the latent variable z that a flow maps data to.
public protocol BaseDistribution: Parameterized {
  /// The name by which `--base` and checkpoints know it.
  static var name: String { get }

  init(dimension: Int)

  var dimension: Int { get }

  /// What the expressivity analysis may build on; unknown by default.
  var traits: BaseTraits { get }

  /// log p₀(z) of each event, summed in Double; by default what `logDensityWithPullback` writes.
  func logDensity(_ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>)

  /// The same, and the map from the cotangent of each event's log-density to that of z; it adds to that of the parameters.
  func logDensityWithPullback(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> BasePullback

  /// Draws events `first`, `first` + 1, … of the stream (seed, `.samples`) into `z`. An event is the same number for
  /// number whatever tile it falls in.
  func sample(into z: inout Tile, _ parameters: Parameters, seed: UInt64, first: Int)
}

/// Takes ∂L/∂log p₀ of each event (one row), **adds** to the gradient of the base's parameters, and returns ∂L/∂z.
public typealias BasePullback = (_ logDensity: Tile, _ gradient: inout Gradient) -> Tile

extension BaseDistribution {
  public var traits: BaseTraits { .unknown(dimension) }

  public func logDensity(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) {
    _ = logDensityWithPullback(z, parameters, into: logDensity)
  }
}
