/// What a training step changes, and a copy of it from when all was well.
///
/// Where processes share the steps, each takes them on its own part of the parameters and hands these to all; of the moments it knows
/// that part alone between copies.
final class TrainingState {
  typealias Copy = TrainingCheckpoint.State
  let parameters: ParameterBuffer
  private let moments: [ParameterBuffer]
  /// Who takes steps on which parameters; nil where each process takes them on all.
  private let shares: BufferShares?
  /// The number of steps taken.
  private(set) var steps = 0
  /// The start of this epoch, and the last start from which a step was finite: the last step of an epoch can leave
  /// parameters that nothing has been computed with yet.
  private var start: Copy
  private(set) var good: Copy

  init(_ parameters: ParameterBuffer, _ optimizer: any Optimizer, _ shares: BufferShares?) {
    (self.parameters, self.shares) = (parameters, shares)
    moments = optimizer.moments.map { _ in ParameterBuffer(count: parameters.count) }
    start = Copy(parameters: parameters.values, moments: moments.map(\.values), steps: 0)
    good = start
  }

  /// All of it; to be asked for by all processes.
  func current() -> Copy {
    for moment in moments { shares?.gather(moment) }
    return Copy(parameters: parameters.values, moments: moments.map(\.values), steps: steps)
  }

  /// One step of an optimizer on some parameters, by all workers of all processes.
  ///
  /// - Parameters:
  ///   - optimizer: has the moments of the trainer's.
  ///   - number: how many steps these parameters have had then.
  func update(
    _ engine: Engine, _ gradient: ParameterBuffer, _ parameters: Range<Int>, by optimizer: any Optimizer, number: Int,
    scale: Double, rate: Double
  ) {
    let (update, blocks, buffer) = (optimizer.step(number, rate: rate), engine.blocks, self.parameters)
    let (momentCount, parameters) = (moments.count, shares.map { parameters.clamped(to: $0.own) } ?? parameters)
    let haveCopies = !engine.copies.isEmpty
    let isPublished = engine.pool.count > 1 || haveCopies
    BufferBases.with(moments[...]) { moments in
      BufferBases.with([buffer, gradient] + engine.copies) { buffers in
        engine.forEachBlock(of: blocks) { range, block in
          let own = buffers[haveCopies ? 2 + blocks.owner(of: block) : 0]
          let lines = Self.lines(range.clamped(to: parameters), within: range)
          guard !lines.isEmpty else { return }
          let others = Others(
            lines, but: parameters, of: [own, buffers[0]] + (0..<momentCount).map { moments[$0] })
          var part = ParameterBlock(
            lines, own, buffers[1], scale: scale, moments: moments, published: isPublished ? buffers[0] : nil)
          update(&part)
          part.publish()
          others.putBack()
        }
      }
    }
    shares?.gather(buffer)
  }

  /// Whole lines of 16 scalars, on which optimizers work.
  private static func lines(_ range: Range<Int>, within block: Range<Int>) -> Range<Int> {
    guard !range.isEmpty else { return range }
    return (range.lowerBound / 16 * 16)..<min(block.upperBound, (range.upperBound + 15) / 16 * 16)
  }

  /// What stands in these lines beside the parameters of a turn.
  private struct Others {
    private var kept: [(place: UnsafeMutablePointer<Scalar>, values: [Scalar])] = []

    init(_ lines: Range<Int>, but parameters: Range<Int>, of buffers: @autoclosure () -> [UnsafeMutablePointer<Scalar>])
    {
      let others = [
        lines.lowerBound..<max(lines.lowerBound, parameters.lowerBound),
        min(lines.upperBound, parameters.upperBound)..<lines.upperBound,
      ]
      for other in others where !other.isEmpty {
        kept += buffers().map { base in
          (base + other.lowerBound, Array(UnsafeBufferPointer(start: base + other.lowerBound, count: other.count)))
        }
      }
    }

    func putBack() {
      for (place, values) in kept { place.update(from: values, count: values.count) }
    }
  }

  func finishStep() { steps += 1 }

  func markStart() { start = current() }

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
