/// An invertible map of events x ∈ ℝᴰ, possibly given a context c ∈ ℝᶜ, with a cheap log|det ∂z/∂x|.
///
/// *Forward* leads from data to latent (x ↦ z), the direction in which a likelihood is computed; *inverse* leads back.
/// A bijector is an immutable description: its parameters θ come with each call, as its slice of the flow's one buffer,
/// and every requirement takes a whole tile.
///
/// The laws, which `FlowKitTestSupport` proves for any bijector:
/// - `inverse` undoes `forward` and the reverse, within what the map's conditioning allows;
/// - the log-determinant equals that of the numerical Jacobian, and the inverse's is its negative;
/// - the pullback agrees with central differences for x, c, θ and the log-determinant's cotangent alone;
/// - an event's result does not depend on the other events of the tile, to the bit;
/// - the declared `structure` is that of the Jacobian;
/// - encoding and decoding gives the same map.
///
/// What is not checked at run time: that values are finite. A number that leaves the finite range travels through, so
/// that the trainer can name the layer it came from.
public protocol Bijector: Parameterized {
  /// The name under which layer lists and checkpoints know this kind of layer, such as `coupling-affine`.
  static var layerName: String { get }

  /// D, the number of features in and out.
  var dimension: Int { get }

  /// C, the number of context features that the map depends on; 0 (the default) ignores any context.
  var contextDimension: Int { get }

  /// The matrix entries that one event is multiplied with in one pass, masked ones not counted: twice as many floating
  /// point operations forward, six times as many with the pullback. 0 by default.
  var weightCount: Int { get }

  /// What the Jacobian ∂z/∂x looks like for every θ.
  var structure: JacobianStructure { get }

  /// What the expressivity analysis may build on besides; by default unknown.
  var traits: LayerTraits { get }

  /// The layer as a layer list writes it, such as `leaky-relu(0.1)`; by default its name.
  var layerList: String { get }

  /// The interval of each feature outside which the map is not defined; (−∞, ∞) by default.
  var domain: [Interval] { get }

  /// An interval for each feature that contains all values of z while x lies in `input`; (−∞, ∞) by default.
  func image(of input: [Interval]) -> [Interval]

  /// The kinds of the features of z, where those of x are `input`; numbers by default. What a map says to be angles it takes from
  /// angles, and is continuous where they go once around.
  func kinds(of input: [FeatureKind]) -> [FeatureKind]

  /// z and log|det ∂z/∂x|; by default the value of `forwardWithPullback`.
  func forward(_ x: consuming Tile, _ pass: Pass) -> Transformed

  /// z and log|det ∂z/∂x|, and the map from their cotangents to those of x, c and θ.
  func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback)

  /// x and log|det ∂x/∂z|; by default the value of `inverseWithPullback` where there is one.
  func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed

  /// Where training starts when `Inverted` turns the layer: `sample` holds the events as they arrive at its inverse, given
  /// the context. By default the start without data.
  func initialParameters(
    forInverse sample: Tile, given context: Tile?, using random: inout RandomStream
  ) -> [Scalar]

  /// Throws where θ breaks a promise of the layer that training cannot see, such as a Lipschitz constant below 1; by
  /// default nothing. Asked before a model is written.
  func check(_ parameters: Parameters) throws(FlowError)
}

/// A bijector whose inverse can be differentiated as well: what sample-based objectives and `Inverted` need.
public protocol InvertiblyDifferentiable: Bijector {
  /// x and log|det ∂x/∂z|, and the map from their cotangents to those of z, c and θ.
  ///
  /// An event whose inverse cannot be found numerically becomes NaN; what throws is a map without the derivative.
  func inverseWithPullback(
    _ z: consuming Tile, _ pass: Pass
  ) throws(FlowError) -> (value: Transformed, pullback: Pullback)
}

/// Takes ∂L/∂values and ∂L/∂log-determinant (one row), **adds** to the gradients of the layer's parameters and of the
/// context, and returns ∂L/∂input. Called at most once.
public typealias Pullback = (_ values: consuming Tile, _ logDeterminant: Tile, _ gradient: inout Gradient) -> Tile

// MARK: - Defaults

extension Bijector {
  public var contextDimension: Int { 0 }
  public var traits: LayerTraits { .unknown }
  public var layerList: String { Self.layerName }
  public var weightCount: Int { 0 }
  public var domain: [Interval] { Array(repeating: .real, count: dimension) }
  public func image(of input: [Interval]) -> [Interval] { Array(repeating: .real, count: dimension) }
  public func check(_ parameters: Parameters) throws(FlowError) {}

  public func initialParameters(
    forInverse sample: Tile, given context: Tile?, using random: inout RandomStream
  ) -> [Scalar] {
    initialParameters(using: &random)
  }

  public func forward(_ x: consuming Tile, _ pass: Pass) -> Transformed {
    forwardWithPullback(x, pass).value
  }
}

extension InvertiblyDifferentiable {
  public func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed {
    try inverseWithPullback(z, pass).value
  }
}
