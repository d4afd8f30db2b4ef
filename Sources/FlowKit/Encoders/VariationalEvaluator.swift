/// A variational encoder and its prior made ready for bounds of log p(x).
///
/// Results are the same bits for any number of threads and however the events are divided into calls. One evaluator serves one thread
/// at a time.
public final class VariationalEvaluator {
  public let model: VariationalEncoder
  private let engine: Engine

  /// - Throws: where the encoder has no distribution, or the prior another number of latents or another context.
  public init(_ encoder: EventEncoder, prior: Flow, threads: Int? = nil) throws(FlowError) {
    model = try VariationalEncoder(encoder.architecture, prior: prior.architecture)
    engine = Engine(model.layout, ParameterBuffer(encoder.parameters + prior.parameters), threads: threads)
  }

  /// The importance-weighted bound of log p(x) of each event with K draws (Burda et al. 2016, arXiv:1509.00519):
  ///
  ///     log (1/K) Σₖ p(x, zₖ)/q(zₖ | x),      zₖ ~ q(z | x)
  ///
  /// Its mean is below log p(x), rises with K, and is the evidence lower bound for K = 1. In nats, of the data as they are; NaN where an
  /// event has a value that is not finite.
  ///
  /// - Parameters:
  ///   - context: that of each event, N × C, or one row for all of them; empty where the model has none.
  ///   - draws: K.
  ///   - first: the number of the first event in its data, on which its draws depend.
  public func bounds(
    of events: [Double], context: [Double] = [], draws: Int = 1, first: Int = 0, seed: UInt64 = 0
  ) -> [Double] {
    precondition(draws > 0, "a bound takes draws, got \(draws)")
    let latents = model.architecture.latentDimension
    return rows(events, context, 1, first: first, seed: seed) { pass, x, random in
      let code = pass.code(of: x)
      var sums = [Double](repeating: -.infinity, count: x.width)
      for draw in 0..<draws {
        let noise = Tile.noise(latents, like: x, from: random.child(draw))
        let terms = pass.terms(of: x, code: code, noise: noise)
        for event in sums.indices { sums[event] = Double.logAddExp(sums[event], terms.logWeight(event)) }
      }
      return sums.map { $0 - Double.log(Double(draws)) }
    }
  }

  /// The deviations σ of each event's latents, or one draw of these, N × L. Where the posterior is a flow, σ are those of what it begins with.
  public func latents(
    of events: [Double], _ part: PosteriorPart, context: [Double] = [], first: Int = 0, seed: UInt64 = 0
  ) -> [Double] {
    let latents = model.architecture.latentDimension
    return rows(events, context, latents, first: first, seed: seed) { pass, x, random in
      let code = pass.code(of: x)
      guard part == .draws else { return pass.deviations(code).rows(count: x.width) }
      return pass.latents(code, noise: Tile.noise(latents, like: x, from: random.child(0))).values.rows(count: x.width)
    }
  }

  /// What `body` makes of each tile, `width` numbers for each of its events.
  private func rows(
    _ events: [Double], _ context: [Double], _ width: Int, first: Int, seed: UInt64,
    _ body: @Sendable (VariationalPass, Tile, EventRandom) -> [Double]
  ) -> [Double] {
    var input = events
    model.architecture.scaling.standardize(&input)
    let (engine, model, dimension, rows) = (engine, model, model.dimension, input)
    let count = events.count / dimension
    let scaled = model.architecture.scaledContext(context, for: count)
    return UnitResults.collect(count * width, startingWith: 0.0) { results in
      engine.forEachTile(of: count) { worker, range in
        let worker = engine.worker(worker)
        let x = Tile(
          rows: rows[(range.lowerBound * dimension)..<(range.upperBound * dimension)], features: dimension,
          pool: worker.tiles)
        let pass = Pass(
          worker.parameters, context: model.architecture.contextTile(scaled, of: range, worker.tiles))
        let values = body(
          VariationalPass(model, pass), x, EventRandom(seed: seed, first: first + range.lowerBound))
        results.pointer(to: range.lowerBound * width).update(from: values, count: range.count * width)
      }
    }
  }
}

/// What of the latents' distributions is asked for.
public enum PosteriorPart: Sendable {
  /// σ of each latent.
  case deviations
  /// One draw.
  case draws
}
