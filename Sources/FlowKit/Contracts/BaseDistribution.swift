/// The density p₀ of the latent variable z that a flow maps data to.
///
/// `FlowKitTestSupport` proves for any base that its pullback agrees with central differences, that its density
/// integrates to 1, and that its samples follow its density.
public protocol BaseDistribution: Parameterized {
  /// The name by which `--base` and checkpoints know this kind of base, such as `mixture`.
  static var name: String { get }

  /// D.
  var dimension: Int { get }

  /// An interval for each feature outside which p₀ is 0; (−∞, ∞) by default.
  var support: [Interval] { get }

  /// What the expressivity analysis may build on; unknown by default.
  var traits: BaseTraits { get }

  /// The base as `--base` writes it, such as `mixture(8)`; by default its name.
  var text: String { get }

  /// This base with another number of features, where they are independent and each has a law and parameters of its own, so
  /// that such bases side by side are one; nil by default.
  func ofDimension(_ dimension: Int) -> Self?

  /// The base that a text such as `mixture(8)` describes; it has the dimension that `arguments` has.
  static func make(_ arguments: inout LayerArguments) throws(FlowError) -> any BaseDistribution

  /// log p₀(z) of each event, summed in Double; by default what `logDensityWithPullback` writes.
  func logDensity(_ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>)

  /// The same, and the map from the cotangent of each event's log-density to that of z; it adds to that of the
  /// parameters.
  func logDensityWithPullback(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> BasePullback

  /// Draws the events of `random` into `z`. An event is the same number for number whatever tile it falls in.
  func sample(into z: inout Tile, _ parameters: Parameters, from random: EventRandom)

  /// Draws the same events, and returns the map from ∂L/∂z to the gradient of the parameters θ: how a draw moves with θ at
  /// fixed random numbers, or implicitly, at fixed values of its distribution functions (Figurnov, Mohamed & Mnih 2018). Either
  /// way the mean of ∂f(z)/∂θ is the derivative of the mean of f(z).
  ///
  /// By default that of a base without parameters, which adds nothing.
  ///
  /// - Throws: where a base with parameters has none, naming it.
  func sampleWithPullback(
    into z: inout Tile, _ parameters: Parameters, from random: EventRandom
  ) throws(FlowError) -> SamplePullback
}

/// Takes ∂L/∂log p₀ of each event (one row), **adds** to the gradient of the base's parameters, and returns ∂L/∂z.
public typealias BasePullback = (_ logDensity: Tile, _ gradient: inout Gradient) -> Tile

/// Takes ∂L/∂z of events that were drawn and **adds** to the gradient of the base's parameters.
public typealias SamplePullback = (_ z: Tile, _ gradient: inout Gradient) -> Void

extension BaseDistribution {
  public var support: [Interval] { Array(repeating: .real, count: dimension) }
  public var traits: BaseTraits { .unknown(dimension) }
  public var text: String { Self.name }
  public func ofDimension(_ dimension: Int) -> Self? { nil }

  public func logDensity(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) {
    _ = logDensityWithPullback(z, parameters, into: logDensity)
  }

  public func sampleWithPullback(
    into z: inout Tile, _ parameters: Parameters, from random: EventRandom
  ) throws(FlowError) -> SamplePullback {
    guard parameterCount == 0 else {
      throw FlowError(
        .architecture,
        "the base \(text) does not say how its samples move with its parameters: an objective on samples needs another base"
      )
    }
    sample(into: &z, parameters, from: random)
    return { _, _ in }
  }
}
