/// A flow made ready for scoring and sampling: its parameters prepared, its threads running.
///
/// Results are the same bits for any number of threads and however the events are divided into calls. One evaluator
/// serves one thread at a time.
public final class FlowEvaluator {
  public let flow: Flow
  private let engine: Engine
  private var architecture: Architecture { flow.architecture }

  /// - Parameter threads: the number of threads; by default one per processor.
  public init(_ flow: Flow, threads: Int? = nil) {
    self.flow = flow
    engine = Engine(flow, threads: threads)
  }

  /// log p(x | c) in nats of each event: −∞ outside the flow's domain and for an infinite value, NaN for a NaN.
  ///
  /// - Parameters:
  ///   - events: N × D values, row-major, in the data's own units.
  ///   - first: the number of the first event in its data, which decides the noise of columns that are dequantized.
  ///   - context: N × C values for a conditional flow.
  public func logDensity(_ events: [Double], first: Int = 0, context: [Double] = []) -> [Double] {
    let (dimension, contextDimension) = (architecture.dimension, architecture.contextDimension)
    let (count, domain) = (checkedCount(events, context), architecture.chain.domain)
    return [Double](unsafeUninitializedCapacity: count) { result, initialized in
      let output = result.baseAddress
      engine.forEachTile(of: count) { worker, range in
        worker.events = Array(events[(range.lowerBound * dimension)..<(range.upperBound * dimension)])
        let unbounded = Self.unboundedEvents(worker.events, dimension: dimension)
        worker.logDeterminants = Array(repeating: 0, count: range.count)
        var outside = Set<Int>()
        architecture.preprocessing.forward(
          rows: &worker.events, firstEvent: first + range.lowerBound, addingTo: &worker.logDeterminants
        ) { event, _, _ in outside.insert(event) }
        if !domain.isEverything { for each in domain.eventsOutside(worker.events) { outside.insert(each.event) } }
        let x = worker.events.withUnsafeBufferPointer { worker.tile($0, dimension: dimension) }
        let c = contextTile(
          context[(range.lowerBound * contextDimension)..<(range.upperBound * contextDimension)], worker)
        engine.logDensity(x, context: c, worker: worker)
        for (index, event) in range.enumerated() {
          (output! + event).initialize(to: worker.logDensities[index] + worker.logDeterminants[index])
        }
        for index in outside { output![range.lowerBound + index] = -.infinity }
        for (index, value) in unbounded { output![range.lowerBound + index] = value }
      }
      initialized = count
    }
  }

  /// `count` events from number `first` on, N × D row-major, in the data's own units.
  ///
  /// - Parameters:
  ///   - first: where in the stream of `seed` to start: events 100 ..< 200 are the same drawn alone or after the others.
  ///   - context: N × C values for a conditional flow, one row per event.
  /// - Throws: where a numeric inverse does not converge.
  public func sample(
    _ count: Int, first: Int = 0, context: [Double] = [], seed: UInt64 = 0
  ) throws(FlowError) -> [Double] {
    let (dimension, contextDimension) = (architecture.dimension, architecture.contextDimension)
    precondition(context.count == count * contextDimension, "\(context.count) context values for \(count) events")
    var failures = [FlowError?](repeating: nil, count: (count + Engine.tileWidth - 1) / Engine.tileWidth)
    let events = failures.withUnsafeMutableBufferPointer { failures in
      let failed = failures.baseAddress
      return [Double](unsafeUninitializedCapacity: count * dimension) { result, initialized in
        result.initialize(repeating: 0)
        let output = result.baseAddress
        engine.forEachTile(of: count) { worker, range in
          do throws(FlowError) {
            let c = contextTile(
              context[(range.lowerBound * contextDimension)..<(range.upperBound * contextDimension)], worker)
            let rows = try sampledRows(range, first: first, context: c, seed: seed, worker)
            (output! + range.lowerBound * dimension).update(from: rows, count: rows.count)
          } catch {
            failed![range.lowerBound / Engine.tileWidth] = error
          }
        }
        initialized = count * dimension
      }
    }
    if let failure = failures.lazy.compactMap(\.self).first { throw failure }
    return events
  }

  private func sampledRows(
    _ range: Range<Int>, first: Int, context: Tile?, seed: UInt64, _ worker: Engine.Worker
  ) throws(FlowError) -> [Double] {
    let architecture = worker.architecture
    let dimension = architecture.dimension
    var z = Tile(features: dimension, width: Engine.tileWidth, pool: worker.tiles)
    architecture.base.sample(
      into: &z, worker.baseParameters, from: EventRandom(seed: seed, first: first + range.lowerBound))
    let context = architecture.embedded(context, worker.parameters)
    let x = try architecture.chain.inverse(z, Pass(worker.parameters, context: context)).values
    var rows = [Double](repeating: 0, count: range.count * dimension)
    for feature in 0..<dimension {
      x.withRow(feature) { row in
        for event in 0..<range.count { rows[event * dimension + feature] = Double(row[event]) }
      }
    }
    for layer in architecture.preprocessing.reversed() { layer.inverse(rows: &rows) }
    return rows
  }

  private func contextTile(_ rows: ArraySlice<Double>, _ worker: Engine.Worker) -> Tile? {
    guard architecture.contextDimension > 0 else { return nil }
    worker.context = Array(rows)
    var unused = [Double](repeating: 0, count: rows.count / architecture.contextDimension)
    for layer in architecture.contextPreprocessing { layer.forward(rows: &worker.context, addingTo: &unused) }
    return worker.context.withUnsafeBufferPointer {
      worker.tile($0, dimension: architecture.contextDimension)
    }
  }

  /// The events of a block that have no finite density, by number, and what is reported for them.
  private static func unboundedEvents(_ rows: [Double], dimension: Int) -> [(Int, Double)] {
    guard !rows.allSatisfy(\.isFinite) else { return [] }
    return (0..<(rows.count / dimension)).compactMap { event in
      let row = rows[(event * dimension)..<((event + 1) * dimension)]
      if row.contains(where: \.isNaN) { return (event, .nan) }
      return row.contains(where: \.isInfinite) ? (event, -.infinity) : nil
    }
  }

  private func checkedCount(_ events: [Double], _ context: [Double]) -> Int {
    precondition(
      events.count.isMultiple(of: architecture.dimension),
      "\(events.count) values are no whole number of events of \(architecture.dimension) features")
    let count = events.count / architecture.dimension
    precondition(
      context.count == count * architecture.contextDimension,
      "\(context.count) context values for \(count) events of \(architecture.contextDimension) context features")
    return count
  }
}
