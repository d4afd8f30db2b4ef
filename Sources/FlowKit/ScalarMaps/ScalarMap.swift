/// A strictly monotone family of maps ℝ → ℝ, y = g(x; φ), whose parameters φ a conditioner gives for each event.
///
/// Written once and used by coupling, autoregressive and element-wise layers. Parameter p of feature i stands in row
/// i · `parameterCount` + p of φ. φ = 0 is near the identity, where training starts.
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

  /// The arguments of a layer list that make this map; none by default.
  var layerListArguments: [String] { get }

  /// y and log|dy/dx| summed over the features.
  func forward(_ x: consuming Tile, _ φ: Tile) -> Transformed

  /// The same, with the map from the cotangents of y and of the log-determinant to those of x and φ.
  func forwardWithPullback(_ x: consuming Tile, _ φ: consuming Tile) -> (value: Transformed, pullback: ScalarPullback)

  /// x and log|dx/dy| summed over the features.
  func inverse(_ y: consuming Tile, _ φ: Tile) -> Transformed

  /// The same, with its pullback.
  func inverseWithPullback(_ y: consuming Tile, _ φ: consuming Tile) -> (value: Transformed, pullback: ScalarPullback)
}

extension ScalarMap {
  public static var elementwiseName: String { "elementwise-\(name)" }
  public func checkDescription() throws(FlowError) {}
  public var domain: Interval { .real }
  public var isAffine: Bool { false }
  public var family: ScalarFamily { .unknown }
  public var box: Double? { nil }
  public var layerListArguments: [String] { [] }
}

/// Takes ∂L/∂output and ∂L/∂log-determinant (one row) and returns ∂L/∂input and ∂L/∂φ. Called at most once.
public typealias ScalarPullback = (_ values: consuming Tile, _ logDeterminant: Tile) -> (input: Tile, φ: Tile)
