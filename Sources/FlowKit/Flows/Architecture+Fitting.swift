extension Architecture {
  /// An architecture for the events of `data`: preprocessed as `preprocessing` says, by statistics of these events, then
  /// the layers of a list. Columns for which the chain takes only some values, such as those between 0 and 1, are not
  /// scaled. Periodic columns are angles for layers and base (``FeatureKind``); where columns are categories, the layers end with
  /// `autoregressive-categories`. The context is standardized.
  ///
  /// - Parameters:
  ///   - contextEmbedding: a network through which the layers see the context, such as `64x64` (``ContextEmbedding``).
  ///   - broad: the weight of a ``BroadComponent``; 0 for none. Where the layers are not defined for all numbers there is none.
  ///   - seed: draws what is random in the layers.
  /// - Throws: where the list describes no chain for these dimensions, the data have no density, or an event is
  ///   outside the domain.
  public init(
    fitting data: some EventSource, layers list: String, base: String = StandardNormal.name,
    preprocessing declared: PreprocessingOptions = PreprocessingOptions(), contextEmbedding: String? = nil,
    broad: Double = 0, registry: Registry = .standard, seed: UInt64
  ) throws(FlowError) {
    var random = RandomStream(seed: seed, purpose: .architecture)
    let embedding = try contextEmbedding.map { text throws(FlowError) in
      try ContextEmbedding(text, inputs: data.contextDimension, registry: registry)
    }
    let options = try declared.findingCategories(in: data)
    let kinds = try saying(data.place) { () throws(FlowError) in try options.kinds(for: data.columns) }
    let chain = try LayerList(PreprocessingOptions.layers(list, for: kinds)).chain(
      dimension: data.dimension, contextDimension: embedding?.outputs ?? data.contextDimension, kinds: kinds,
      registry: registry, using: &random)
    guard chain.parameterCount <= Self.parameterLimit else {
      throw FlowError(
        .architecture,
        "the layer list asks for \(chain.parameterCount) parameters; at most \(Self.parameterLimit) are supported")
    }
    if let count = embedding?.parameterCount, count > Self.parameterLimit {
      throw FlowError(
        .architecture,
        "the context's embedding asks for \(count) parameters, of which at most \(Self.parameterLimit) are supported",
        fix: .correct(.contextEmbedding))
    }
    let base = try registry.base(base, dimension: data.dimension).suited(to: chain.kinds(of: kinds))
    let (preprocessing, contextPreprocessing) = try Self.preprocessing(of: data, options, for: chain.domain, seed: seed)
    let isEverywhere = chain.domain.isEverything && options.circular.isEmpty && options.categories.isEmpty
    let alone = Architecture(
      chain: chain, base: base, preprocessing: preprocessing, contextPreprocessing: contextPreprocessing,
      contextEmbedding: embedding)
    let unscaled = Array(preprocessing.dropLast(alone.scaling.count))
    let component =
      broad > 0 && isEverywhere ? try BroadComponent(weight: broad, of: data, after: unscaled) : nil
    self.init(
      chain: chain, base: base, preprocessing: preprocessing, contextPreprocessing: contextPreprocessing,
      contextEmbedding: embedding, broad: component)
    try checkSupport()
    // The preprocessing was checked where it was fitted.
    if !chain.domain.isEverything { try checkDomain(of: data) }
  }

  /// A gigabyte of Float for each copy that training holds.
  private static var parameterLimit: Int { 1 << 28 }

  private static func preprocessing(
    of data: some EventSource, _ options: PreprocessingOptions, for domain: [Interval], seed: UInt64
  ) throws(FlowError) -> (events: [any Preprocessing], context: [any Preprocessing]) {
    let events = try options.fitted(to: data, domain: domain, seed: seed)
    guard data.contextDimension > 0 else { return (events, []) }
    var context = ColumnStatistics(columns: data.contextColumns)
    try data.forEachBlock { context.add($0.events.context, weights: $0.events.weights) }
    return try saying(data.place) { () throws(FlowError) in
      (events, [try context.standardization(of: .context)])
    }
  }
}
