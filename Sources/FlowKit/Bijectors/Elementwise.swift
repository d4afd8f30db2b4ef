/// The same family of scalar maps on each feature by itself, with parameters of its own: zᵢ = g(xᵢ; φᵢ).
///
/// Without context φ (D × P) is trained directly and is the same for all events; with context a network gives it,
/// φ = network(c). log|det| = Σᵢ log|dg/dxᵢ|, exact, and the inverse costs what the forward pass does. φ starts at 0,
/// near the identity. Layer lists: `elementwise-affine`, `elementwise-rqs(bins=8,bound=5)`, `circular-rqs(bins=8)`, and with
/// context also `hidden=64x64,activation=relu` or another network by `network=` (``Conditioner``). Features that are angles
/// (``FeatureKind``) are mapped by g's circular spline.
public struct Elementwise<Map: ScalarMap>: InvertiblyDifferentiable {
  public static var layerName: String { Map.elementwiseName }
  public let dimension: Int
  public let map: Map
  /// Of each feature; nil where all are numbers.
  private let kinds: [FeatureKind]?
  private let encodedConditioner: EncodedNetwork?

  /// With the network that `makeConditioner` makes of the sizes that it is given, where there is a context.
  public init<Failure>(
    dimension: Int, contextDimension: Int, map: Map, kinds: [FeatureKind]? = nil,
    conditioner makeConditioner: (NetworkShape) throws(Failure) -> any Conditioner
  ) throws(Failure) {
    precondition(kinds?.count ?? dimension == dimension, "\(kinds!.count) kinds of \(dimension) features")
    (self.dimension, self.map, self.kinds) = (dimension, map, kinds?.unlessLines)
    guard contextDimension > 0 else {
      encodedConditioner = nil
      return
    }
    let shape = NetworkShape(
      inputs: 0, context: contextDimension, outputs: dimension * FeatureMaps(map, self.kinds).parameterCount)
    let conditioner = try makeConditioner(shape)
    shape.check(conditioner, of: Self.layerName)
    encodedConditioner = EncodedNetwork(conditioner)
  }

  /// With a perceptron.
  ///
  /// - Parameter hidden: the widths of the hidden layers between context and φ.
  public init(
    dimension: Int, contextDimension: Int = 0, map: Map, kinds: [FeatureKind]? = nil, hidden: [Int] = [64, 64],
    activation: Activation = .relu
  ) {
    self.init(dimension: dimension, contextDimension: contextDimension, map: map, kinds: kinds) { shape in
      Perceptron(
        inputs: 0, context: shape.context, hidden: hidden, outputs: shape.outputs, activation: activation)
    }
  }

  private enum CodingKeys: String, CodingKey {
    case dimension, map, kinds
    case encodedConditioner = "conditioner"
  }

  public func checkDescription() throws(FlowError) {
    try map.checkDescription()
    try DescriptionCheck.require(
      kinds?.count ?? dimension == dimension, "\(Self.layerName) has kinds of \(kinds?.count ?? 0) features")
    guard let conditioner else { return }
    try DescriptionCheck.require(
      conditioner.inputs == 0 && conditioner.context > 0
        && conditioner.outputs == dimension * maps.parameterCount,
      "the conditioner of \(Self.layerName) does not fit its map")
  }

  /// Gives φ from the context; nil without context.
  public var conditioner: (any Conditioner)? { encodedConditioner?.network }
  public var contextDimension: Int { conditioner?.context ?? 0 }
  public var parameterShapes: [ParameterShape] {
    conditioner?.parameterShapes(prefix: "conditioner/") ?? [ParameterShape("map", [dimension, maps.parameterCount])]
  }
  public var weightCount: Int { conditioner?.weightCount ?? 0 }
  public var structure: JacobianStructure {
    .diagonal(dimension, isAffine: map.isAffine && kinds == nil, signs: Array(repeating: 1, count: dimension))
  }
  public var traits: LayerTraits {
    map.family == .bend && kinds == nil
      ? .trainableKink(smooth: true)
      : .scalar(of: map, kinds: kinds, transformed: Array(0..<dimension), conditioner: nil)
  }
  public var domain: [Interval] { (0..<dimension).map { kinds.domain(of: $0, map) } }
  public func image(of input: [Interval]) -> [Interval] {
    (0..<dimension).map { kinds.kind(of: $0, after: map).domain(map) }
  }
  public func kinds(of input: [FeatureKind]) -> [FeatureKind] { (0..<dimension).map { kinds.kind(of: $0, after: map) } }
  private var maps: FeatureMaps<Map> { FeatureMaps(map, kinds) }

