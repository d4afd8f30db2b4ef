/// Bijectors in succession, the first nearest the data: z = fₙ(… f₁(x)), log|det| = Σ log|det fₖ|.
///
/// Each layer gets its slice of θ, in order. As a layer of another chain: `chain(…)` in layer lists.
public struct Chain: InvertiblyDifferentiable, Composite {
  public static let layerName = "chain"
  public let dimension: Int
  public let contextDimension: Int
  public let layers: [any Bijector]
  public let domain: [Interval]
  let layout: ParameterLayout

  /// Throws where a layer's dimensions do not fit, naming it.
  public init(_ layers: [any Bijector], dimension: Int, contextDimension: Int = 0) throws(FlowError) {
    for (index, layer) in layers.enumerated() {
      guard layer.dimension == dimension else {
        throw FlowError(
          .architecture,
          "layer \(index), \(layer.layerList), maps \(layer.dimension) features, but the events have \(dimension)")
      }
      guard layer.contextDimension == 0 || layer.contextDimension == contextDimension else {
        throw FlowError(
          .architecture,
          "layer \(index), \(layer.layerList), wants \(layer.contextDimension) context features, not \(contextDimension)"
        )
      }
    }
    (self.layers, self.dimension, self.contextDimension) = (layers, dimension, contextDimension)
    domain = Self.domain(of: layers[...], dimension)
    layout = ParameterLayout(layers.enumerated().map { (Self.name($0, $1), $1) })
    try checkDomains()
  }

  /// The same chain of other objects that are the same layers.
  init(_ chain: Chain, layers: [any Bijector]) {
    (self.layers, dimension, contextDimension) = (layers, chain.dimension, chain.contextDimension)
    domain = chain.domain
    layout = ParameterLayout(layers.enumerated().map { (Self.name($0, $1), $1) })
  }

  /// That of the first layer that is no permutation, as those before it lead to it.
  private static func domain(of layers: ArraySlice<any Bijector>, _ dimension: Int) -> [Interval] {
    guard let first = layers.first else { return Array(repeating: .real, count: dimension) }
    guard let permutation = first as? Permutation else { return first.domain }
    let behind = domain(of: layers.dropFirst(), dimension)
    var result = behind
    for (place, index) in permutation.indices.enumerated() { result[index] = behind[place] }
    return result
  }

  private func checkDomains() throws(FlowError) {
    var values = domain
    for (index, layer) in layers.enumerated() {
      for (feature, (wanted, given)) in zip(layer.domain, values).enumerated() where !wanted.contains(given) {
        throw FlowError(
          .architecture,
          "layer \(index), \(layer.layerList), is defined for \(wanted.lower) < x < \(wanted.upper), but feature "
            + "\(feature) reaches it with values from \(given.lower) to \(given.upper)")
      }
      values = layer.image(of: values)
    }
  }

  /// A layer's name in checkpoints and messages, such as `03-coupling-affine`.
  public func name(of layer: Int) -> String { layout.parts[layer].name }

  private static func name(_ index: Int, _ layer: any Bijector) -> String {
    (index < 10 ? "0" : "") + "\(index)-\(type(of: layer).layerName)"
  }

  public var layerList: String { "\(Self.layerName)(\(LayerList.describing(layers)))" }
  public func image(of input: [Interval]) -> [Interval] { layers.reduce(input) { $1.image(of: $0) } }
  public func kinds(of input: [FeatureKind]) -> [FeatureKind] { layers.reduce(input) { $1.kinds(of: $0) } }

  public var weightCount: Int { layers.reduce(0) { $0 + $1.weightCount } }

  public var structure: JacobianStructure {
    let identity = JacobianStructure.permutation(Array(0..<dimension))
    return layers.reduce(identity) { $0.followed(by: $1.structure) }
  }

  public func initialParameters(
    for sample: Tile, given context: Tile?, using random: inout RandomStream
  ) -> [Scalar] {
    var x = sample
    return layers.flatMap { layer in
      let values = layer.initialParameters(for: x, given: context, using: &random)
      x = layer.forward(x, Pass(layer.prepared(Parameters(values)), context: context)).values
      return values
    }
  }

