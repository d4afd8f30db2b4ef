/// A bijector turned around: its forward is the other's inverse. `Inverted` of an autoregressive layer scores slowly and
/// samples fast (MAF ↔ IAF). Layer list: `inverse(…)`.
public struct Inverted: InvertiblyDifferentiable {
  public static let layerName = "inverse"
  public let base: any InvertiblyDifferentiable

  /// What `base` is made of is invertibly differentiable too.
  public init(_ base: any InvertiblyDifferentiable) {
    self.base = base
  }

  /// Throws where the inverse of `base` cannot be differentiated, naming the layer.
  public init(checking base: any Bijector) throws(FlowError) {
    guard let base = base as? any InvertiblyDifferentiable else {
      throw FlowError(
        .architecture, "the inverse of \(base.layerList) cannot be differentiated: inverse(…) cannot turn this layer")
    }
    self.base = base
  }

  public var dimension: Int { base.dimension }
  public var contextDimension: Int { base.contextDimension }
  public var parameterShapes: [ParameterShape] { base.parameterShapes }
  public var layerList: String { "inverse(\(base.layerList))" }
  public var structure: JacobianStructure { base.structure.inverted }
  public var traits: LayerTraits { base.traits.inverted }
  public var domain: [Interval] { base.image(of: base.domain) }
  public func image(of input: [Interval]) -> [Interval] { base.domain }
  public var weightCount: Int { base.weightCount }
  public var preparedCount: Int? { base.preparedCount }
  public func clearUnused(_ values: UnsafeMutableBufferPointer<Scalar>) { base.clearUnused(values) }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    base.initialParameters(using: &random)
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
    do throws(FlowError) {
      return try base.inverseWithPullback(x, pass)
    } catch {
      preconditionFailure("\(error)")
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
