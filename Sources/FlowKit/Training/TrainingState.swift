/// What a training step changes, and a copy of it from when all was well.
final class TrainingState {
  typealias Copy = TrainingCheckpoint.State
  let parameters: ParameterBuffer
  private let optimizer: any Optimizer
  private let moments: [ParameterBuffer]
  /// The number of steps taken.
  private(set) var steps = 0
  /// The start of this epoch, and the last start from which a step was finite: the last step of an epoch can leave
  /// parameters that nothing has been computed with yet.
  private var start: Copy
  private(set) var good: Copy

  init(_ parameters: ParameterBuffer, _ optimizer: any Optimizer) {
    (self.parameters, self.optimizer) = (parameters, optimizer)
    moments = optimizer.moments.map { _ in ParameterBuffer(count: parameters.count) }
    start = Copy(parameters: parameters.values, moments: moments.map(\.values), steps: 0)
    good = start
  }

  var current: Copy { Copy(parameters: parameters.values, moments: moments.map(\.values), steps: steps) }

  /// One step of the optimizer on all parameters, by all workers.
  func update(_ engine: Engine, _ gradient: ParameterBuffer, scale: Double, rate: Double) {
    steps += 1
    let (update, blocks) = (optimizer.step(steps, rate: rate), engine.blocks)
    let haveCopies = !engine.copies.isEmpty
    let isPublished = engine.pool.count > 1 || haveCopies
    BufferBases.with(moments[...]) { moments in
      BufferBases.with([parameters, gradient] + engine.copies) { buffers in
        engine.forEachBlock(of: blocks) { range, block in
          var part = ParameterBlock(
            range, buffers[haveCopies ? 2 + blocks.owner(of: block) : 0], buffers[1], scale: scale, moments: moments,
            published: isPublished ? buffers[0] : nil)
          update(&part)
          part.publish()
        }
      }
    }
  }

  func markStart() { start = current }

  func confirmStart() { good = start }

  func restoreGood() { restore(good) }

  /// Goes on from a checkpoint.
  func restore(_ checkpoint: TrainingCheckpoint) {
    (start, good) = (checkpoint.good, checkpoint.good)
    restore(checkpoint.current)
  }

  private func restore(_ copy: Copy) {
    parameters.copy(copy.parameters)
    for (moment, values) in zip(moments, copy.moments) { moment.copy(values) }
    steps = copy.steps
  }

  /// Whether a copy has the shape of this state.
  func fits(_ copy: Copy) -> Bool {
    copy.parameters.count == parameters.count && copy.moments.count == moments.count
      && copy.moments.allSatisfy { $0.count == parameters.count }
  }
}
