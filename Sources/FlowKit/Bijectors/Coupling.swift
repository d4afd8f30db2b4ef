/// Some features condition the map of the others: z_A = x_A, z_B = g(x_B; φ), φ = network(x_A, c).
///
/// A are the `conditioning` features, B the rest; g is a scalar map per feature of B. log|det| = Σ_B log|dg/dx|, exact,
/// and the inverse costs what the forward pass does. Source: Dinh, Krueger & Bengio, "NICE" (2014), section 3;
/// with `AffineMap`, Real-NVP (Dinh et al. 2017); with `RationalQuadraticSpline`, Durkan et al. 2019. Layer lists:
/// `coupling-additive`, `coupling-affine(hidden=64x64)`, `coupling-rqs(bins=8,bound=5,hidden=64x64)`,
/// `coupling-circular-rqs(bins=8)`; `mask=` as in ``CouplingMask``; the network is a perceptron, or another by `network=`
/// (``Conditioner``).
///
/// Features that are angles (``FeatureKind``) are mapped by g's circular spline, and the network sees them as (cos x, sin x): densities are
/// continuous all around. Source: Rezende et al., "Normalizing Flows on Tori and Spheres" (ICML 2020), section 2.2.
public struct Coupling<Map: ScalarMap>: InvertiblyDifferentiable, Conditioned {
  public static var layerName: String { "coupling-\(Map.name)" }
  public let conditioning: [Int]
  public let transformed: [Int]
  public let map: Map
  /// Of each feature; nil where all are numbers.
  private let kinds: [FeatureKind]?
  private let encodedConditioner: EncodedNetwork
  private let mask: CouplingMask

  /// With the network that `makeConditioner` makes of the sizes that it is given.
  ///
  /// - Parameters:
  ///   - mask: which features condition, but not all; the others are transformed.
  ///   - kinds: of each feature; all are numbers where omitted.
  public init<Failure>(
    dimension: Int, contextDimension: Int = 0, mask: CouplingMask = .halves, map: Map, kinds: [FeatureKind]? = nil,
    conditioner makeConditioner: (NetworkShape) throws(Failure) -> any Conditioner
  ) throws(Failure) {
    (conditioning, transformed) = Self.split(mask, dimension, kinds)
    precondition(!transformed.isEmpty, "a coupling transforms at least one feature")
    precondition(kinds?.count ?? dimension == dimension, "\(kinds!.count) kinds of \(dimension) features")
    (self.map, self.kinds, self.mask) = (map, kinds?.unlessLines, mask)
    let shape = Self.shape(conditioning, transformed, map, self.kinds, context: contextDimension)
    let conditioner = try makeConditioner(shape)
    shape.check(conditioner, of: Self.layerName)
    encodedConditioner = EncodedNetwork(conditioner)
  }

  /// Categories always condition; a mask that leaves nothing else to transform conditions on them alone.
  private static func split(
    _ mask: CouplingMask, _ dimension: Int, _ kinds: [FeatureKind]?
  ) -> (conditioning: [Int], transformed: [Int]) {
    let named = mask.conditioning(dimension: dimension)
    let isCategory = { (feature: Int) in kinds?[feature].isCategory == true }
    let isKept = (0..<dimension).map { named.contains($0) || isCategory($0) }
    let isAllKept = !isKept.contains(false)
    return (
      isKept.indices.filter { isAllKept ? isCategory($0) : isKept[$0] },
      isKept.indices.filter { isAllKept ? !isCategory($0) : !isKept[$0] }
    )
  }

  private static func shape(
    _ conditioning: [Int], _ transformed: [Int], _ map: Map, _ kinds: [FeatureKind]?, context: Int
  ) -> NetworkShape {
    NetworkShape(
      inputs: SeenFeatures(kinds.gathering(conditioning), count: conditioning.count).count, context: context,
      outputs: transformed.count * FeatureMaps(map, kinds.gathering(transformed)).parameterCount)
  }

  /// With a perceptron.
  public init(
    dimension: Int, contextDimension: Int = 0, mask: CouplingMask = .halves, map: Map, kinds: [FeatureKind]? = nil,
    hidden: [Int], activation: Activation = .relu
  ) {
    self.init(dimension: dimension, contextDimension: contextDimension, mask: mask, map: map, kinds: kinds) { shape in
      Perceptron(
        inputs: shape.inputs, context: shape.context, hidden: hidden, outputs: shape.outputs, activation: activation)
    }
  }

  private enum CodingKeys: String, CodingKey {
    case conditioning, transformed, map, mask, kinds
    case encodedConditioner = "conditioner"
  }

