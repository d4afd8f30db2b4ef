/// A flow made ready for scoring and sampling: its parameters prepared, its threads running.
///
/// Results are the same bits for any number of threads and however the events are divided into calls. One evaluator
/// serves one thread at a time. Where a flow is conditional, `context` holds N × C values, or C that all events share.
public final class FlowEvaluator {
  public let architecture: Architecture
  private let engine: Engine
  private let architectures: PerWorker<Architecture>

  /// - Parameter threads: the number of threads; by default one per processor that this process may use.
  public convenience init(_ flow: Flow, threads: Int? = nil) {
    self.init(flow.architecture, ParameterBuffer(flow.parameters), threads: threads)
  }

  /// - Parameter pool: the workers, where other evaluators have them, too: one at a time.
  init(_ architecture: Architecture, _ parameters: ParameterBuffer, threads: Int?, pool: WorkerPool? = nil) {
    self.architecture = architecture
    engine = Engine(architecture.layout, parameters, threads: threads, pool: pool)
    architectures = PerWorker(engine.pool) { $0 == 0 ? architecture : architecture.copied() }
  }

  /// The flow that is evaluated.
  public var flow: Flow { Flow(architecture: architecture, parameters: engine.parameters.values) }

  /// log p(x | c) in nats of each event: −∞ outside the flow's domain, for an infinite value and for one so large that the
  /// flow's numbers end, NaN for a NaN.
  ///
  /// - Parameters:
  ///   - events: N × D values, row-major, in the data's own units.
  ///   - first: the number of the first event in its data, which decides the noise of columns that are dequantized.
  public func logDensity(_ events: [Double], first: Int = 0, context: [Double] = []) -> [Double] {
    rows(count(events), 1, context) { pass, range, pool in
      pass.logDensities(of: pass.rows(events, range, first), pool)
    }
  }

  /// ∂ log p(x | c)/∂x of each event, N × D row-major, in the data's own units; NaN where log p is not finite.
  public func gradient(ofLogDensity events: [Double], first: Int = 0, context: [Double] = []) -> [Double] {
    rows(count(events), architecture.dimension, context) { pass, range, pool in
      pass.logDensitiesWithGradients(of: pass.rows(events, range, first), pool).gradients
    }
  }

  /// log p(x | c) of each event, and ∂ log p/∂x, N × D row-major; NaN where log p is not finite.
  public func logDensityWithGradient(
    of events: [Double], first: Int = 0, context: [Double] = []
  ) -> (values: [Double], gradients: [Double]) {
    let width = architecture.dimension + 1
    let all = rows(count(events), width, context) { pass, range, pool in
      let (values, gradients) = pass.logDensitiesWithGradients(of: pass.rows(events, range, first), pool)
      return values.indices.flatMap { event in
        [values[event]] + gradients[(event * (width - 1))..<((event + 1) * (width - 1))]
      }
    }
    let events = stride(from: 0, to: all.count, by: width)
    return (events.map { all[$0] }, events.flatMap { all[($0 + 1)..<($0 + width)] })
  }

  /// The latent z of each event, N × D row-major.
  public func latent(of events: [Double], first: Int = 0, context: [Double] = []) -> [Double] {
    rows(count(events), architecture.dimension, context) { pass, range, pool in
      pass.latents(of: pass.rows(events, range, first), pool)
    }
  }

  /// The events x of latents z, N × D row-major.
  ///
  /// - Throws: where a numeric inverse does not converge.
  public func events(from latents: [Double], context: [Double] = []) throws(FlowError) -> [Double] {
    let dimension = architecture.dimension
    return try rows(count(latents), dimension, context) { pass, range, pool throws(FlowError) in
      try pass.events(from: latents[(range.lowerBound * dimension)..<(range.upperBound * dimension)], pool)
    }
  }

