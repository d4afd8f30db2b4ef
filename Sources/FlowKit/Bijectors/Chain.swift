/// Bijectors in succession, the first nearest the data: z = fₙ(… f₁(x)), log|det| = Σ log|det fₖ|.
///
/// Each layer gets its slice of θ, in order.
public struct Chain: Bijector {
  public static let layerName = "chain"
  public let dimension: Int
  public let contextDimension: Int
  public let layers: [any Bijector]
  private let parameterRanges: [Range<Int>]
  private let tileRanges: [Range<Int>]

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
    parameterRanges = Self.ranges(layers.map(\.parameterCount))
    tileRanges = Self.ranges(layers.map(\.tileParameterCount))
  }

  private static func ranges(_ counts: [Int]) -> [Range<Int>] {
    var start = 0
    return counts.map { count in
      defer { start += count }
      return start..<(start + count)
    }
  }

  /// A layer's name in checkpoints and messages, such as `03-coupling-affine`.
  public func name(of layer: Int) -> String {
    (layer < 10 ? "0" : "") + "\(layer)-\(type(of: layers[layer]).layerName)"
  }

  public var parameterShapes: [ParameterShape] {
    layers.enumerated().flatMap { index, layer in
      layer.parameterShapes.map { ParameterShape("\(name(of: index))/\($0.name)", $0.dimensions) }
    }
  }

  public var structure: JacobianStructure {
    let identity = JacobianStructure.permutation(Array(0..<dimension))
    return layers.reduce(identity) { $0.followed(by: $1.structure) }
  }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    var values: [Scalar] = []
    for layer in layers { values += layer.initialParameters(using: &random) }
    return values
  }

  /// The part of θ of each layer.
  public func parameterRange(of layer: Int) -> Range<Int> { parameterRanges[layer] }

  /// The part of the prepared parameters of each layer.
  func tileRange(of layer: Int) -> Range<Int> { tileRanges[layer] }

  // MARK: Preparation

  public var preparedCount: Int? {
    layers.allSatisfy { $0.preparedCount == nil } ? nil : (tileRanges.last?.upperBound ?? 0)
  }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    for (index, layer) in layers.enumerated() {
      let part = UnsafeMutableBufferPointer(rebasing: prepared[tileRanges[index]])
      layer.prepare(parameters.slice(parameterRanges[index]), into: part)
    }
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    for (index, layer) in layers.enumerated() {
      gradient.withSlice(parameterRanges[index]) {
        layer.pullBackPreparation(
          parameters.slice(parameterRanges[index]), prepared: prepared.slice(tileRanges[index]),
          preparedGradient: preparedGradient.slice(tileRanges[index]), to: &$0)
      }
    }
  }

  // MARK: The map

  public func forward(_ x: consuming Tile, given context: Tile?, _ parameters: Parameters) -> Transformed {
    var logDeterminant = LogDeterminant.zero
    for (index, layer) in layers.enumerated() {
      let value = layer.forward(x, given: context, parameters.slice(tileRanges[index]))
      x = value.values
      logDeterminant.add(value.logDeterminant)
    }
    return Transformed(x, logDeterminant)
  }

  public func forwardWithPullback(
    _ x: consuming Tile, given context: Tile?, _ parameters: Parameters
  ) -> (value: Transformed, pullback: Pullback) {
    var logDeterminant = LogDeterminant.zero
    var pullbacks: [Pullback] = []
    pullbacks.reserveCapacity(layers.count)
    for (index, layer) in layers.enumerated() {
      let (value, pullback) = layer.forwardWithPullback(x, given: context, parameters.slice(tileRanges[index]))
      x = value.values
      logDeterminant.add(value.logDeterminant)
      pullbacks.append(pullback)
    }
    return (
      Transformed(x, logDeterminant),
      { [pullbacks] values, logDeterminant, gradient in
        var cotangent = values
        for (index, pullback) in pullbacks.enumerated().reversed() {
          cotangent = gradient.withSlice(tileRanges[index]) { pullback(cotangent, logDeterminant, &$0) }
        }
        return cotangent
      }
    )
  }

  public func inverse(
    _ z: consuming Tile, given context: Tile?, _ parameters: Parameters
  ) throws(FlowError) -> Transformed {
    var logDeterminant = LogDeterminant.zero
    for (index, layer) in layers.enumerated().reversed() {
      let value = try layer.inverse(z, given: context, parameters.slice(tileRanges[index]))
      z = value.values
      logDeterminant.add(value.logDeterminant)
    }
    return Transformed(z, logDeterminant)
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case dimension, contextDimension, layers }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      container.decode([EncodedLayer].self, forKey: .layers).map(\.layer),
      dimension: container.decode(Int.self, forKey: .dimension),
      contextDimension: container.decode(Int.self, forKey: .contextDimension))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(dimension, forKey: .dimension)
    try container.encode(contextDimension, forKey: .contextDimension)
    try container.encode(layers.map(EncodedLayer.init), forKey: .layers)
  }
}