  public func checkDescription() throws(FlowError) {
    try map.checkDescription()
    let features = conditioning + transformed
    try DescriptionCheck.requirePermutation(features, features.count, of: "the mask of \(Self.layerName)")
    try DescriptionCheck.require(
      kinds?.count ?? dimension == dimension, "\(Self.layerName) has kinds of \(kinds?.count ?? 0) features")
    if case .explicit(let named) = mask {
      try DescriptionCheck.require(
        named == Set(named).sorted() && named.allSatisfy((0..<dimension).contains),
        "a mask of \(Self.layerName) has no order")
    }
    try DescriptionCheck.require(
      Self.split(mask, dimension, kinds) == (conditioning, transformed) && !transformed.isEmpty,
      "the masks of \(Self.layerName) differ")
    try DescriptionCheck.require(
      conditioner.shape == Self.shape(conditioning, transformed, map, kinds, context: conditioner.context),
      "the conditioner of \(Self.layerName) does not fit its mask and map")
  }

  /// Gives φ.
  public var conditioner: any Conditioner { encodedConditioner.network }
  public var network: any Conditioner { conditioner }
  public var dimension: Int { conditioning.count + transformed.count }
  public var structure: JacobianStructure {
    var structure = JacobianStructure.coupling(conditioning: conditioning, transformed: transformed)
    // Without a feature that conditions, φ is the same for all events of one context.
    structure.isAffine = conditioning.isEmpty && map.isAffine && kinds == nil
    // On categories φ depends by jumps only.
    for category in conditioning where kinds?[category].isCategory == true {
      for feature in transformed { structure.pattern[feature, category] = false }
    }
    return structure
  }

  public var traits: LayerTraits {
    // What couplings reach on circles is not proven.
    var traits = LayerTraits.scalar(of: map, kinds: kinds, transformed: transformed, conditioner: conditioner)
    traits.isCoupling = true
    if kinds != nil {
      traits.widePattern = JacobianStructure.coupling(conditioning: conditioning, transformed: transformed).pattern
    }
    return traits
  }

  public var domain: [Interval] {
    let isTransformed = Set(transformed)
    return (0..<dimension).map { feature in
      isTransformed.contains(feature) ? kinds.domain(of: feature, map) : kinds?[feature].domain ?? .real
    }
  }

  /// The features that condition stay where they are.
  public func image(of input: [Interval]) -> [Interval] {
    var result = input
    for feature in transformed { result[feature] = kinds.kind(of: feature, after: map).domain(map) }
    return result
  }

  public func kinds(of input: [FeatureKind]) -> [FeatureKind] {
    var result = input
    for feature in transformed { result[feature] = kinds.kind(of: feature, after: map) }
    return result
  }

  public var layerList: String {
    let masking = mask == .halves ? [] : ["mask=\(mask.layerList)"]
    return Self.layerList(masking + map.layerListArguments + conditioner.layerListArguments())
  }

  private var seen: SeenFeatures { SeenFeatures(kinds.gathering(conditioning), count: conditioning.count) }
  private var maps: FeatureMaps<Map> { FeatureMaps(map, kinds.gathering(transformed)) }

  public func forward(_ x: consuming Tile, _ pass: Pass) -> Transformed {
    let φ = conditioner.forward(seen.seen(x.gathering(conditioning)), pass)
    let mapped = maps.forward(x.gathering(transformed), φ)
    var z = x
    z.scatter(mapped.values, to: transformed)
    return Transformed(z, mapped.logDeterminant)
  }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    differentiated(x, pass, by: maps.forwardWithPullback)
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed {
    let φ = conditioner.forward(seen.seen(z.gathering(conditioning)), pass)
    let mapped = try maps.inverse(z.gathering(transformed), φ)
    var x = z
    x.scatter(mapped.values, to: transformed)
    return Transformed(x, mapped.logDeterminant)
  }

  public func inverseWithPullback(
    _ z: consuming Tile, _ pass: Pass
  ) throws(FlowError) -> (value: Transformed, pullback: Pullback) {
    try differentiated(z, pass, by: maps.inverseWithPullback)
  }

  /// Both directions see the same A, so they differ only in the scalar map's direction.
  private func differentiated<Failure: Error>(
    _ x: consuming Tile, _ pass: Pass,
    by apply: (consuming Tile, consuming Tile) throws(Failure) -> (value: Transformed, pullback: ScalarPullback)
  ) throws(Failure) -> (value: Transformed, pullback: Pullback) {
    let seen = seen
    let points = seen.seen(x.gathering(conditioning))
    let (φ, pullBackConditioner) = conditioner.forwardWithPullback(points, pass)
    let (mapped, pullBackMap) = try apply(x.gathering(transformed), φ)
    var z = x
    z.scatter(mapped.values, to: transformed)
    return (
      Transformed(z, mapped.logDeterminant),
      { values, logDeterminant, gradient in
        let (input, φ̄) = pullBackMap(values.gathering(transformed), logDeterminant)
        var result = values
        result.scatter(input, to: transformed)
        result.addRows(seen.pulledBack(pullBackConditioner(φ̄, &gradient), at: points), to: conditioning)
        return result
      }
    )
  }
}

extension Coupling: NetworkHolder {
  var heldNetwork: (any Conditioner)? { conditioner }
}
