/// One tile through a flow, either way: preprocessed events → (context's embedding) → chain → base, each with its
/// pullback. The only place that knows the order of the parts.
///
/// `pass` holds what tiles see of all parameters of the flow, and the context as its preprocessing left it. Log-densities
/// here are those of preprocessed events: whoever has rows adds the log-determinant of their preprocessing
/// (`FlowPass+Rows.swift`).
public struct FlowPass {
  public let architecture: Architecture
  let pass: Pass

  public init(_ architecture: Architecture, _ pass: Pass) {
    (self.architecture, self.pass) = (architecture, pass)
  }

  /// ∂L/∂log p of each event (one row) ↦ ∂L/∂x; adds to the gradients of all parameters, and of the context on request.
  public typealias LogDensityPullback = (_ cotangents: Tile, _ gradient: inout Gradient) -> Tile

  var baseRange: Range<Int> { architecture.layout.prepared.last! }
  var baseParameters: Parameters { pass.parameters.slice(baseRange) }

  // MARK: From data to base

  /// z and log|det ∂z/∂x|.
  public func latent(of x: consuming Tile) -> Transformed { architecture.chain.forward(x, embedded) }

  /// z and log|det ∂z/∂x|, and the map from their cotangents to those of x, of all parameters, and of the context.
  public func latentWithPullback(of x: consuming Tile) -> (value: Transformed, pullback: Pullback) {
    let (pass, pullBackEmbedding) = embeddedWithPullback
    let (value, pullback) = architecture.chain.forwardWithPullback(x, pass)
    return (value, Self.joined(pullback, pass, pullBackEmbedding))
  }

  /// log p of each event of the tile.
  public func logDensities(of x: consuming Tile) -> [Double] {
    guard let broad = architecture.broad else { return logDensitiesWithoutBroad(of: x) }
    let x = x
    return broad.mixed(logDensitiesWithoutBroad(of: x), with: broad.logDensities(of: x, after: architecture.scaling))
  }

  /// Those of layers and base alone.
  func logDensitiesWithoutBroad(of x: consuming Tile) -> [Double] {
    let z = latent(of: x)
    return Self.sums(z) { architecture.base.logDensity(z.values, baseParameters, into: $0) }
  }

  /// log p of each event of the tile, and its pullback.
  public func logDensitiesWithPullback(of x: consuming Tile) -> (values: [Double], pullback: LogDensityPullback) {
    guard let broad = architecture.broad else { return logDensitiesWithoutBroadWithPullback(of: x) }
    let x = x
    let (own, pullBackFlow) = logDensitiesWithoutBroadWithPullback(of: x)
    let scaling = architecture.scaling
    let values = broad.mixed(own, with: broad.logDensities(of: x, after: scaling))
    let share = broad.share(own, of: values)
    return (
      values,
      { cotangents, gradient in
        var ofFlow = cotangents
        ofFlow.fill { _, event in cotangents[0, event] * Scalar(share[event]) }
        let ofBroad = share.indices.map { Double(cotangents[0, $0]) * (1 - share[$0]) }
        var result = pullBackFlow(ofFlow, &gradient)
        result.add(broad.pullBack(ofBroad, at: x, after: scaling))
        return result
      }
    )
  }

  func logDensitiesWithoutBroadWithPullback(
    of x: consuming Tile
  ) -> (values: [Double], pullback: LogDensityPullback) {
    let (z, pullback) = latentWithPullback(of: x)
    var pullBackBase: BasePullback?
    let values = Self.sums(z) {
      pullBackBase = architecture.base.logDensityWithPullback(z.values, baseParameters, into: $0)
    }
    let (range, pullBackDensity) = (baseRange, pullBackBase!)
    return (
      values,
      { cotangents, gradient in
        pullback(gradient.withSlice(range) { pullBackDensity(cotangents, &$0) }, cotangents, &gradient)
      }
    )
  }

  // MARK: From base to data

  /// x and log|det ∂x/∂z|.
  public func events(from z: consuming Tile) throws(FlowError) -> Transformed {
    try architecture.chain.inverse(z, embedded)
  }

  /// x and log|det ∂x/∂z|, and the map from their cotangents to those of z, of all parameters, and of the context.
  ///
  /// - Throws: where the inverse of a layer cannot be differentiated, or does not converge.
  public func eventsWithPullback(
    from z: consuming Tile
  ) throws(FlowError) -> (value: Transformed, pullback: Pullback) {
    let (pass, pullBackEmbedding) = embeddedWithPullback
    let (value, pullback) = try architecture.chain.inverseWithPullback(z, pass)
    return (value, Self.joined(pullback, pass, pullBackEmbedding))
  }

  /// What the layers are given.
  var embedded: Pass {
    guard let embedding = architecture.contextEmbedding, let context = pass.context else { return pass }
    var result = pass
    result.context = embedding.forward(context, embeddingPass)
    return result
  }

  typealias EmbeddingPullback = (_ cotangent: consuming Tile, _ gradient: inout Gradient) -> Tile

  var embeddedWithPullback: (pass: Pass, pullback: EmbeddingPullback?) {
    guard let embedding = architecture.contextEmbedding, let context = pass.context else { return (pass, nil) }
    var result = pass
    let (value, pullback) = embedding.forwardWithPullback(context, embeddingPass)
    result.context = value
    let range = embeddingRange
    return (result, { cotangent, gradient in gradient.withSlice(range) { pullback(cotangent, &$0) } })
  }

  private var embeddingRange: Range<Int> { architecture.layout.prepared[architecture.chain.layers.count] }
  private var embeddingPass: Pass { pass.part(architecture.chain.layers.count, embeddingRange) }

  /// The pullback of the chain after that of the embedding, whose parameters see the context's cotangent.
  static func joined(_ pullback: @escaping Pullback, _ pass: Pass, _ embedding: EmbeddingPullback?) -> Pullback {
    guard let embedding, let embedded = pass.context else { return pullback }
    return { values, logDeterminant, gradient in
      let wanted = gradient.context.take()
      gradient.context = Tile(features: embedded.features, like: embedded, filledWith: 0)
      let result = pullback(values, logDeterminant, &gradient)
      let ofContext = embedding(gradient.context.take()!, &gradient)
      gradient.context = wanted
      gradient.context?.add(ofContext)
      return result
    }
  }

  /// log p₀(z) + log|det ∂z/∂x| of each event, in Double.
  static func sums(_ z: Transformed, _ logDensity: (UnsafeMutableBufferPointer<Double>) -> Void) -> [Double] {
    [Double](unsafeUninitializedCapacity: z.values.width) { sums, count in
      count = z.values.width
      sums.initialize(repeating: 0)
      logDensity(UnsafeMutableBufferPointer(rebasing: sums[..<count]))
      z.logDeterminant.add(to: UnsafeMutableBufferPointer(rebasing: sums[..<count]))
    }
  }
}
