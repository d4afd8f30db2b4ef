/// zᵢ = g(xᵢ; φᵢ), where φᵢ = masked network(features before i, c): a triangular map in one order of the features.
///
/// log|det| = Σ log|dg/dx|, exact. Scoring is one pass of the network; the inverse needs each feature for the next, but
/// fills the hidden units by degree and costs about one pass as well. With `AffineMap` this is MAF (Papamakarios,
/// Pavlakou & Murray 2017), `Inverted` it is IAF (Kingma et al. 2016), with `RationalQuadraticSpline` the autoregressive
/// neural spline flow (Durkan et al. 2019). Layer lists: `autoregressive-affine(hidden=64x64)`,
/// `autoregressive-rqs(bins=8,bound=5,hidden=64x64)`, also `autoregressive-additive` and `autoregressive-circular-rqs`;
/// `order=reverse`, `order=random`, which draws, or the features in their order, such as `order=2+0+1`. The network is a
/// masked perceptron, or another by `network=` (``OrderedConditioner``).
///
/// Features that are angles (``FeatureKind``) are mapped by g's circular spline, and the network sees them as (cos x, sin x): densities are
/// continuous all around. Source: Rezende et al., "Normalizing Flows on Tori and Spheres" (ICML 2020), section 2.2.
public struct Autoregressive<Map: ScalarMap>: InvertiblyDifferentiable, Conditioned {
  public static var layerName: String { "autoregressive-\(Map.name)" }
  /// The features in the order in which they come: feature `ordering[k]` depends on those before position k.
  public let ordering: [Int]
  public let map: Map
  /// Of each feature; nil where all are numbers.
  private let kinds: [FeatureKind]?
  private let encodedConditioner: EncodedOrderedNetwork

  /// With the network that `makeConditioner` makes of the sizes that it is given.
  ///
  /// - Parameters:
  ///   - ordering: a permutation of 0 ..< dimension; that order itself where omitted.
  ///   - kinds: of each feature; all are numbers where omitted.
  public init<Failure>(
    dimension: Int, contextDimension: Int = 0, ordering: [Int]? = nil, map: Map, kinds: [FeatureKind]? = nil,
    conditioner makeConditioner: (NetworkShape) throws(Failure) -> any OrderedConditioner
  ) throws(Failure) {
    self.ordering = ordering ?? Array(0..<dimension)
    precondition(
      self.ordering.sorted() == Array(0..<dimension), "\(self.ordering) is no order of \(dimension) features")
    precondition(kinds?.count ?? dimension == dimension, "\(kinds!.count) kinds of \(dimension) features")
    (self.map, self.kinds) = (map, kinds?.unlessLines)
    let order = MappedOrder(self.ordering, map, self.kinds)
    precondition(!order.places.isEmpty, "\(Self.layerName) has no feature to map")
    let shape = order.shape(context: contextDimension)
    let conditioner = try makeConditioner(shape)
    shape.check(conditioner, of: Self.layerName)
    precondition(conditioner.orderedShape == shape, "the conditioner of \(Self.layerName) sees an angle as two inputs")
    encodedConditioner = EncodedOrderedNetwork(conditioner)
  }

  /// With a masked perceptron.
  public init(
    dimension: Int, contextDimension: Int = 0, ordering: [Int]? = nil, map: Map, kinds: [FeatureKind]? = nil,
    hidden: [Int], activation: Activation = .relu
  ) {
    self.init(
      dimension: dimension, contextDimension: contextDimension, ordering: ordering, map: map, kinds: kinds
    ) { shape in
      MaskedPerceptron(
        inputs: shape.inputs, context: shape.context, hidden: hidden, outputsPerInput: shape.outputsPerPosition,
        inputPrefixes: shape.inputPrefixes, activation: activation)
    }
  }

  private enum CodingKeys: String, CodingKey {
    case ordering, map, kinds
    case encodedConditioner = "conditioner"
  }

  public func checkDescription() throws(FlowError) {
    try map.checkDescription()
    try DescriptionCheck.requirePermutation(ordering, ordering.count, of: "the ordering of \(Self.layerName)")
    try DescriptionCheck.require(
      kinds?.count ?? dimension == dimension, "\(Self.layerName) has kinds of \(kinds?.count ?? 0) features")
    try DescriptionCheck.require(
      conditioner.orderedShape == order.shape(context: conditioner.context),
      "the conditioner of \(Self.layerName) does not fit its ordering and map")
  }

  /// Gives φ.
  public var conditioner: any OrderedConditioner { encodedConditioner.network }
  public var network: any Conditioner { conditioner }
  public var dimension: Int { ordering.count }

  public var structure: JacobianStructure {
    JacobianStructure(
      pattern: pattern(conditioner.visibleInputs, withCategories: false),
      isAffine: dimension == 1 && map.isAffine && kinds == nil,
      diagonalSigns: Array(repeating: 1, count: dimension))
  }

  public var traits: LayerTraits {
    var traits = LayerTraits.scalar(
      of: map, kinds: nil, transformed: order.positions, conditioner: conditioner)
    traits.widePattern = pattern(conditioner.inputPrefixes, withCategories: true)
    return traits
  }

  /// The feature at position k depends on itself and on what stands in the first `visible[k]` rows that the network sees; on
  /// categories by jumps only.
  private func pattern(_ visible: [Int], withCategories: Bool) -> BooleanMatrix {
    var pattern = BooleanMatrix.identity(dimension)
    let order = order
    for (position, feature) in order.positions.enumerated() {
      for source in order.features[..<order.seen.features(inRows: visible[position])]
      where withCategories || kinds?[source].isCategory != true {
        pattern[feature, source] = true
      }
    }
    return pattern
  }