  public var layerList: String {
    Self.layerList(map.layerListArguments + (conditioner?.layerListArguments() ?? []))
  }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    conditioner?.initialParameters(using: &random) ?? Array(repeating: 0, count: parameterCount)
  }

  public func clearUnused(_ values: UnsafeMutableBufferPointer<Scalar>) { conditioner?.clearUnused(values) }

  // MARK: Preparation: the network's

  public var preparedCount: Int? { conditioner?.preparedCount }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    guard let conditioner else { return copy(parameters, into: prepared) }
    conditioner.prepare(parameters, into: prepared)
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    guard let conditioner else { return add(preparedGradient, to: &gradient) }
    conditioner.pullBackPreparation(
      parameters, prepared: prepared, preparedGradient: preparedGradient, to: &gradient)
  }

  // MARK: The map

  public func forward(_ x: consuming Tile, _ pass: Pass) -> Transformed {
    let φ = mapParameters(x, pass)
    return maps.forward(x, φ)
  }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    differentiated(x, pass, by: maps.forwardWithPullback)
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed {
    let φ = mapParameters(z, pass)
    return try maps.inverse(z, φ)
  }

  public func inverseWithPullback(
    _ z: consuming Tile, _ pass: Pass
  ) throws(FlowError) -> (value: Transformed, pullback: Pullback) {
    try differentiated(z, pass, by: maps.inverseWithPullback)
  }

  private func differentiated<Failure: Error>(
    _ x: consuming Tile, _ pass: Pass,
    by apply: (consuming Tile, consuming Tile) throws(Failure) -> (value: Transformed, pullback: ScalarPullback)
  ) throws(Failure) -> (value: Transformed, pullback: Pullback) {
    let input = x
    let (φ, pullBackParameters) = mapParametersWithPullback(input, pass)
    let (mapped, pullBackMap) = try apply(input, φ)
    return (
      mapped,
      { values, logDeterminant, gradient in
        let (result, φ̄) = pullBackMap(values, logDeterminant)
        pullBackParameters(φ̄, &gradient)
        return result
      }
    )
  }

  // MARK: φ, a column for each event

  private func mapParameters(_ x: Tile, _ pass: Pass) -> Tile {
    if let conditioner { return conditioner.forward(x.rows(0..<0), pass) }
    return x.repeating(pass.parameters)
  }

  private func mapParametersWithPullback(
    _ x: Tile, _ pass: Pass
  ) -> (φ: Tile, pullback: (_ φ̄: Tile, _ gradient: inout Gradient) -> Void) {
    guard let conditioner else {
      return (x.repeating(pass.parameters), { φ̄, gradient in φ̄.addRowSums(to: &gradient) })
    }
    let (φ, pullback) = conditioner.forwardWithPullback(x.rows(0..<0), pass)
    return (φ, { φ̄, gradient in _ = pullback(φ̄, &gradient) })
  }
}

extension Tile {
  /// A tile as wide as this one, each row of which repeats one parameter.
  fileprivate func repeating(_ parameters: Parameters) -> Tile {
    var result = Tile(features: parameters.count, like: self, filledWith: 0)
    result.addBias(parameters)
    return result
  }
}

extension Elementwise: ListedLayer where Map: ListedScalarMap {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    try Elementwise(
      dimension: arguments.dimension, contextDimension: arguments.contextDimension,
      map: try Map.fromLayerList(&arguments), kinds: arguments.kinds
    ) { shape throws(FlowError) in try arguments.network(shape) }
  }
}

extension Elementwise: NetworkHolder {
  var heldNetwork: (any Conditioner)? { conditioner }
}
