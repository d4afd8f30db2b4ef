/// The gradient of an objective for a minibatch: a deterministic parallel sum (`GroupedSum`).
///
/// An objective that is a sum takes one phase. One that looks at the whole batch takes two: all tiles forward, the loss, all
/// tiles back, each on the worker that carried it forward, so that what its pullback holds returns to that worker's pool.
final class BatchGradient {
  private let engine: Engine
  private let processes: any Collective
  private let sum: GroupedSum
  /// Each worker's own copies, one for each turn.
  private let objectives: PerWorker<[ObjectiveForm]>

  init(_ engine: Engine, _ objectives: PerWorker<[ObjectiveForm]>, batchSize: Int, _ processes: any Collective) {
    (self.engine, self.objectives, self.processes) = (engine, objectives, processes)
    sum = GroupedSum(engine, tiles: Tile.tiles(for: batchSize), processes)
  }

  /// The gradient with respect to θ, or this process's share of it.
  var gradient: ParameterBuffer { sum.gradient }
  /// Who has which part of it; nil where it is whole.
  var shares: BufferShares? { sum.shares }

  /// The gradient, whole; to be asked for by all processes.
  func whole() -> ParameterBuffer {
    shares?.gather(sum.gradient)
    return sum.gradient
  }

  /// Computes `gradient` for the events at some places; returns the loss, and |gradient|².
  ///
  /// - Parameters:
  ///   - turn: whose objective it is, and the parts of the layout that it changes.
  ///   - lesson: how the events are seen.
  ///   - random: the random numbers of this step, of which event number i is that at position i of the batch.
  func compute(
    _ data: TrainingData, _ batch: ArraySlice<Int32>, turn: (number: Int, parts: Range<Int>), lesson: Lesson,
    random: EventRandom
  ) throws(FlowError) -> (loss: Double, squaredNorm: Double) {
    let (engine, objectives) = (engine, objectives)
    let runs = sum.runs(tiles: Tile.tiles(for: batch.count))
    let step = Step(data: data, batch: batch, runs: runs, turn: turn.number, lesson: lesson, random: random)
    guard case .batch(let objective) = objectives[0][step.turn] else {
      return try sum.compute(runs, parts: turn.parts) { worker, group, gradient throws(FlowError) in
        guard case .sum(let objective) = objectives[worker][step.turn] else { return 0 }
        var loss = 0.0
        let seen = engine.worker(worker)
        for tile in runs.tiles(ofGroup: group) {
          guard let (events, pass) = step.events(ofTile: tile, seen) else { continue }
          loss += try objective.loss(of: events, pass, addingGradientTo: &gradient)
        }
        return loss
      }
    }
    var outputs: [[TileOutputs]] = []
    let (values, start) = try processes.joined { () throws(FlowError) in
      outputs = try forward(step)
      return outputs.joined().flatMap(\.values)
    }
    let weights = try processes.joined { outputs.joined().flatMap(\.weights) }.values
    let (loss, cotangents) = try objective.loss(
      of: OutputBatch(outputs: values, weights: weights, random: random, workers: engine.pool))
    precondition(
      cotangents.count == values.count, "\(cotangents.count) cotangents for \(values.count) outputs of a batch")
    let starts = outputs.reduce(into: [start]) { starts, group in
      starts.append(starts.last! + group.reduce(0) { $0 + $1.values.count })
    }
    let kept = KeptOutputs(outputs)
    let squaredNorm = try sum.compute(runs, parts: turn.parts, stealing: false) {
      worker, group, gradient throws(FlowError) in
      _ = engine.worker(worker)
      var start = starts[group - runs.share.lowerBound]
      for tile in kept.take(group - runs.share.lowerBound) {
        tile.pullback(Array(cotangents[start..<(start + tile.values.count)]), &gradient)
        start += tile.values.count
      }
      return 0
    }.squaredNorm
    return (loss, squaredNorm)
  }

  /// What a step computes.
  private struct Step: Sendable {
    let data: TrainingData
    let batch: ArraySlice<Int32>
    let runs: GroupedSum.Runs
    let turn: Int
    let lesson: Lesson
    let random: EventRandom

    func events(ofTile tile: Int, _ worker: Engine.Worker) -> (EventTile, Pass)? {
      let first = tile * Tile.fullWidth
      let start = batch.startIndex + first
      let places = batch[start..<min(batch.endIndex, start + Tile.fullWidth)]
      guard
        let tile = EventTile(
          data, places, first: first, divisor: Double(batch.count), factors: lesson.factors, worker.tiles)
      else {
        return nil
      }
      let random = random.advanced(by: first)
      let events = lesson.shown(tile, random)
      return (events, Pass(worker.parameters, context: events.context, random: random))
    }
  }

  /// The first phase: the outputs of each group's tiles, of this process's share.
  private func forward(_ step: Step) throws(FlowError) -> [[TileOutputs]] {
    let (engine, objectives) = (engine, objectives)
    let results = UnitResults.collect(step.runs.share.count, startingWith: Result<[TileOutputs], FlowError>.success([]))
    {
      results in
      engine.pool.run(units: step.runs.count, stealing: false) { worker, run in
        guard case .batch(let objective) = objectives[worker][step.turn] else { return }
        let seen = engine.worker(worker)
        for group in step.runs[run] {
          do throws(FlowError) {
            var outputs: [TileOutputs] = []
            for tile in step.runs.tiles(ofGroup: group) {
              guard let (events, pass) = step.events(ofTile: tile, seen) else { continue }
              outputs.append(try TileOutputs(objective, events, pass))
            }
            results[group - step.runs.share.lowerBound] = .success(outputs)
          } catch {
            results[group - step.runs.share.lowerBound] = .failure(error)
          }
        }
      }
    }
    var outputs: [[TileOutputs]] = []
    for result in results { outputs.append(try result.get()) }
    return outputs
  }
}

/// What a tile's events came to, until its cotangents are known.
private struct TileOutputs {
  let values: [Double]
  let weights: [Double]
  let pullback: OutputPullback

  init(_ objective: any BatchObjective, _ events: EventTile, _ pass: Pass) throws(FlowError) {
    (values, pullback) = try objective.outputsWithPullback(of: events, pass)
    weights = (0..<events.count).map { events.weight(of: $0) }
    precondition(
      values.count == events.count * objective.outputCount,
      "\(values.count) outputs of \(events.count) events, not \(objective.outputCount) each")
  }
}

/// The outputs of groups, each taken once, by the worker that made them: an unchecked Sendable by that rule.
private final class KeptOutputs: @unchecked Sendable {
  private let groups: UnsafeMutableBufferPointer<[TileOutputs]>

  init(_ outputs: [[TileOutputs]]) {
    groups = .allocate(capacity: outputs.count)
    _ = groups.initialize(fromContentsOf: outputs)
  }

  deinit { groups.deinitialize().deallocate() }

  func take(_ group: Int) -> [TileOutputs] {
    let tiles = groups[group]
    groups[group] = []
    return tiles
  }
}