  public var domain: [Interval] { (0..<dimension).map { kinds.domain(of: $0, map) } }
  public func image(of input: [Interval]) -> [Interval] {
    var result = input
    for feature in order.positions { result[feature] = kinds.kind(of: feature, after: map).domain(map) }
    return result
  }
  public func kinds(of input: [FeatureKind]) -> [FeatureKind] {
    var result = input
    for feature in order.positions { result[feature] = kinds.kind(of: feature, after: map) }
    return result
  }

  public var layerList: String {
    var arguments = map.layerListArguments + conditioner.layerListArguments()
    if ordering != Array(0..<dimension) {
      let isReverse = ordering == (0..<dimension).reversed()
      arguments.insert("order=" + (isReverse ? "reverse" : ordering.map(String.init).joined(separator: "+")), at: 0)
    }
    return Self.layerList(arguments)
  }

  private var order: MappedOrder<Map> { MappedOrder(ordering, map, kinds) }

  // MARK: Forward: one pass

  public func forward(_ x: consuming Tile, _ pass: Pass) -> Transformed {
    let order = order
    let ordered = x.gathering(order.features)
    let φ = conditioner.forward(order.seen.seen(ordered), pass)
    let mapped = order.maps.forward(ordered.rows(order.places), φ)
    return Transformed(restored(mapped.values, order, in: x), mapped.logDeterminant)
  }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    let order = order
    let ordered = x.gathering(order.features)
    let points = order.seen.seen(ordered)
    let (φ, pullBackConditioner) = conditioner.forwardWithPullback(points, pass)
    let (mapped, pullBackMap) = order.maps.forwardWithPullback(ordered.rows(order.places), φ)
    return (
      Transformed(restored(mapped.values, order, in: x), mapped.logDeterminant),
      { values, logDeterminant, gradient in
        var (result, φ̄) = pullBackMap(values.gathering(order.positions), logDeterminant)
        result.add(order.seen.pulledBack(pullBackConditioner(φ̄, &gradient), at: points).rows(order.places))
        return restored(result, order, in: values)
      }
    )
  }

  // MARK: Inverse: position by position

  public func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed {
    let order = order
    let ordered = z.gathering(order.features)
    var points = order.points(ordered)
    var positions = conditioner.orderedPass(pass, like: ordered)
    var x = Tile(features: order.places.count, like: ordered)
    var logDeterminant = LogDeterminant.zero
    for (position, place) in order.places.enumerated() {
      let φ = positions.outputs(ofPosition: position, points)
      let mapped = try order.maps.of(position).inverse(ordered.rows(place..<(place + 1)), φ)
      x.write(mapped.values, toRow: position)
      order.seen.write(mapped.values, of: place, to: &points)
      logDeterminant.add(mapped.logDeterminant)
    }
    return Transformed(restored(x, order, in: z), logDeterminant)
  }

  public func inverseWithPullback(
    _ z: consuming Tile, _ pass: Pass
  ) throws(FlowError) -> (value: Transformed, pullback: Pullback) {
    let order = order
    let ordered = z.gathering(order.features)
    var points = order.points(ordered)
    var positions = conditioner.orderedPass(pass, like: ordered)
    var x = Tile(features: order.places.count, like: ordered)
    var logDeterminant = LogDeterminant.zero
    var pullbacks: [ScalarPullback] = []
    for (position, place) in order.places.enumerated() {
      let φ = positions.outputs(ofPosition: position, points)
      let (mapped, pullback) = try order.maps.of(position).inverseWithPullback(
        ordered.rows(place..<(place + 1)), φ)
      x.write(mapped.values, toRow: position)
      order.seen.write(mapped.values, of: place, to: &points)
      logDeterminant.add(mapped.logDeterminant)
      pullbacks.append(pullback)
    }
    return (
      Transformed(restored(x, order, in: z), logDeterminant),
      { [positions, points, pullbacks] values, logDeterminant, gradient in
        // xₖ was used for every later position: when position k is reached, all of ∂L/∂xₖ is known.
        var walk = positions.pullback(at: points)
        let mapped = values.gathering(order.positions)
        var points̄ = Tile(features: order.seen.count, like: values, filledWith: 0)
        var result = Tile(features: order.places.count, like: values)
        for (position, pullback) in pullbacks.enumerated().reversed() {
          var x̄ = order.seen.pulledBack(points̄, at: points, of: order.leading + position)
          x̄.add(mapped.rows(position..<(position + 1)))
          let (z̄, φ̄) = pullback(x̄, logDeterminant)
          result.write(z̄, toRow: position)
          walk.pullBack(position: position, φ̄, to: &points̄, &gradient)
        }
        walk.finish(&gradient)
        return restored(result, order, in: values)
      }
    )
  }

  /// Mapped rows by position at their features, in a tile whose other rows are left alone.
  private func restored(_ mapped: Tile, _ order: MappedOrder<Map>, in whole: Tile) -> Tile {
    var result = order.places.count == dimension ? Tile(features: dimension, like: mapped) : whole
    result.scatter(mapped, to: order.positions)
    return result
  }
}

extension Autoregressive: NetworkHolder {
  var heldNetwork: (any Conditioner)? { conditioner }
}
