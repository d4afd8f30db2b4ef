/// An encoder made ready for many calls: its parameters prepared, its threads running.
///
/// Results are the same bits for any number of threads and however the events are divided into calls. One evaluator serves one thread
/// at a time.
public final class EncoderEvaluator {
  public let architecture: EncoderArchitecture
  private let engine: Engine

  /// - Parameter threads: the number of threads; by default one per processor that this process may use.
  public init(_ encoder: EventEncoder, threads: Int? = nil) {
    architecture = encoder.architecture
    engine = Engine(architecture.layout, ParameterBuffer(encoder.parameters), threads: threads)
  }

  /// z of each event, N × L, with a head their means; NaN where an event has a value that is not finite, or too large.
  ///
  /// - Parameter context: that of each event, N × C, or one row for all of them; empty where the encoder has none. So everywhere here.
  public func latents(of events: [Double], context: [Double] = []) -> [Double] {
    var rows = events
    architecture.scaling.standardize(&rows)
    return mapped(rows, context, architecture.dimension, architecture.latentDimension) { $0.latents(of: $1) }
  }

  /// x̂ of each latent, N × D, in the data's own units; with a head the mean of p(x | z).
  ///
  /// - Throws: where there is no decoder.
  public func events(from latents: [Double], context: [Double] = []) throws(FlowError) -> [Double] {
    guard architecture.decoder != nil else { throw Self.noDecoder }
    let (head, scaling) = (architecture.head, architecture.scaling)
    guard let head else {
      var rows = mapped(latents, context, architecture.latentDimension, architecture.dimension) { $0.events(from: $1) }
      scaling.restoreUnits(&rows)
      return rows
    }
    return rows(latents, context, architecture.latentDimension, architecture.dimension) { pass, z, range in
      head.means(pass.events(from: z), count: range.count, scaling)
    }
  }

  static var noDecoder: FlowError {
    FlowError(.architecture, "the model's encoder has no decoder: nothing leads from latents back to events")
  }

  /// x of p(x | z) for each latent, N × D, in the data's own units; without a head as `events(from:)`.
  ///
  /// - Parameter first: the number of the first of them: the same seed and number give the same draw.
  /// - Throws: where there is no decoder.
  public func draws(
    from latents: [Double], context: [Double] = [], first: Int = 0, seed: UInt64 = 0
  ) throws(FlowError) -> [Double] {
    guard let head = architecture.head else { return try events(from: latents, context: context) }
    let scaling = architecture.scaling
    return rows(latents, context, architecture.latentDimension, architecture.dimension) { pass, z, range in
      let random = EventRandom(seed: seed, first: first + range.lowerBound).child(0)
      return head.draws(pass.events(from: z), count: range.count, scaling, pass.headParameters, from: random)
    }
  }

  /// The label that is most probable for each event, N.
  ///
  /// - Throws: where there is no predictor of labels.
  public func labels(of events: [Double]) throws(FlowError) -> [Int] {
    guard let classes = architecture.predictor?.classes else {
      throw FlowError(.architecture, "the model's encoder predicts no labels; one that is trained by dann does")
    }
    let logits = labelLogits(of: events, classes)
    return stride(from: 0, to: logits.count, by: classes.count).map { start in
      classes[classes.indices.max { logits[start + $0] < logits[start + $1] }!]
    }
  }

  /// log P(label | z) of each event and each of the predictor's K classes, N × K row-major; NaN where an event has a value that is not finite.
  ///
  /// - Throws: where there is no predictor of labels.
  public func labelLogProbabilities(of events: [Double]) throws(FlowError) -> [Double] {
    guard let classes = architecture.predictor?.classes else {
      throw FlowError(.architecture, "the model's encoder predicts no labels; one that is trained by dann does")
    }
    var logits = labelLogits(of: events, classes)
    for start in stride(from: 0, to: logits.count, by: classes.count) {
      let places = start..<(start + classes.count)
      let top = logits[places].max()!
      let total = top + Double.log(logits[places].reduce(0) { $0 + Double.exp($1 - top) })
      for place in places { logits[place] -= total }
    }
    return logits
  }

