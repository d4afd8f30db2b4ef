/// The mean loss of an objective over events, without a gradient and without random numbers: what validation reports.
final class ObjectiveEvaluation {
  private let engine: Engine
  /// Each worker's own copies, one for each turn; the last one's is the objective itself.
  private let objectives: PerWorker<[ObjectiveForm]>
  /// The most events that a loss of a whole batch sees at once.
  private let batchSize: Int

  /// - Parameter batchSize: that of training.
  init(_ engine: Engine, _ objectives: PerWorker<[ObjectiveForm]>, batchSize: Int) {
    (self.engine, self.objectives) = (engine, objectives)
    if case .batch(let objective) = objectives[0].last! {
      self.batchSize = objective.evaluationSize(batchSize: batchSize)
    } else {
      self.batchSize = batchSize
    }
  }

  /// Over all events. A `BatchObjective` sees them in batches of nearly equal size, whose losses are averaged by their events.
  func meanLoss(_ events: EventWindows) throws(FlowError) -> Double {
    var sum = 0.0
    try events.forEachWindow { places throws(FlowError) in
      switch objectives[0].last! {
      case .sum: sum += try lossSum(events.data, Array(places))
      case .batch(let objective): sum += try lossSum(events.data, Array(places), objective)
      }
    }
    return sum / Double(events.count)
  }

  /// log p of all events, which are in memory, by a flow whose parameters are the first; −∞ of those of weight 0.
  func logDensities(_ events: EventWindows, _ architecture: Architecture) throws(FlowError) -> [Double] {
    let places = Array(0..<Int32(events.count))
    var result = [Double](repeating: -.infinity, count: events.count)
    let tiles = try forEachTile(events.data, places[...], divisor: 1, startingWith: [(Int32, Double)]()) {
      _, tile, pass throws(FlowError) in
      let range = architecture.layout.prepared(ofParts: architecture.layout.parts.indices)
      let values = FlowPass(architecture, pass.slice(range)).logDensities(of: tile.x)
      return (0..<tile.count).map { (tile.place($0), values[$0] + tile.logDeterminant(of: $0)) }
    }
    for (place, value) in tiles.joined() { result[Int(place)] = value }
    return result
  }

  private func lossSum(_ data: TrainingData, _ places: [Int32]) throws(FlowError) -> Double {
    let objectives = objectives
    return try forEachTile(data, places[...], divisor: 1, startingWith: 0.0) { worker, events, pass throws(FlowError) in
      guard case .sum(let objective) = objectives[worker].last! else { return 0 }
      return try objective.loss(of: events, pass)
    }.reduce(0, +)
  }

  private func lossSum(
    _ data: TrainingData, _ places: [Int32], _ objective: any BatchObjective
  ) throws(FlowError) -> Double {
    let (objectives, batches) = (objectives, (places.count + batchSize - 1) / batchSize)
    var sum = 0.0
    for batch in 0..<batches {
      let part = places[(batch * places.count / batches)..<((batch + 1) * places.count / batches)]
      let none = (outputs: [Double](), weights: [Double]())
      let tiles = try forEachTile(data, part, divisor: Double(part.count), startingWith: none) {
        worker, events, pass throws(FlowError) in
        guard case .batch(let objective) = objectives[worker].last! else { return none }
        return (try objective.outputs(of: events, pass), (0..<events.count).map { events.weight(of: $0) })
      }
      let outputs = OutputBatch(
        outputs: tiles.flatMap(\.outputs), weights: tiles.flatMap(\.weights), random: nil, workers: engine.pool)
      sum += try objective.loss(of: outputs).value * Double(part.count)
    }
    return sum
  }

  /// What `body` makes of each tile, in order.
  private func forEachTile<Value>(
    _ data: TrainingData, _ places: ArraySlice<Int32>, divisor: Double, startingWith initial: Value,
    _ body: @Sendable (Int, EventTile, Pass) throws(FlowError) -> Value
  ) throws(FlowError) -> [Value] {
    let engine = engine
    let results = UnitResults.collect(
      Tile.tiles(for: places.count), startingWith: Result<Value, FlowError>.success(initial)
    ) { results in
      engine.forEachTile(of: places.count) { worker, range in
        let seen = engine.worker(worker)
        let start = places.startIndex + range.lowerBound
        guard
          let events = EventTile(
            data, places[start..<(start + range.count)], first: range.lowerBound, divisor: divisor, seen.tiles)
        else {
          return
        }
        do throws(FlowError) {
          results[range.lowerBound / Tile.fullWidth] = .success(
            try body(worker, events, Pass(seen.parameters, context: events.context)))
        } catch {
          results[range.lowerBound / Tile.fullWidth] = .failure(error)
        }
      }
    }
    var values: [Value] = []
    for result in results { values.append(try result.get()) }
    return values
  }
}
