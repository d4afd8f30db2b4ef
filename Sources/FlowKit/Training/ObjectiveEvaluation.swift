/// The mean loss of an objective over events, without a gradient and without random numbers: what validation reports.
final class ObjectiveEvaluation {
  private let engine: Engine
  private let processes: any Collective
  /// Each worker's own copies, one for each turn; the last one's is the objective itself.
  private let objectives: PerWorker<[ObjectiveForm]>
  /// The most events that a loss of a whole batch sees at once.
  private let batchSize: Int

  /// - Parameter batchSize: that of training.
  init(_ engine: Engine, _ objectives: PerWorker<[ObjectiveForm]>, batchSize: Int, _ processes: any Collective) {
    (self.engine, self.objectives, self.processes) = (engine, objectives, processes)
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
    let found = try forEachTile(events.data, places[...], divisor: 1) { _, tile, pass throws(FlowError) in
      let range = architecture.layout.prepared(ofParts: architecture.layout.parts.indices)
      let values = FlowPass(architecture, pass.slice(range)).logDensities(of: tile.x)
      return (0..<tile.count).flatMap { [Double(tile.place($0)), values[$0] + tile.logDeterminant(of: $0)] }
    }
    for index in stride(from: 0, to: found.count, by: 2) { result[Int(found[index])] = found[index + 1] }
    return result
  }

  private func lossSum(_ data: TrainingData, _ places: [Int32]) throws(FlowError) -> Double {
    let objectives = objectives
    return try forEachTile(data, places[...], divisor: 1) { worker, events, pass throws(FlowError) in
      guard case .sum(let objective) = objectives[worker].last! else { return [] }
      return [try objective.loss(of: events, pass)]
    }.reduce(0, +)
  }

  private func lossSum(
    _ data: TrainingData, _ places: [Int32], _ objective: any BatchObjective
  ) throws(FlowError) -> Double {
    let (objectives, batches) = (objectives, (places.count + batchSize - 1) / batchSize)
    let width = objective.outputCount
    var sum = 0.0
    for batch in 0..<batches {
      let part = places[(batch * places.count / batches)..<((batch + 1) * places.count / batches)]
      // The outputs of an event, and its weight.
      let found = try forEachTile(data, part, divisor: Double(part.count)) { worker, events, pass throws(FlowError) in
        guard case .batch(let objective) = objectives[worker].last! else { return [] }
        let outputs = try objective.outputs(of: events, pass)
        return (0..<events.count).flatMap { outputs[($0 * width)..<(($0 + 1) * width)] + [events.weight(of: $0)] }
      }
      let events = stride(from: 0, to: found.count, by: width + 1)
      let outputs = OutputBatch(
        outputs: events.flatMap { found[$0..<($0 + width)] }, weights: events.map { found[$0 + width] }, random: nil,
        workers: engine.pool)
      sum += try objective.loss(of: outputs).value * Double(part.count)
    }
    return sum
  }

  /// What `body` makes of each tile, in order: numbers, of as many as it likes.
  private func forEachTile(
    _ data: TrainingData, _ places: ArraySlice<Int32>, divisor: Double,
    _ body: @Sendable (Int, EventTile, Pass) throws(FlowError) -> [Double]
  ) throws(FlowError) -> [Double] {
    let engine = engine
    let share = processes.part(of: Tile.tiles(for: places.count))
    return try processes.joined { () throws(FlowError) in
      let results = UnitResults.collect(share.count, startingWith: Result<[Double], FlowError>.success([])) { results in
        engine.pool.run(units: share.count) { worker, unit in
          let seen = engine.worker(worker)
          let first = (share.lowerBound + unit) * Tile.fullWidth
          let start = places.startIndex + first
          let part = places[start..<min(places.endIndex, start + Tile.fullWidth)]
          guard let events = EventTile(data, part, first: first, divisor: divisor, seen.tiles) else { return }
          do throws(FlowError) {
            results[unit] = .success(try body(worker, events, Pass(seen.parameters, context: events.context)))
          } catch {
            results[unit] = .failure(error)
          }
        }
      }
      var values: [Double] = []
      for result in results { values += try result.get() }
      return values
    }.values
  }
}
