/// A bijector turned around: its forward is the other's inverse. `Inverted` of an autoregressive layer scores slowly and
/// samples fast (MAF ↔ IAF). Layer list: `inverse(…)`.
public struct Inverted: InvertiblyDifferentiable {
  public static let layerName = "inverse"
  public let base: any InvertiblyDifferentiable

  /// What `base` is made of is invertibly differentiable too.
  public init(_ base: any InvertiblyDifferentiable) {
    // Turned three times is turned once.
    self.base = ((base as? Inverted)?.base as? Inverted)?.base ?? base
  }

  /// Throws where the inverse of `base` cannot be differentiated, naming the layer.
  public init(checking base: any Bijector) throws(FlowError) {
    guard let base = base as? any InvertiblyDifferentiable else {
      throw FlowError(
        .architecture, "the inverse of \(base.layerList) cannot be differentiated: inverse(…) cannot turn this layer")
    }
    self.init(base)
  }

  /// The same as a programmer's mistake.
  init(trapping base: any Bijector) {
    do throws(FlowError) {
      try self.init(checking: base)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// The inverse of a layer: of an `Inverted` one, the layer that it turns.
  public static func inverse(of layer: any Bijector) throws(FlowError) -> any InvertiblyDifferentiable {
    if let inverted = layer as? Inverted { return inverted.base }
    return try Inverted(checking: layer)
  }

  public var dimension: Int { base.dimension }
  public var contextDimension: Int { base.contextDimension }
  public var parameterShapes: [ParameterShape] { base.parameterShapes }
  public var layerList: String { "inverse(\(base.layerList))" }
  public var structure: JacobianStructure { base.structure.inverted }
  public var traits: LayerTraits { base.traits.inverted }
  public var domain: [Interval] { (base as? Inverted)?.base.domain ?? base.image(of: base.domain) }
  public func image(of input: [Interval]) -> [Interval] { (base as? Inverted)?.base.image(of: input) ?? base.domain }
  /// The kinds that `base` leads to `input`, of layers that leave kinds as they are or move them.
  public func kinds(of input: [FeatureKind]) -> [FeatureKind] {
    if base.kinds(of: input) == input { return input }
    guard case .affine(.permutation(let indices), _) = base.traits.inverted.kind else {
      return Array(repeating: .line, count: dimension)
    }
    return indices.map { input[$0] }
  }
  public var weightCount: Int { base.weightCount }
  public var preparedCount: Int? { base.preparedCount }
  public func clearUnused(_ values: UnsafeMutableBufferPointer<Scalar>) { base.clearUnused(values) }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    base.initialParameters(using: &random)
  }

  public func initialParameters(
    for sample: Tile, given context: Tile?, using random: inout RandomStream
  ) -> [Scalar] {
    base.initialParameters(forInverse: sample, given: context, using: &random)
  }

  public func initialParameters(
    forInverse sample: Tile, given context: Tile?, using random: inout RandomStream
  ) -> [Scalar] {
    base.initialParameters(for: sample, given: context, using: &random)
  }

  public func check(_ parameters: Parameters) throws(FlowError) { try base.check(parameters) }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    base.prepare(parameters, into: prepared)
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    base.pullBackPreparation(parameters, prepared: prepared, preparedGradient: preparedGradient, to: &gradient)
  }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    let input = x
    do throws(FlowError) {
      return try base.inverseWithPullback(input, pass)
    } catch {
      precondition(error.kind == .numerics, "\(error)")
      // What was not found is not finite, which whoever trains or scores reports with the layer's name.
      let nothing = Tile(features: dimension, like: input, filledWith: .nan)
      return (Transformed(nothing, LogDeterminant(perEvent: nothing.rows(0..<1))), { _, _, _ in nothing })
    }
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) -> Transformed {
    base.forward(z, pass)
  }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    base.forwardWithPullback(z, pass)
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case base }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(checking: container.decode(EncodedLayer.self, forKey: .base).layer)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(EncodedLayer(layer: base), forKey: .base)
  }
}