  /// `count` events from number `first` on, N × D row-major, in the data's own units.
  ///
  /// - Parameter first: where in the stream of `seed` to start: events 100 ..< 200 are the same drawn alone or after the
  ///   others.
  /// - Throws: where a numeric inverse does not converge.
  public func sample(
    _ count: Int, first: Int = 0, context: [Double] = [], seed: UInt64 = 0
  ) throws(FlowError) -> [Double] {
    try rows(count, architecture.dimension, context) { pass, range, pool throws(FlowError) in
      try pass.samples(range.count, from: EventRandom(seed: seed, first: first + range.lowerBound), pool)
    }
  }

  /// Where the log-density of one event first leaves the finite numbers, for a message.
  package func nonFinitePlace(of event: [Double], first: Int, context: [Double]) -> String {
    let worker = engine.worker(0)
    let given = FlowPass.context(context[...], for: 1, architecture, worker.tiles)
    let pass = FlowPass(architecture, Pass(worker.parameters, context: given))
    return pass.nonFinitePlace(of: FlowPass.Rows(event[...], first: first), worker.tiles)
  }

  /// What some events, at most a tile of them, cost; nil of a flow without continuous layers.
  package func solverEffort(of events: [Double], first: Int, context: [Double]) -> SolverEffort? {
    let worker = engine.worker(0)
    let given = FlowPass.context(context[...], for: count(events), architecture, worker.tiles)
    let pass = FlowPass(architecture, Pass(worker.parameters, context: given))
    return pass.solverEffort(of: FlowPass.Rows(events[...], first: first), worker.tiles)
  }

  // MARK: Tile by tile

  /// Calls `body` for each tile of `count` events; returns the `width` numbers per event that it makes.
  private func rows<Failure: Error>(
    _ count: Int, _ width: Int, _ context: [Double],
    _ body: @Sendable (FlowPass, Range<Int>, TilePool) throws(Failure) -> [Double]
  ) throws(Failure) -> [Double] {
    let (engine, architectures) = (engine, architectures)
    let contextDimension = checkedContext(context, count)
    let sharesContext = context.count == contextDimension
    var values = [Double]()
    let failures = UnitResults.collect(Tile.tiles(for: count), startingWith: Failure?.none) { failures in
      values = [Double](unsafeUninitializedCapacity: count * width) { buffer, initialized in
        buffer.initialize(repeating: 0)
        let output = UnitResults(values: buffer.baseAddress!)
        engine.forEachTile(of: count) { worker, range in
          let (architecture, worker) = (architectures[worker], engine.worker(worker))
          let tiles = count == 1 && !Products.dependOnWidth ? worker.singleTiles : worker.tiles
          let own = sharesContext ? 0..<1 : range
          let context = FlowPass.context(
            context[(own.lowerBound * contextDimension)..<(own.upperBound * contextDimension)], for: range.count,
            architecture, tiles)
          do throws(Failure) {
            let rows = try body(
              FlowPass(architecture, Pass(worker.parameters, context: context)), range, tiles)
            output.pointer(to: range.lowerBound * width).update(from: rows, count: rows.count)
          } catch {
            failures[range.lowerBound / Tile.fullWidth] = error
          }
        }
        initialized = count * width
      }
    }
    if let failure = failures.lazy.compactMap(\.self).first { throw failure }
    return values
  }

  private func count(_ events: [Double]) -> Int {
    precondition(
      events.count.isMultiple(of: architecture.dimension),
      "\(events.count) values are no whole number of events of \(architecture.dimension) features")
    return events.count / architecture.dimension
  }

  private func checkedContext(_ context: [Double], _ count: Int) -> Int {
    let dimension = architecture.contextDimension
    precondition(
      context.count == count * dimension || context.count == dimension,
      "\(context.count) context values for \(count) events of \(dimension) context features")
    return dimension
  }
}

extension FlowPass {
  /// The events `range` of an array, the first of which is number `first` of its data.
  fileprivate func rows(_ events: [Double], _ range: Range<Int>, _ first: Int) -> Rows {
    let dimension = architecture.dimension
    return Rows(
      events[(range.lowerBound * dimension)..<(range.upperBound * dimension)], first: first + range.lowerBound)
  }
}
