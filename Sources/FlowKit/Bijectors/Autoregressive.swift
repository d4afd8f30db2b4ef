/// zᵢ = g(xᵢ; φᵢ), where φᵢ = masked network(features before i, c): a triangular map in one order of the features.
///
/// log|det| = Σ log|dg/dx|, exact. Scoring is one pass of the network; the inverse needs each feature for the next, but
/// fills the hidden units by degree and costs about one pass as well. With `AffineMap` this is MAF (Papamakarios,
/// Pavlakou & Murray 2017), `Inverted` it is IAF (Kingma et al. 2016), with `RationalQuadraticSpline` the autoregressive
/// neural spline flow (Durkan et al. 2019). Layer lists: `autoregressive-affine(hidden=64x64)`,
/// `autoregressive-rqs(bins=8,bound=5,hidden=64x64)`, also `autoregressive-additive` and `autoregressive-circular-rqs`;
/// `order=reverse`, `order=random`, which draws, or the features in their order, such as `order=2+0+1`. The network is a
/// masked perceptron, or another by `network=` (``OrderedConditioner``).
public struct Autoregressive<Map: ScalarMap>: InvertiblyDifferentiable, Conditioned {
  public static var layerName: String { "autoregressive-\(Map.name)" }
  /// The features in the order in which they come: feature `ordering[k]` depends on those before position k.
  public let ordering: [Int]
  public let map: Map
  private let encodedConditioner: EncodedOrderedNetwork

  /// With the network that `makeConditioner` makes of the sizes that it is given.
  ///
  /// - Parameter ordering: a permutation of 0 ..< dimension; that order itself where omitted.
  public init<Failure>(
    dimension: Int, contextDimension: Int = 0, ordering: [Int]? = nil, map: Map,
    conditioner makeConditioner: (NetworkShape) throws(Failure) -> any OrderedConditioner
  ) throws(Failure) {
    self.ordering = ordering ?? Array(0..<dimension)
    precondition(
      self.ordering.sorted() == Array(0..<dimension), "\(self.ordering) is no order of \(dimension) features")
    self.map = map
    let shape = NetworkShape(
      inputs: dimension, context: contextDimension, outputs: dimension * map.parameterCount)
    let conditioner = try makeConditioner(shape)
    shape.check(conditioner, of: Self.layerName)
    encodedConditioner = EncodedOrderedNetwork(conditioner)
  }

  /// With a masked perceptron.
  public init(
    dimension: Int, contextDimension: Int = 0, ordering: [Int]? = nil, map: Map, hidden: [Int],
    activation: Activation = .relu
  ) {
    self.init(dimension: dimension, contextDimension: contextDimension, ordering: ordering, map: map) { shape in
      MaskedPerceptron(
        inputs: shape.inputs, context: shape.context, hidden: hidden, outputsPerInput: map.parameterCount,
        activation: activation)
    }
  }

  private enum CodingKeys: String, CodingKey {
    case ordering, map
    case encodedConditioner = "conditioner"
  }

  public func checkDescription() throws(FlowError) {
    try map.checkDescription()
    try DescriptionCheck.requirePermutation(ordering, ordering.count, of: "the ordering of \(Self.layerName)")
    try DescriptionCheck.require(
      conditioner.inputs == dimension && conditioner.outputsPerInput == map.parameterCount
        && conditioner.outputs == dimension * map.parameterCount,
      "the conditioner of \(Self.layerName) does not fit its ordering and map")
  }

  /// Gives φ.
  public var conditioner: any OrderedConditioner { encodedConditioner.network }
  public var network: any Conditioner { conditioner }
  public var dimension: Int { ordering.count }

  public var structure: JacobianStructure {
    JacobianStructure(
      pattern: pattern(conditioner.visibleInputs), isAffine: dimension == 1 && map.isAffine,
      diagonalSigns: Array(repeating: 1, count: dimension))
  }

  public var traits: LayerTraits {
    var traits = LayerTraits.scalar(
      map.family, transformed: ordering, conditioner: conditioner, box: map.box)
    traits.widePattern = pattern(Array(0..<dimension))
    return traits
  }

