/// The description from which a flow is rebuilt: everything but the parameters.
///
/// log p(x | c) = log p₀(z) + log|det ∂z/∂x| with z = chain(preprocessing(x); embedding(contextPreprocessing(c))), the
/// embedding being optional, and the density mixed with a ``BroadComponent`` if there is one.
public struct Architecture: Sendable, Codable {
  /// Maps raw events to those that the chain sees, in Double.
  public let preprocessing: [any Preprocessing]
  /// The same for the context; its log-determinant does not count.
  public let contextPreprocessing: [any Preprocessing]
  /// What the chain sees of the context; nil where that is the context itself.
  public let contextEmbedding: ContextEmbedding?
  public let chain: Chain
  public let base: any BaseDistribution
  /// A part of the mass that lies broadly; nil for the flow alone.
  public let broad: BroadComponent?
  /// The layers of the chain, then the embedding of the context if there is one, then the base.
  public let layout: ParameterLayout

  /// The name of the base's part of the layout.
  static let baseName = "base"

  public init(
    chain: Chain, base: any BaseDistribution, preprocessing: [any Preprocessing] = [],
    contextPreprocessing: [any Preprocessing] = [], contextEmbedding: ContextEmbedding? = nil,
    broad: BroadComponent? = nil
  ) {
    let contextDimension = contextEmbedding?.inputs ?? chain.contextDimension
    precondition(
      base.dimension == chain.dimension && preprocessing.allSatisfy { $0.dimension == chain.dimension }
        && contextPreprocessing.allSatisfy { $0.dimension == contextDimension }
        && contextEmbedding?.outputs ?? contextDimension == chain.contextDimension
        && broad?.dimension ?? chain.dimension == chain.dimension,
      "the parts of a flow have one dimension, \(chain.dimension), and its context one, \(contextDimension)")
    (self.chain, self.base, self.preprocessing) = (chain, base, preprocessing)
    (self.contextPreprocessing, self.contextEmbedding, self.broad) = (contextPreprocessing, contextEmbedding, broad)
    let embedding = contextEmbedding.map { [(ContextEmbedding.partName, $0 as any Parameterized)] } ?? []
    layout = ParameterLayout(chain.layout.parts.map { ($0.name, $0.value) } + embedding + [(Self.baseName, base)])
  }

  /// D.
  public var dimension: Int { chain.dimension }
  /// C, 0 without context.
  public var contextDimension: Int { contextEmbedding?.inputs ?? chain.contextDimension }
  /// All parameters, in the order of the flat buffer.
  public var parameterShapes: [ParameterShape] { layout.parameterShapes }
  public var parameterCount: Int { layout.parameterCount }
  /// The chain as a layer list.
  public var layerList: String { LayerList.describing(chain.layers) }

  /// What is done to events before the chain, in words.
  public func preprocessingSummary(columns: [String]) -> String { preprocessing.summary(columns: columns) }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case preprocessing, contextPreprocessing, contextEmbedding, chain, base, broad }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func preprocessing(_ key: CodingKeys) throws -> [any Preprocessing] {
      try container.decode([EncodedLayer].self, forKey: key).map { encoded in
        guard let layer = encoded.layer as? any Preprocessing else {
          throw FlowError(.format, "the model preprocesses by \(encoded.layer.layerList), which is no preprocessing")
        }
        return layer
      }
    }
    let chain = try container.decode(Chain.self, forKey: .chain)
    let base = try container.decode(EncodedBase.self, forKey: .base).base
    let (ofEvents, ofContext) = (try preprocessing(.preprocessing), try preprocessing(.contextPreprocessing))
    let embedding = try container.decodeIfPresent(ContextEmbedding.self, forKey: .contextEmbedding)
    let broad = try container.decodeIfPresent(BroadComponent.self, forKey: .broad)
    let contextDimension = embedding?.inputs ?? chain.contextDimension
    let dimensions =
      [("the base", base.dimension), ("the broad component", broad?.dimension ?? chain.dimension)]
      + ofEvents.map { ($0.layerList, $0.dimension) }
    for (part, dimension) in dimensions {
      try DescriptionCheck.require(
        dimension == chain.dimension, "\(part) has \(dimension) features, but the chain \(chain.dimension)")
    }
    try DescriptionCheck.require(
      ofContext.allSatisfy { $0.dimension == contextDimension }
        && embedding?.outputs ?? contextDimension == chain.contextDimension,
      "the layers, the preprocessing and the embedding of the context differ in their numbers of features")
    self.init(
      chain: chain, base: base, preprocessing: ofEvents, contextPreprocessing: ofContext, contextEmbedding: embedding,
      broad: broad)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(preprocessing.map(EncodedLayer.init), forKey: .preprocessing)
    try container.encode(contextPreprocessing.map(EncodedLayer.init), forKey: .contextPreprocessing)
    try container.encodeIfPresent(contextEmbedding, forKey: .contextEmbedding)
    try container.encode(chain, forKey: .chain)
    try container.encode(EncodedBase(base: base), forKey: .base)
    try container.encodeIfPresent(broad, forKey: .broad)
  }
}
