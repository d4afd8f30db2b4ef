/// The gradient of a minibatch: a deterministic parallel sum.
///
/// The batch is cut into at most 16 groups of consecutive tiles, a function of the batch's size alone. A group owns one
/// gradient buffer; the groups are summed pair by pair, the pairs of pairs and so on, whoever does it. So the result has
/// the same bits for any number of threads.
final class BatchGradient {
  private let engine: Engine
  /// One gradient per group, with respect to what tiles see. The first becomes the sum.
  private let groups: [ParameterBuffer]
  private var losses: [Double]
  /// The squares of each block of `gradient`, summed.
  private var squares: [Double]
  /// The gradient with respect to θ: the first group's buffer where tiles see θ itself.
  let gradient: ParameterBuffer

  static let maximumGroups = 16
  /// Few enough parameters to stay in the cache while the groups are added, and to spread evenly over workers.
  static let blockSize = 2_048

  init(_ engine: Engine, batchSize: Int) {
    self.engine = engine
    let layout = engine.architecture.layout
    let tiles = (batchSize + Engine.tileWidth - 1) / Engine.tileWidth
    groups = (0..<min(tiles, Self.maximumGroups)).map { _ in ParameterBuffer(count: layout.tileParameterCount) }
    losses = Array(repeating: 0, count: groups.count)
    gradient = layout.preparedCount == nil ? groups[0] : ParameterBuffer(count: layout.parameterCount)
    squares = Array(repeating: 0, count: Self.blockCount(gradient))
  }

  /// Computes `gradient` for the events `batch`; returns the loss in the chain's units.
  func compute(_ objective: MaximumLikelihood, _ batch: ArraySlice<Int32>) -> Double {
    let tiles = (batch.count + Engine.tileWidth - 1) / Engine.tileWidth
    let used = min(tiles, groups.count)
    let run = Self.run(groups: used, workers: engine.pool.count)
    losses.withUnsafeMutableBufferPointer { losses in
      let losses = losses.baseAddress!
      engine.pool.run(units: (used + run - 1) / run) { worker, unit in
        let own = (unit * run)..<min(used, (unit + 1) * run)
        for group in own {
          let tilesOfGroup = (group * tiles / used)..<((group + 1) * tiles / used)
          groups[group].base.update(repeating: 0, count: groups[group].count)
          losses[group] = groupLoss(objective, batch, tilesOfGroup, groups[group], engine.workers[worker])
        }
        for block in 0..<Self.blockCount(groups[0]) { sum(own, of: Self.range(block, groups[0])) }
      }
    }
    sumGroups(used, run)
    return losses[..<used].reduce(0, +)
  }

  /// |gradient|², summed in Double over blocks, in order.
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

  /// How many groups in a row a worker takes and sums by itself: what it has summed crosses to another core once.
  private static func run(groups: Int, workers: Int) -> Int {
    var run = 1
    while run < 4, 2 * run * workers <= groups { run *= 2 }
    return run
  }

  /// Sums a block of some groups into the first of them, pair by pair; `step` of them are summed already.
  private func sum(_ groups: Range<Int>, of block: Range<Int>, from step: Int = 1) {
    var step = step
    while step < groups.count {
      for target in stride(from: groups.lowerBound, to: groups.upperBound - step, by: 2 * step) {
        kernelAXPY(
          1, self.groups[target + step].base + block.lowerBound, self.groups[target].base + block.lowerBound,
          block.count)
      }
      step *= 2
    }
  }

  /// Sums the runs of groups, makes the gradient with respect to θ of it, and sums its squares.
  private func sumGroups(_ used: Int, _ run: Int) {
    squares.withUnsafeMutableBufferPointer { squares in
      let squares = squares.baseAddress!
      func square(_ range: Range<Int>, _ block: Int) {
        squares[block] = kernelSumSquares(gradient.base + range.lowerBound, range.count)
      }
      forEachBlock(of: groups[0]) { range, block in
        sum(0..<used, of: range, from: run)
        if gradient === groups[0] { square(range, block) }
      }
      guard gradient !== groups[0] else { return }
      pullBackPreparation()
      forEachBlock(of: gradient, square)
    }
  }

  private func pullBackPreparation() {
    let layout = engine.architecture.layout
    engine.pool.run(units: layout.parts.count) { _, part in
      let range = layout.parts[part].parameters
      (gradient.base + range.lowerBound).update(repeating: 0, count: range.count)
      var sink = Gradient(buffer: gradient)
      layout.pullBackPreparation(
        part: part, engine.parameters.all, prepared: engine.tileParameters.all, preparedGradient: groups[0].all,
        to: &sink)
    }
  }

  /// Calls `body` for consecutive parts of a buffer, spread over the workers.
  func forEachBlock(of buffer: ParameterBuffer, _ body: (_ range: Range<Int>, _ block: Int) -> Void) {
    engine.pool.run(units: Self.blockCount(buffer)) { _, block in body(Self.range(block, buffer), block) }
  }

  private static func range(_ block: Int, _ buffer: ParameterBuffer) -> Range<Int> {
    (block * blockSize)..<min(buffer.count, (block + 1) * blockSize)
  }

  private static func blockCount(_ buffer: ParameterBuffer) -> Int { (buffer.count + blockSize - 1) / blockSize }
}
