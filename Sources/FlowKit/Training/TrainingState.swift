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
    let (update, moments, blocks, copies) = (optimizer.step(steps, rate: rate), moments, engine.blocks, engine.copies)
    let shared = parameters
    let isPublished = engine.pool.count > 1 || !copies.isEmpty
    engine.forEachBlock(of: blocks) { range, block in
      let own = copies.isEmpty ? shared : copies[blocks.owner(of: block)]
      var part = ParameterBlock(
        range, own.base, gradient, scale: scale, moments: moments, published: isPublished ? shared.base : nil)
      update(&part)
      part.publish()
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