  private func labelLogits(of events: [Double], _ classes: [Int]) -> [Double] {
    mapped(latents(of: events), [], architecture.latentDimension, classes.count) { $0.labelLogits(of: $1) }
  }

  /// The mean over the columns of mⱼ (x̂ⱼ − xⱼ)² of each event with the weights m of the columns, in squared units of the metric.
  ///
  /// - Throws: where there is no decoder.
  public func reconstructionErrors(of events: [Double], context: [Double] = []) throws(FlowError) -> [Double] {
    let reconstructions = try self.events(from: latents(of: events, context: context), context: context)
    let (dimension, units) = (architecture.dimension, architecture.scaling.standardDeviations)
    let isEqual = architecture.metric == .equal
    let weights = architecture.columnWeights
    return (0..<(events.count / dimension)).map { event in
      let squares = (0..<dimension).reduce(0.0) { sum, column in
        let residual = reconstructions[event * dimension + column] - events[event * dimension + column]
        guard isEqual else { return sum + (residual / units[column]) * (residual / units[column]) }
        return sum + (weights.isEmpty ? 1 : weights[column]) * residual * residual
      }
      return squares / Double(dimension)
    }
  }

  /// Leads rows of `inputs` numbers through `body`, tile by tile, to rows of `outputs`.
  private func mapped(
    _ rows: [Double], _ context: [Double], _ inputs: Int, _ outputs: Int,
    _ body: @Sendable (EncoderPass, Tile) -> Tile
  ) -> [Double] {
    self.rows(rows, context, inputs, outputs) { pass, tile, range in body(pass, tile).rows(count: range.count) }
  }

  /// The same with rows of what the tile holds.
  private func rows(
    _ rows: [Double], _ context: [Double], _ inputs: Int, _ outputs: Int,
    _ body: @Sendable (EncoderPass, Tile, Range<Int>) -> [Double]
  ) -> [Double] {
    precondition(rows.count.isMultiple(of: inputs), "\(rows.count) values are no whole rows of \(inputs)")
    let (engine, architecture, count) = (engine, architecture, rows.count / inputs)
    let scaled = architecture.scaledContext(context, for: count)
    return UnitResults.collect(count * outputs, startingWith: 0.0) { results in
      engine.forEachTile(of: count) { worker, range in
        let worker = engine.worker(worker)
        let input = Tile(
          rows: rows[(range.lowerBound * inputs)..<(range.upperBound * inputs)], features: inputs, pool: worker.tiles)
        let pass = Pass(worker.parameters, context: architecture.contextTile(scaled, of: range, worker.tiles))
        let output = body(EncoderPass(architecture, pass), input, range)
        results.pointer(to: range.lowerBound * outputs).update(from: output, count: output.count)
      }
    }
  }
}

// MARK: - The context of rows

extension EncoderArchitecture {
  /// A context as the networks see it.
  ///
  /// - Precondition: one row for each of `count` events, or one for all of them; none without a context.
  func scaledContext(_ context: [Double], for count: Int) -> [Double] {
    let width = contextDimension
    precondition(
      width == 0 ? context.isEmpty : [width, width * count].contains(context.count),
      "\(context.count) values of context for \(count) events with \(width) each")
    var rows = context
    contextScaling?.standardize(&rows)
    return rows
  }

  /// Of a scaled context the rows of one tile; nil without a context.
  func contextTile(_ context: [Double], of events: Range<Int>, _ pool: TilePool) -> Tile? {
    let width = contextDimension
    guard width > 0 else { return nil }
    let own =
      context.count == width ? context[...] : context[(events.lowerBound * width)..<(events.upperBound * width)]
    return Tile(rows: own, features: width, count: events.count, pool: pool)
  }
}
