/// The gradient of a minibatch: a deterministic parallel sum.
///
/// The batch is cut into at most 16 groups of consecutive tiles, a function of the batch's size alone. A group is a
/// worker's unit of work and owns one gradient buffer; the groups are summed in order. So the result has the same bits
/// for any number of threads.
final class BatchGradient {
  private let engine: Engine
  /// One gradient per group, with respect to what tiles see. Zero between steps, but for the first, which becomes the sum.
  private let groups: [ParameterBuffer]
  private var losses: [Double]
  /// The squares of each part of `gradient`, summed.
  private let squares: UnsafeMutableBufferPointer<Double>
  /// The gradient with respect to θ: the first group's buffer where tiles see θ itself.
  let gradient: ParameterBuffer

  static let maximumGroups = 16
  static let blockSize = 8_192

  init(_ engine: Engine, batchSize: Int) {
    self.engine = engine
    let layout = engine.architecture.layout
    let tiles = (batchSize + Engine.tileWidth - 1) / Engine.tileWidth
    groups = (0..<min(tiles, Self.maximumGroups)).map { _ in ParameterBuffer(count: layout.tileParameterCount) }
    losses = Array(repeating: 0, count: groups.count)
    gradient = layout.preparedCount == nil ? groups[0] : ParameterBuffer(count: layout.parameterCount)
    squares = .allocate(capacity: layout.parts.count)
    squares.initialize(repeating: 0)
  }

  deinit { squares.deallocate() }

  /// Computes `gradient` for the events `batch`; returns the loss in the chain's units.
  func compute(_ objective: MaximumLikelihood, _ batch: ArraySlice<Int32>) -> Double {
    let tiles = (batch.count + Engine.tileWidth - 1) / Engine.tileWidth
    let used = min(tiles, groups.count)
    groups[0].base.update(repeating: 0, count: groups[0].count)
    losses.withUnsafeMutableBufferPointer { losses in
      let losses = losses.baseAddress!
      engine.pool.run(units: used) { worker, group in
        let tilesOfGroup = (group * tiles / used)..<((group + 1) * tiles / used)
        losses[group] = groupLoss(objective, batch, tilesOfGroup, groups[group], engine.workers[worker])
      }
    }
    sumGroups(used)
    finishParts()
    return losses[..<used].reduce(0, +)
  }

  /// |gradient|², summed in Double over the parts, in order.
  func squaredNorm() -> Double { squares.reduce(0, +) }

  private func groupLoss(
    _ objective: MaximumLikelihood, _ batch: ArraySlice<Int32>, _ tiles: Range<Int>, _ buffer: ParameterBuffer,
    _ worker: Engine.Worker
  ) -> Double {
    var gradient = Gradient(buffer: buffer)
    return tiles.reduce(0) { loss, tile in
      let start = batch.startIndex + tile * Engine.tileWidth
      let events = batch[start..<min(batch.endIndex, start + Engine.tileWidth)]
      return loss
        + objective.loss(events, divisor: Double(batch.count), engine, worker, gradient: &gradient)
    }
  }

  /// Adds the other groups to the first, in order, and clears them while they are in the cache.
  private func sumGroups(_ used: Int) {
    forEachBlock(of: groups[0]) { range, _ in
      let target = groups[0].base + range.lowerBound
      for group in groups[1..<used] {
        let source = group.base + range.lowerBound
        kernelAXPY(1, source, target, range.count)
        source.update(repeating: 0, count: range.count)
      }
    }
  }

  /// Makes the gradient with respect to θ of that with respect to what tiles see, and sums its squares.
  private func finishParts() {
    let layout = engine.architecture.layout
    engine.pool.run(units: layout.parts.count) { _, part in
      let range = layout.parts[part].parameters
      let values = UnsafeMutableBufferPointer(start: gradient.base + range.lowerBound, count: range.count)
      if gradient !== groups[0] {
        values.update(repeating: 0)
        var sink = Gradient(buffer: gradient)
        layout.pullBackPreparation(
          part: part, engine.parameters.all, prepared: engine.tileParameters.all, preparedGradient: groups[0].all,
          to: &sink)
      }
      layout.parts[part].value.clearUnused(values)
      squares[part] = kernelSumSquares(values.baseAddress!, range.count)
    }
  }

  /// Calls `body` for consecutive parts of a buffer, spread over the workers.
  func forEachBlock(of buffer: ParameterBuffer, _ body: (_ range: Range<Int>, _ block: Int) -> Void) {
    let size = Self.blockSize
    engine.pool.run(units: (buffer.count + size - 1) / size) { _, block in
      body((block * size)..<min(buffer.count, (block + 1) * size), block)
    }
  }
}
