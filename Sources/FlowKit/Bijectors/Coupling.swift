/// Some features condition the map of the others: z_A = x_A, z_B = g(x_B; φ), φ = network(x_A, c).
///
/// A are the `conditioning` features, B the rest; g is a scalar map per feature of B. log|det| = Σ_B log|dg/dx|, exact,
/// and the inverse costs what the forward pass does. Source: Dinh, Krueger & Bengio, "NICE" (2014), section 3;
/// with `AffineMap`, Real-NVP (Dinh et al. 2017); with `RationalQuadraticSpline`, Durkan et al. 2019. Layer lists:
/// `coupling-additive`, `coupling-affine(hidden=64x64)`, `coupling-rqs(bins=8,bound=5,hidden=64x64)`,
/// `coupling-circular-rqs(bins=8)`; `mask=` as in ``CouplingMask``; the network is a perceptron, or another by `network=`
/// (``Conditioner``).
public struct Coupling<Map: ScalarMap>: InvertiblyDifferentiable, Conditioned {
  public static var layerName: String { "coupling-\(Map.name)" }
  public let conditioning: [Int]
  public let transformed: [Int]
  public let map: Map
  private let encodedConditioner: EncodedNetwork
  private let mask: CouplingMask

  /// With the network that `makeConditioner` makes of the sizes that it is given.
  ///
  /// - Parameter mask: which features condition, but not all; the others are transformed.
  public init<Failure>(
    dimension: Int, contextDimension: Int = 0, mask: CouplingMask = .halves, map: Map,
    conditioner makeConditioner: (NetworkShape) throws(Failure) -> any Conditioner
  ) throws(Failure) {
    conditioning = mask.conditioning(dimension: dimension)
    transformed = (0..<dimension).filter { [conditioning] in !conditioning.contains($0) }
    precondition(!transformed.isEmpty, "a coupling transforms at least one feature")
    self.map = map
    let shape = NetworkShape(
      inputs: conditioning.count, context: contextDimension, outputs: transformed.count * map.parameterCount)
    let conditioner = try makeConditioner(shape)
    shape.check(conditioner, of: Self.layerName)
    encodedConditioner = EncodedNetwork(conditioner)
    self.mask = mask
  }

  /// With a perceptron.
  public init(
    dimension: Int, contextDimension: Int = 0, mask: CouplingMask = .halves, map: Map, hidden: [Int],
    activation: Activation = .relu
  ) {
    self.init(dimension: dimension, contextDimension: contextDimension, mask: mask, map: map) { shape in
      Perceptron(
        inputs: shape.inputs, context: shape.context, hidden: hidden, outputs: shape.outputs, activation: activation)
    }
  }

  private enum CodingKeys: String, CodingKey {
    case conditioning, transformed, map, mask
    case encodedConditioner = "conditioner"
  }

  public func checkDescription() throws(FlowError) {
    try map.checkDescription()
    let features = conditioning + transformed
    try DescriptionCheck.requirePermutation(features, features.count, of: "the mask of \(Self.layerName)")
    let masked = if case .explicit(let named) = mask { named } else { mask.conditioning(dimension: dimension) }
    try DescriptionCheck.require(
      masked == conditioning && !transformed.isEmpty, "the masks of \(Self.layerName) differ")
    try DescriptionCheck.require(
      conditioner.inputs == conditioning.count && conditioner.outputs == transformed.count * map.parameterCount,
      "the conditioner of \(Self.layerName) does not fit its mask and map")
  }

  /// Gives φ.
  public var conditioner: any Conditioner { encodedConditioner.network }
  public var network: any Conditioner { conditioner }
  public var dimension: Int { conditioning.count + transformed.count }
  public var structure: JacobianStructure {
    var structure = JacobianStructure.coupling(conditioning: conditioning, transformed: transformed)
    // Without a feature that conditions, φ is the same for all events of one context.
    structure.isAffine = conditioning.isEmpty && map.isAffine
    return structure
  }

  public var traits: LayerTraits {
    var traits = LayerTraits.scalar(map.family, transformed: transformed, conditioner: conditioner, box: map.box)
    traits.isCoupling = true
    return traits
  }

  public var domain: [Interval] {
    image(of: Array(repeating: .real, count: dimension))
  }

  /// The features that condition stay where they are.
  public func image(of input: [Interval]) -> [Interval] {
    var result = input
    for feature in transformed { result[feature] = map.domain }
    return result
  }

  public var layerList: String {
    let masking = mask == .halves ? [] : ["mask=\(mask.layerList)"]
    return Self.layerList(masking + map.layerListArguments + conditioner.layerListArguments())
  }

  public func forward(_ x: consuming Tile, _ pass: Pass) -> Transformed {
    let φ = conditioner.forward(x.gathering(conditioning), pass)
    let mapped = map.forward(x.gathering(transformed), φ)
    var z = x
    z.scatter(mapped.values, to: transformed)
    return Transformed(z, mapped.logDeterminant)
  }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    differentiated(x, pass, by: map.forwardWithPullback)
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed {
    let φ = conditioner.forward(z.gathering(conditioning), pass)
    let mapped = try map.inverse(z.gathering(transformed), φ)
    var x = z
    x.scatter(mapped.values, to: transformed)
    return Transformed(x, mapped.logDeterminant)
  }

  public func inverseWithPullback(
    _ z: consuming Tile, _ pass: Pass
  ) throws(FlowError) -> (value: Transformed, pullback: Pullback) {
    try differentiated(z, pass, by: map.inverseWithPullback)
  }

  /// Both directions see the same A, so they differ only in the scalar map's direction.
  private func differentiated<Failure: Error>(
    _ x: consuming Tile, _ pass: Pass,
    by apply: (consuming Tile, consuming Tile) throws(Failure) -> (value: Transformed, pullback: ScalarPullback)
  ) throws(Failure) -> (value: Transformed, pullback: Pullback) {
    let (φ, pullBackConditioner) = conditioner.forwardWithPullback(x.gathering(conditioning), pass)
    let (mapped, pullBackMap) = try apply(x.gathering(transformed), φ)
    var z = x
    z.scatter(mapped.values, to: transformed)
    return (
      Transformed(z, mapped.logDeterminant),
      { values, logDeterminant, gradient in
        let (input, φ̄) = pullBackMap(values.gathering(transformed), logDeterminant)
        var result = values
        result.scatter(input, to: transformed)
        result.addRows(pullBackConditioner(φ̄, &gradient), to: conditioning)
        return result
      }
    )
  }
}

extension Coupling: NetworkHolder {
  var heldNetwork: (any Conditioner)? { conditioner }
}