  /// The feature at position k depends on itself and on the first `visible[k]` positions.
  private func pattern(_ visible: [Int]) -> BooleanMatrix {
    var pattern = BooleanMatrix.identity(dimension)
    for (position, feature) in ordering.enumerated() {
      for source in ordering[..<visible[position]] { pattern[feature, source] = true }
    }
    return pattern
  }

  public var domain: [Interval] { Array(repeating: map.domain, count: dimension) }
  public func image(of input: [Interval]) -> [Interval] { domain }

  public var layerList: String {
    var arguments = map.layerListArguments + conditioner.layerListArguments()
    if ordering != Array(0..<dimension) {
      let isReverse = ordering == (0..<dimension).reversed()
      arguments.insert("order=" + (isReverse ? "reverse" : ordering.map(String.init).joined(separator: "+")), at: 0)
    }
    return Self.layerList(arguments)
  }

  // MARK: Forward: one pass

  public func forward(_ x: consuming Tile, _ pass: Pass) -> Transformed {
    let ordered = x.gathering(ordering)
    let φ = conditioner.forward(ordered, pass)
    let mapped = map.forward(ordered, φ)
    return Transformed(restored(mapped.values), mapped.logDeterminant)
  }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    let ordered = x.gathering(ordering)
    let (φ, pullBackConditioner) = conditioner.forwardWithPullback(ordered, pass)
    let (mapped, pullBackMap) = map.forwardWithPullback(ordered, φ)
    return (
      Transformed(restored(mapped.values), mapped.logDeterminant),
      { values, logDeterminant, gradient in
        var (result, φ̄) = pullBackMap(values.gathering(ordering), logDeterminant)
        result.add(pullBackConditioner(φ̄, &gradient))
        return restored(result)
      }
    )
  }

  // MARK: Inverse: position by position

  public func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed {
    let ordered = z.gathering(ordering)
    var positions = conditioner.orderedPass(pass, like: ordered)
    var x = Tile(features: dimension, like: ordered)
    var logDeterminant = LogDeterminant.zero
    for position in 0..<dimension {
      let φ = positions.outputs(ofPosition: position, x)
      let mapped = try map.inverse(ordered.rows(position..<(position + 1)), φ)
      x.write(mapped.values, toRow: position)
      logDeterminant.add(mapped.logDeterminant)
    }
    return Transformed(restored(x), logDeterminant)
  }

  public func inverseWithPullback(
    _ z: consuming Tile, _ pass: Pass
  ) throws(FlowError) -> (value: Transformed, pullback: Pullback) {
    let ordered = z.gathering(ordering)
    var positions = conditioner.orderedPass(pass, like: ordered)
    var x = Tile(features: dimension, like: ordered)
    var logDeterminant = LogDeterminant.zero
    var pullbacks: [ScalarPullback] = []
    for position in 0..<dimension {
      let φ = positions.outputs(ofPosition: position, x)
      let (mapped, pullback) = try map.inverseWithPullback(ordered.rows(position..<(position + 1)), φ)
      x.write(mapped.values, toRow: position)
      logDeterminant.add(mapped.logDeterminant)
      pullbacks.append(pullback)
    }
    return (
      Transformed(restored(x), logDeterminant),
      { [positions, x, pullbacks] values, logDeterminant, gradient in
        // xₖ was used for every later position: when position k is reached, all of ∂L/∂xₖ is known.
        var walk = positions.pullback(at: x)
        var x̄ = values.gathering(ordering)
        var result = Tile(features: dimension, like: values)
        for (position, pullback) in pullbacks.enumerated().reversed() {
          let (z̄, φ̄) = pullback(x̄.copy(ofRows: position..<(position + 1)), logDeterminant)
          result.write(z̄, toRow: position)
          walk.pullBack(position: position, φ̄, to: &x̄, &gradient)
        }
        walk.finish(&gradient)
        return restored(result)
      }
    )
  }

  /// Rows by position as rows by feature.
  private func restored(_ ordered: Tile) -> Tile {
    var result = Tile(features: dimension, like: ordered)
    result.scatter(ordered, to: ordering)
    return result
  }
}

extension Autoregressive: NetworkHolder {
  var heldNetwork: (any Conditioner)? { conditioner }
}
