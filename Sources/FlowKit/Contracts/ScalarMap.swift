internal import CFlowKernels

/// A strictly monotone family of maps ℝ → ℝ, y = g(x; φ), whose parameters φ a conditioner gives for each event.
///
/// Written once and used by coupling, autoregressive and element-wise layers, which `Registry.adding(map:)` makes of it.
/// Parameter p of feature i stands in row i · `parameterCount` + p of φ. φ = 0 is near the identity, where training starts.
/// A map's author writes `name`, `parameterCount`, `forwardWithPullback` and `inverse`; the rest has defaults.
public protocol ScalarMap: Sendable, Codable {
  /// The name that layer names end in: `affine` for `coupling-affine`.
  static var name: String { get }

  /// The name of the element-wise layer; by default `elementwise-` and the map's name.
  static var elementwiseName: String { get }

  /// Throws where this is no description of a map; see ``Parameterized/checkDescription()``. Nothing by default.
  func checkDescription() throws(FlowError)

  /// The interval on which the map is defined and which it takes onto itself; ℝ by default.
  var domain: Interval { get }

  /// The number of parameters per feature.
  var parameterCount: Int { get }

  /// Whether y = αx + β for every φ; false by default.
  var isAffine: Bool { get }

  /// What the expressivity analysis may build on; unknown by default.
  var family: ScalarFamily { get }

  /// B, where the map is the identity outside [−B, B]; nil by default.
  var box: Double? { get }

  /// B, where the map is affine outside [−B, B] by a slope that depends on φ; nil by default.
  var affineBeyond: Double? { get }

  /// Whether dy/dx lies between two bounds above 0 that hold for every φ, and |y − x| grows with |φ| at most linearly; true by default.
  var hasBoundedSlopes: Bool { get }

  /// Whether the inverse is found by a search; false by default.
  var isInvertedBySearch: Bool { get }

  /// The bins of the circular spline by which a layer of this map maps features that are angles (``FeatureKind``); 8 by default.
  var circularBins: Int { get }

  /// The arguments of a layer list that make this map; none by default.
  var layerListArguments: [String] { get }

  /// y and log|dy/dx| summed over the features; by default the value of `forwardWithPullback`.
  func forward(_ x: consuming Tile, _ φ: Tile) -> Transformed

  /// The same, with the map from the cotangents of y and of the log-determinant to those of x and φ.
  func forwardWithPullback(_ x: consuming Tile, _ φ: consuming Tile) -> (value: Transformed, pullback: ScalarPullback)

  /// g′(x; φ) and ∂ log g′/∂x of each feature; by default what the pullback makes of ones, which costs two more passes.
  func slopes(_ x: Tile, _ φ: Tile) -> (slope: Tile, logSlopeDerivative: Tile)

  /// x and log|dx/dy| summed over the features. A map that is inverted by a search throws where it finds no x.
  func inverse(_ y: consuming Tile, _ φ: Tile) throws(FlowError) -> Transformed

  /// The same, with its pullback; by default from `forwardWithPullback` and `slopes`.
  func inverseWithPullback(
    _ y: consuming Tile, _ φ: consuming Tile
  ) throws(FlowError) -> (value: Transformed, pullback: ScalarPullback)
}

extension ScalarMap {
  public static var elementwiseName: String { "elementwise-\(name)" }
  public func checkDescription() throws(FlowError) {}
  public var domain: Interval { .real }
  public var isAffine: Bool { false }
  public var family: ScalarFamily { .unknown }
  public var box: Double? { nil }
  public var affineBeyond: Double? { nil }
  public var hasBoundedSlopes: Bool { true }
  public var isInvertedBySearch: Bool { false }
  public var circularBins: Int { 8 }
  public var layerListArguments: [String] { [] }

  public func forward(_ x: consuming Tile, _ φ: Tile) -> Transformed { forwardWithPullback(x, φ).value }

  public func slopes(_ x: Tile, _ φ: Tile) -> (slope: Tile, logSlopeDerivative: Tile) {
    func derivative(ofValues values: Scalar, logDeterminant: Scalar) -> Tile {
      forwardWithPullback(x, φ).pullback(
        Tile(features: x.features, like: x, filledWith: values), Tile(features: 1, like: x, filledWith: logDeterminant)
      ).input
    }
    return (derivative(ofValues: 1, logDeterminant: 0), derivative(ofValues: 0, logDeterminant: 1))
  }

  /// The inverse x(y) has dx = (dy − g_φ dφ)/g′ and the log-determinant −log g′. So its pullback is the forward one at x,
  /// called with −ȳ and −l̄, where ȳ = (x̄ − l̄ ∂log g′/∂x)/g′ is the cotangent of y.
  public func inverseWithPullback(
    _ y: consuming Tile, _ φ: consuming Tile
  ) throws(FlowError) -> (value: Transformed, pullback: ScalarPullback) {
    let parameters = φ
    let value = try inverse(y, parameters)
    let (_, pullback) = forwardWithPullback(value.values, parameters)
    let (slope, logSlopeDerivative) = slopes(value.values, parameters)
    return (
      value,
      { values, logDeterminant in
        var ȳ = values
        ȳ.becomeCotangentOfInverse(logDeterminant, slope, logSlopeDerivative)
        return (ȳ, pullback(ȳ.negated, logDeterminant.negated).φ)
      }
    )
  }
}

extension Tile {
  /// x̄ becomes ȳ = (x̄ − l̄ ∂log g′/∂x)/g′.
  fileprivate mutating func becomeCotangentOfInverse(_ logDeterminant: Tile, _ slope: Tile, _ bend: Tile) {
    checkShape(slope)
    checkShape(bend)
    checkCotangent(logDeterminant)
    flowkit_inverse_cotangents(mutableBase(), logDeterminant.base, slope.base, bend.base, features, width)
  }
}

/// Takes ∂L/∂output and ∂L/∂log-determinant (one row) and returns ∂L/∂input and ∂L/∂φ. Called at most once.
public typealias ScalarPullback = (_ values: consuming Tile, _ logDeterminant: Tile) -> (input: Tile, φ: Tile)
