/// The description from which an encoder is rebuilt, with its decoder if it has one: everything but the parameters.
///
///     z = e(s(x)),      x̂ = s⁻¹(d(z))
///
/// with networks e: ℝᴰ → ℝᴸ and d: ℝᴸ → ℝᴰ and the scaling s of the columns. With a head both have distributions: e gives m(x) and log σ(x),
/// 2L numbers, of which z = m(x) is the latent, and d what the head makes p(x | z) of. No inverse is promised: where L < D events that differ may
/// have one z, and x̂ is what the decoder makes of it.
///
/// With a flow of the posterior z = T(m(x); h(x)), where h are as many more outputs of the encoder as T has columns of context.
///
/// With a context c both networks see it, scaled, beside their inputs: z = e(s(x), c) and x̂ = s⁻¹(d(z, c)) (Sohn et al. 2015).
public struct EncoderArchitecture: Trainable, Codable {
  /// In what unit columns are compared, and with what scale they reach the encoder.
  public enum Metric: String, Sendable, Codable, CaseIterable {
    /// One unit for all columns, the root mean square of their deviations: distances are those of the data, up to a factor.
    case equal
    /// Each column's standard deviation.
    case deviations
  }

  public let metric: Metric
  /// mⱼ > 0, what the square of each column counts in the metric, |x|² = Σ mⱼ xⱼ²; empty where all count 1.
  public let columnWeights: [Double]
  /// s, with the weights: xⱼ ↦ √mⱼ (xⱼ − meanⱼ)/unitⱼ.
  public let scaling: Standardize
  /// That of the context; nil where there is none.
  public let contextScaling: Standardize?
  public let encoder: CodeNetwork
  public let decoder: CodeNetwork?
  /// What the decoder's outputs say of an event; nil where they are the event itself, as the scaling leaves it.
  public let head: DecoderHead?
  /// T, with h as its context: z = T(m + σε; h) are the latents; nil where they are m + σε itself.
  public let posterior: Chain?
  /// Predicts a label from z; nil where none was learned from.
  public let predictor: LabelPredictor?
  /// The encoder, then the decoder, its head, and the posterior's flow or the predictor if there are any.
  public let layout: ParameterLayout

  public init(
    metric: Metric = .equal, columnWeights: [Double] = [], scaling: Standardize, contextScaling: Standardize? = nil,
    encoder: CodeNetwork, decoder: CodeNetwork? = nil, head: DecoderHead? = nil, posterior: Chain? = nil,
    predictor: LabelPredictor? = nil
  ) {
    precondition(
      Self.fit(columnWeights, scaling), "\(columnWeights.count) weights above 0 for \(scaling.dimension) columns")
    precondition(
      Self.fits(scaling, contextScaling, encoder, decoder, head, posterior, predictor),
      "an encoder of \(encoder.inputs) columns and \(encoder.outputs) outputs, and a decoder for \(scaling.dimension) columns"
    )
    (self.metric, self.scaling, self.encoder, self.decoder) = (metric, scaling, encoder, decoder)
    (self.head, self.predictor, self.columnWeights, self.contextScaling) = (
      head, predictor, columnWeights, contextScaling
    )
    self.posterior = posterior
    let others: [(name: String, value: (any Parameterized)?)] = [
      ("decoder", decoder), ("head", head), ("posterior", posterior), ("predictor", predictor),
    ]
    layout = ParameterLayout([("encoder", encoder)] + others.compactMap { name, value in value.map { (name, $0) } })
  }

  private static func fit(_ weights: [Double], _ scaling: Standardize) -> Bool {
    (weights.isEmpty || weights.count == scaling.dimension) && weights.allSatisfy { $0 > 0 && $0.isFinite }
  }

  private static func fits(
    _ scaling: Standardize, _ contextScaling: Standardize?, _ encoder: CodeNetwork, _ decoder: CodeNetwork?,
    _ head: DecoderHead?, _ posterior: Chain?, _ predictor: LabelPredictor?
  ) -> Bool {
    let context = contextScaling?.dimension ?? 0
    guard [encoder, decoder].allSatisfy({ $0?.network.context ?? context == context }) else { return false }
    let code = encoder.outputs - (posterior?.contextDimension ?? 0)
    let latents = head == nil ? code : code / 2
    if let posterior {
      guard head != nil, predictor == nil, posterior.contextDimension > 0, posterior.dimension == latents else {
        return false
      }
    }
    let outputs = scaling.dimension * (head?.outputsPerColumn ?? 1)
    guard let decoder else {
      return head == nil && encoder.inputs == scaling.dimension && predictor?.network.inputs ?? latents == latents
    }
    return encoder.inputs == scaling.dimension && predictor?.network.inputs ?? latents == latents
      && decoder.inputs == latents && decoder.outputs == outputs
      && head?.dimension ?? scaling.dimension == scaling.dimension
      && (head == nil || code.isMultiple(of: 2))
  }

  /// D.
  public var dimension: Int { scaling.dimension }
  /// L.
  public var latentDimension: Int { posterior?.dimension ?? (head == nil ? encoder.outputs : encoder.outputs / 2) }
  public var parameterCount: Int { layout.parameterCount }
  /// C, 0 without context.
  public var contextDimension: Int { contextScaling?.dimension ?? 0 }
  public var preprocessing: [any Preprocessing] { [scaling] }
  public var contextPreprocessing: [any Preprocessing] { contextScaling.map { [$0] } ?? [] }

  /// What latents are called: z0, z1 and so on.
  public var latentColumns: [String] { (0..<latentDimension).map { "z\($0)" } }

