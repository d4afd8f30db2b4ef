/// A named way to make an architecture that is a good default for its kind of data.
public struct Recipe: Sendable {
  public let name: String
  /// What it is, in a few words.
  public let summary: String
  /// The chain as a layer list.
  public let layers: String

  private init(name: String, summary: String, layers: String) {
    (self.name, self.summary, self.layers) = (name, summary, layers)
  }

  /// One line adds a recipe.
  public static let all = [
    Recipe(
      name: "realnvp", summary: "affine coupling layers (Dinh et al. 2017)",
      layers: "12*[coupling-affine(bound=2,hidden=128x128),permute(random)]"),
    Recipe(
      name: "maf", summary: "masked autoregressive flow (Papamakarios et al. 2017)",
      layers: "8*[autoregressive-affine(hidden=128x128),permute(random)]"),
    Recipe(
      name: "nsf", summary: "rational-quadratic spline couplings (Durkan et al. 2019)",
      layers: "8*[coupling-rqs(bins=8,bound=5,hidden=128x128),permute(random)]"),
    Recipe(
      name: "nsf-ar", summary: "autoregressive rational-quadratic splines (Durkan et al. 2019)",
      layers: "5*[autoregressive-rqs(bins=8,bound=5,hidden=128x128),permute(random)]"),
    Recipe(
      name: "residual", summary: "invertible residual layers (Behrmann et al. 2019; Chen et al. 2019)",
      layers: "8*[residual(hidden=64x64,lipschitz=0.9),diagonal]"),
  ]

  /// The recipe called `name`.
  public init(named name: String) throws(FlowError) {
    guard let recipe = Self.all.first(where: { $0.name == name }) else {
      throw FlowError(
        .architecture, "unknown recipe '\(name)': the recipes are \(Self.all.map(\.name).joined(separator: ", "))")
    }
    self = recipe
  }
}

extension Architecture {
  /// An architecture for the events of `data`: preprocessed as `preprocessing` says, by statistics of these events, then
  /// the layers of a list. Columns for which the chain takes only some values, such as those between 0 and 1, are not
  /// scaled. The context is standardized.
  ///
  /// - Parameters:
  ///   - contextEmbedding: the widths of a perceptron through which the layers see the context, such as [64, 64].
  ///   - seed: draws what is random in the layers.
  /// - Throws: where the list describes no chain for these dimensions, the data have no density, or an event is
  ///   outside the domain.
  public init(
    fitting data: EventSet, layers: String, base: String = StandardNormal.name,
    preprocessing options: PreprocessingOptions = PreprocessingOptions(), contextEmbedding: [Int]? = nil,
    registry: Registry = .standard, seed: UInt64
  ) throws(FlowError) {
    var random = RandomStream(seed: seed, purpose: .architecture)
    let chain = try LayerList(layers).chain(
      dimension: data.columns.count, contextDimension: contextEmbedding?.last ?? data.contextColumns.count,
      registry: registry, using: &random)
    guard chain.parameterCount <= Self.parameterLimit else {
      throw FlowError(
        .architecture,
        "the layer list asks for \(chain.parameterCount) parameters; at most \(Self.parameterLimit) are supported")
    }
    let embedding = contextEmbedding.map { ContextEmbedding(inputs: data.contextColumns.count, widths: $0) }
    if let count = embedding?.parameterCount, count > Self.parameterLimit {
      throw FlowError(
        .architecture,
        "--context-embedding asks for \(count) parameters; at most \(Self.parameterLimit) are supported")
    }
    let base = try registry.base(base, dimension: data.columns.count)
    let (preprocessing, contextPreprocessing) = try Self.preprocessing(of: data, options, for: chain.domain, seed: seed)
    self.init(
      chain: chain, base: base, preprocessing: preprocessing, contextPreprocessing: contextPreprocessing,
      contextEmbedding: embedding)
    try checkSupport()
    // The preprocessing was checked where it was fitted.
    if !chain.domain.isEverything { try checkDomain(of: data) }
  }

  /// A gigabyte of Float for each copy that training holds.
  private static var parameterLimit: Int { 1 << 28 }

  private static func preprocessing(
    of data: EventSet, _ options: PreprocessingOptions, for domain: [Interval], seed: UInt64
  ) throws(FlowError) -> (events: [any Preprocessing], context: [any Preprocessing]) {
    do throws(FlowError) {
      let events = try options.fitted(to: data, domain: domain, seed: seed)
      guard !data.contextColumns.isEmpty else { return (events, []) }
      var context = ColumnStatistics(columns: data.contextColumns)
      try data.forEachBlock { context.add($0.events.context, weights: $0.events.weights) }
      return (events, [try context.standardization(option: "--context")])
    } catch {
      throw FlowError(error.kind, "\(data.location): \(error.message)", detail: error.detail)
    }
  }
}
