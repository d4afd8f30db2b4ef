/// The same family of scalar maps on each feature by itself, with parameters of its own: zᵢ = g(xᵢ; φᵢ).
///
/// Without context φ (D × P) is trained directly and is the same for all events; with context a perceptron gives it,
/// φ = perceptron(c). log|det| = Σᵢ log|dg/dxᵢ|, exact, and the inverse costs what the forward pass does. φ starts at 0,
/// near the identity. Layer lists: `elementwise-affine`, `elementwise-rqs(bins=8,bound=5)`, `circular-rqs(bins=8)`, and with
/// context also `hidden=64x64,activation=relu`.
public struct Elementwise<Map: ScalarMap>: InvertiblyDifferentiable {
  public static var layerName: String { Map.elementwiseName }
  public let dimension: Int
  public let map: Map
  /// Gives φ from the context; nil without context.
  public let conditioner: Perceptron?

  private enum CodingKeys: CodingKey { case dimension, map, conditioner }

  /// - Parameter hidden: the widths of the hidden layers between context and φ.
  public init(
    dimension: Int, contextDimension: Int = 0, map: Map, hidden: [Int] = [64, 64], activation: Activation = .relu
  ) {
    self.dimension = dimension
    self.map = map
    conditioner =
      contextDimension == 0
      ? nil
      : Perceptron(
        inputs: 0, context: contextDimension, hidden: hidden, outputs: dimension * map.parameterCount,
        activation: activation)
  }

  public func checkDescription() throws(FlowError) {
    try map.checkDescription()
    try DescriptionCheck.require(
      conditioner == nil
        || conditioner!.inputs == 0 && conditioner!.context > 0
          && conditioner!.outputs == dimension * map.parameterCount,
      "the conditioner of \(Self.layerName) does not fit its map")
  }

  public var contextDimension: Int { conditioner?.context ?? 0 }
  public var parameterShapes: [ParameterShape] {
    conditioner?.parameterShapes(prefix: "conditioner/") ?? [ParameterShape("map", [dimension, map.parameterCount])]
  }
  public var weightCount: Int { conditioner?.weightCount ?? 0 }
  public var structure: JacobianStructure {
    .diagonal(dimension, isAffine: map.isAffine, signs: Array(repeating: 1, count: dimension))
  }
  public var traits: LayerTraits {
    .scalar(map.family, transformed: Array(0..<dimension), universal: true, box: map.box)
  }
  public var domain: [Interval] { Array(repeating: map.domain, count: dimension) }
  public func image(of input: [Interval]) -> [Interval] { domain }

  public var layerList: String {
    let arguments = map.layerListArguments + (conditioner.map { [$0.layerListArguments] } ?? [])
    return Self.layerList(arguments)
  }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    conditioner?.initialParameters(using: &random) ?? Array(repeating: 0, count: parameterCount)
  }

  public func forward(_ x: consuming Tile, _ pass: Pass) -> Transformed {
    let φ = mapParameters(x, pass)
    return map.forward(x, φ)
  }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    differentiated(x, pass, by: map.forwardWithPullback)
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed {
    let φ = mapParameters(z, pass)
    return try map.inverse(z, φ)
  }

  public func inverseWithPullback(
    _ z: consuming Tile, _ pass: Pass
  ) throws(FlowError) -> (value: Transformed, pullback: Pullback) {
    try differentiated(z, pass, by: map.inverseWithPullback)
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
    let map = try Map.fromLayerList(&arguments)
    guard arguments.contextDimension > 0 else { return Elementwise(dimension: arguments.dimension, map: map) }
    return Elementwise(
      dimension: arguments.dimension, contextDimension: arguments.contextDimension, map: map,
      hidden: try arguments.widths("hidden", default: [64, 64]),
      activation: try arguments.choice(
        "activation", default: .relu, from: Activation.allCases.map { ($0.rawValue, $0) }))
  }
}