  /// Whether latents are an affine function of events, and reconstructions of latents: a subspace, as principal components are one.
  public var isLinear: Bool {
    posterior == nil
      && [encoder, decoder].allSatisfy { ($0?.network as? Perceptron)?.hidden.isEmpty ?? ($0 == nil) }
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey {
    case metric, columnWeights, scaling, contextScaling, encoder, decoder, head, posterior, predictor
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let scaling = try container.decode(Standardize.self, forKey: .scaling)
    try scaling.checkDescription()
    let contextScaling = try container.decodeIfPresent(Standardize.self, forKey: .contextScaling)
    try contextScaling?.checkDescription()
    let encoder = try container.decode(CodeNetwork.self, forKey: .encoder)
    let back = try container.decodeIfPresent(CodeNetwork.self, forKey: .decoder)
    let head = try container.decodeIfPresent(DecoderHead.self, forKey: .head)
    let posterior = try container.decodeIfPresent(Chain.self, forKey: .posterior)
    let predictor = try container.decodeIfPresent(LabelPredictor.self, forKey: .predictor)
    let weights = try container.decode(.columnWeights, default: [Double]())
    try DescriptionCheck.require(
      Self.fits(scaling, contextScaling, encoder, back, head, posterior, predictor) && Self.fit(weights, scaling),
      "the parts of the encoder differ in their numbers of columns, latents or context")
    self.init(
      metric: try container.decode(.metric, default: .equal), columnWeights: weights, scaling: scaling,
      contextScaling: contextScaling, encoder: encoder, decoder: back, head: head, posterior: posterior,
      predictor: predictor)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(metric, forKey: .metric)
    if !columnWeights.isEmpty { try container.encode(columnWeights, forKey: .columnWeights) }
    try container.encode(scaling, forKey: .scaling)
    try container.encodeIfPresent(contextScaling, forKey: .contextScaling)
    try container.encode(self.encoder, forKey: .encoder)
    try container.encodeIfPresent(decoder, forKey: .decoder)
    try container.encodeIfPresent(head, forKey: .head)
    try container.encodeIfPresent(posterior, forKey: .posterior)
    try container.encodeIfPresent(predictor, forKey: .predictor)
  }
}

// MARK: - For data

extension EncoderArchitecture {
  /// An encoder for the events of `data`, scaled by their statistics.
  ///
  /// - Parameters:
  ///   - latents: L.
  ///   - context: whether the networks see the context of the events.
  ///   - encoder: the encoder's network, as ``CodeNetwork`` writes it.
  ///   - decoder: that of the decoder; nil for none.
  ///   - head: what the decoder's outputs say of an event; nil where they are the event itself.
  ///   - posterior: the flow of the posterior, whose context are outputs of the encoder; nil for none.
  ///   - predictor: of labels, from L latents; nil for none.
  ///   - weights: what the squares of columns count in the metric, by name; 1 where they are not named.
  /// - Throws: where a text describes no network, all columns are constant, or one of the context is.
  public init(
    fitting data: any EventSource, latents: Int, context seesContext: Bool = false, encoder: String, decoder: String?,
    head: DecoderHead.Kind? = nil,
    posterior: Chain? = nil, predictor: LabelPredictor? = nil, metric: Metric = .equal, weights: [ColumnWeight] = [],
    registry: Registry = .standard
  ) throws(FlowError) {
    guard DescriptionCheck.sizes ~= latents else {
      throw FlowError(
        .architecture, "an encoder has from 1 to \(DescriptionCheck.sizes.upperBound) latents, got \(latents)")
    }
    var statistics = ColumnStatistics(columns: data.columns)
    var ofContext = ColumnStatistics(columns: seesContext ? data.contextColumns : [])
    try data.forEachBlock {
      statistics.add($0.events.events, weights: $0.events.weights)
      if seesContext { ofContext.add($0.events.context, weights: $0.events.weights) }
    }
    let context = seesContext ? data.contextDimension : 0
    let contextScaling =
      context > 0 ? try saying(data.place) { () throws(FlowError) in try ofContext.standardization(of: .context) } : nil
    let head = head.map { DecoderHead($0, dimension: data.dimension) }
    let back = try decoder.map { text throws(FlowError) in
      try CodeNetwork(
        text, inputs: latents, context: context, outputs: data.dimension * (head?.outputsPerColumn ?? 1),
        registry: registry)
    }
    let outputs = head == nil ? latents : 2 * latents + (posterior?.contextDimension ?? 0)
    let columnWeights = try ColumnWeight.ofColumns(data.columns, weights, data.place)
    self.init(
      metric: metric, columnWeights: columnWeights,
      scaling: try Self.scaling(statistics, metric, columnWeights, data.place), contextScaling: contextScaling,
      encoder: try CodeNetwork(
        encoder, inputs: data.dimension, context: context, outputs: outputs, registry: registry), decoder: back,
      head: head, posterior: posterior, predictor: predictor)
  }

  /// A column that is constant has no deviation: it keeps its unit, and is 0 for the encoder.
  private static func scaling(
    _ statistics: ColumnStatistics, _ metric: Metric, _ weights: [Double], _ place: String
  ) throws(FlowError) -> Standardize {
    let (means, deviations) = (statistics.means, statistics.standardDeviations)
    let isConstant = zip(means, deviations).map { !($1 > 1e-14 * abs($0)) }
    guard isConstant.contains(false) else { throw FlowError(.data, "\(place): all columns are constant") }
    let squares = zip(deviations, isConstant).reduce(0) { $0 + ($1.1 ? 0 : $1.0 * $1.0) }
    let common = (squares / Double(deviations.count)).squareRoot()
    return Standardize(
      means: means,
      standardDeviations: deviations.indices.map { column in
        let unit = metric == .equal ? common : isConstant[column] ? 1 : deviations[column]
        return weights.isEmpty ? unit : unit / weights[column].squareRoot()
      })
  }
}
