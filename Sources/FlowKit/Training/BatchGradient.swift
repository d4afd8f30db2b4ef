/// The gradient of a minibatch: a deterministic parallel sum.
///
/// The batch is cut into at most 16 groups of consecutive tiles, a function of the batch's size alone. A group is a
/// worker's unit of work and owns one gradient buffer; the groups are summed in order. So the result has the same bits
/// for any number of threads.
final class BatchGradient {
  private let engine: Engine
  private let groups: [ParameterBuffer]
  private var losses: [Double]
  /// The gradient with respect to what tiles see, and to θ; one buffer where these are the same.
  private let tileGradient: ParameterBuffer
  let gradient: ParameterBuffer

  static let maximumGroups = 16
  static let blockSize = 8_192

  init(_ engine: Engine, batchSize: Int) {
    self.engine = engine
    let chain = engine.architecture.chain
    let tiles = (batchSize + Engine.tileWidth - 1) / Engine.tileWidth
    groups = (0..<min(tiles, Self.maximumGroups)).map { _ in ParameterBuffer(count: chain.tileParameterCount) }
    losses = Array(repeating: 0, count: groups.count)
    tileGradient = ParameterBuffer(count: chain.tileParameterCount)
    gradient = chain.preparedCount == nil ? tileGradient : ParameterBuffer(count: chain.parameterCount)
  }

  /// Computes `gradient` for the events `batch`; returns the loss in the chain's units.
  func compute(_ objective: MaximumLikelihood, _ batch: ArraySlice<Int32>) -> Double {
    let tiles = (batch.count + Engine.tileWidth - 1) / Engine.tileWidth
    let used = min(tiles, groups.count)
    losses.withUnsafeMutableBufferPointer { losses in
      let losses = losses.baseAddress!
      engine.pool.run(units: used) { worker, group in
        let tilesOfGroup = (group * tiles / used)..<((group + 1) * tiles / used)
        losses[group] = groupLoss(objective, batch, tilesOfGroup, groups[group], engine.workers[worker])
      }
    }
    sumGroups(used)
    pullBackPreparation()
    return losses[..<used].reduce(0, +)
  }

  private func groupLoss(
    _ objective: MaximumLikelihood, _ batch: ArraySlice<Int32>, _ tiles: Range<Int>, _ buffer: ParameterBuffer,
    _ worker: Engine.Worker
  ) -> Double {
    buffer.base.update(repeating: 0, count: buffer.count)
    var gradient = Gradient(buffer: buffer)
    return tiles.reduce(0) { loss, tile in
      let start = batch.startIndex + tile * Engine.tileWidth
      let events = batch[start..<min(batch.endIndex, start + Engine.tileWidth)]
      return loss
        + objective.loss(events, divisor: Double(batch.count), engine, worker, gradient: &gradient)
    }
  }

  private func sumGroups(_ used: Int) {
    forEachBlock(of: tileGradient) { range, _ in
      let target = tileGradient.base + range.lowerBound
      target.update(from: groups[0].base + range.lowerBound, count: range.count)
      for group in groups[1..<used] {
        kernelAXPY(1, group.base + range.lowerBound, target, range.count)
      }
    }
  }

  private func pullBackPreparation() {
    guard gradient !== tileGradient else { return }
    gradient.base.update(repeating: 0, count: gradient.count)
    var sink = Gradient(buffer: gradient)
    engine.architecture.chain.pullBackPreparation(
      engine.parameters.all, prepared: engine.tileParameters.all, preparedGradient: tileGradient.all, to: &sink)
  }

  /// |gradient|², summed in Double over blocks, in order.
  func squaredNorm() -> Double {
    var sums = [Double](repeating: 0, count: gradient.count / Self.blockSize + 1)
    sums.withUnsafeMutableBufferPointer { sums in
      let sums = sums.baseAddress!
      forEachBlock(of: gradient) { range, block in
        sums[block] = kernelSumSquares(gradient.base + range.lowerBound, range.count)
      }
    }
    return sums.reduce(0, +)
  }

  /// Calls `body` for consecutive parts of a buffer, spread over the workers.
  func forEachBlock(of buffer: ParameterBuffer, _ body: (_ range: Range<Int>, _ block: Int) -> Void) {
    let size = Self.blockSize
    engine.pool.run(units: (buffer.count + size - 1) / size) { _, block in
      body((block * size)..<min(buffer.count, (block + 1) * size), block)
    }
  }
}