  /// From the last layer to the first: each sees what the inverses behind it make of the sample.
  public func initialParameters(
    forInverse sample: Tile, given context: Tile?, using random: inout RandomStream
  ) -> [Scalar] {
    var (z, values) = (sample, [Scalar]())
    for layer in layers.reversed() {
      let inverse = Inverted(trapping: layer)
      let start = inverse.initialParameters(for: z, given: context, using: &random)
      z = inverse.forward(z, Pass(inverse.prepared(Parameters(start)), context: context)).values
      values = start + values
    }
    return values
  }

  public func check(_ parameters: Parameters) throws(FlowError) {
    for (index, layer) in layers.enumerated() {
      do throws(FlowError) {
        try layer.check(parameters.slice(layout.parts[index].parameters))
      } catch {
        throw error.at("layer \(index)")
      }
    }
  }

  // MARK: The map

  public func forward(_ x: consuming Tile, _ pass: Pass) -> Transformed {
    var logDeterminant = LogDeterminant.zero
    for (index, layer) in layers.enumerated() {
      let value = layer.forward(x, pass.part(index, layout.prepared[index]))
      x = value.values
      logDeterminant.add(value.logDeterminant)
    }
    return Transformed(x, logDeterminant)
  }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    differentiated(x, pass, Array(layers.indices)) { layers[$0].forwardWithPullback($1, $2) }
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed {
    var logDeterminant = LogDeterminant.zero
    for (index, layer) in layers.enumerated().reversed() {
      let value = try layer.inverse(z, pass.part(index, layout.prepared[index]))
      z = value.values
      logDeterminant.add(value.logDeterminant)
    }
    return Transformed(z, logDeterminant)
  }

  /// Throws where the inverse of a layer cannot be differentiated, naming it.
  public func inverseWithPullback(
    _ z: consuming Tile, _ pass: Pass
  ) throws(FlowError) -> (value: Transformed, pullback: Pullback) {
    try differentiated(z, pass, layers.indices.reversed()) { index, z, pass throws(FlowError) in
      guard let layer = layers[index] as? any InvertiblyDifferentiable else {
        throw FlowError(
          .architecture,
          "layer \(index), \(layers[index].layerList), has no derivative of its inverse: it trains by likelihood only")
      }
      return try layer.inverseWithPullback(z, pass)
    }
  }

  /// The layers in one order, and their pullbacks in the other.
  private func differentiated<Failure: Error>(
    _ x: consuming Tile, _ pass: Pass, _ order: [Int],
    by map: (_ layer: Int, consuming Tile, Pass) throws(Failure) -> (value: Transformed, pullback: Pullback)
  ) throws(Failure) -> (value: Transformed, pullback: Pullback) {
    var logDeterminant = LogDeterminant.zero
    var pullbacks: [Pullback] = []
    pullbacks.reserveCapacity(layers.count)
    for index in order {
      let (value, pullback) = try map(index, x, pass.part(index, layout.prepared[index]))
      x = value.values
      logDeterminant.add(value.logDeterminant)
      pullbacks.append(pullback)
    }
    return (
      Transformed(x, logDeterminant),
      { [pullbacks] values, logDeterminant, gradient in
        var cotangent = values
        for (index, pullback) in zip(order, pullbacks).reversed() {
          cotangent = gradient.withSlice(layout.prepared[index]) { pullback(cotangent, logDeterminant, &$0) }
        }
        return cotangent
      }
    )
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case dimension, contextDimension, layers }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let dimension = try container.decode(Int.self, forKey: .dimension)
    let contextDimension = try container.decode(Int.self, forKey: .contextDimension)
    try DescriptionCheck.requireSize(dimension, "the chain")
    if contextDimension != 0 { try DescriptionCheck.requireSize(contextDimension, "the chain's context") }
    try self.init(
      container.decode([EncodedLayer].self, forKey: .layers).map(\.layer), dimension: dimension,
      contextDimension: contextDimension)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(dimension, forKey: .dimension)
    try container.encode(contextDimension, forKey: .contextDimension)
    try container.encode(layers.map(EncodedLayer.init), forKey: .layers)
  }
}
