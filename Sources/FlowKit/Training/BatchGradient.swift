internal import CFlowKernels

/// The gradient of a minibatch: a deterministic parallel sum.
///
/// The batch is cut into at most 16 groups of consecutive tiles, a function of the batch's size alone. A group owns one
/// gradient buffer; the groups are summed pair by pair, the pairs of pairs and so on, whoever does it. So the result has
/// the same bits for any number of threads.
///
/// A worker takes a run of groups and sums them by itself. Parameters are cut into blocks that have owners: what a run
/// adds to a block of another worker's is written past the caches, where its owner reads it once.
final class BatchGradient {
  private let engine: Engine
  private let blocks: ParameterBlocks
  /// One gradient per group, with respect to what tiles see: 0 between steps.
  private let groups: [ParameterBuffer]
  /// What the runs of groups add to the blocks of other workers.
  private let published: [ParameterBuffer]
  /// The sum of all groups.
  private let sum: ParameterBuffer
  /// The gradient with respect to θ: `sum` where tiles see θ itself.
  let gradient: ParameterBuffer
  /// What each group, run and block leaves: its loss, the worker that took it, the sum of the gradient's squares.
  private var losses: [Double]
  private var workers: [Int]
  private var squares: [Double]

  /// No more than one kernel sums.
  static let maximumGroups = Int(FLOWKIT_MAXIMUM_TERMS)

  init(_ engine: Engine, batchSize: Int) {
    self.engine = engine
    let layout = engine.architecture.layout
    func buffer() -> ParameterBuffer { ParameterBuffer(count: layout.tileParameterCount) }
    blocks = ParameterBlocks(scalars: layout.tileParameterCount, pool: engine.pool)
    let count = min(Self.tiles(batchSize), Self.maximumGroups)
    groups = (0..<count).map { _ in buffer() }
    // A smaller batch can be cut into more runs.
    let runs = (0...count).map { Runs(groups: $0, workers: engine.pool.count).count }.max()!
    published = (0..<(engine.pool.count > 1 ? runs : 0)).map { _ in buffer() }
    sum = buffer()
    gradient = layout.preparedCount == nil ? sum : ParameterBuffer(count: layout.parameterCount)
    (losses, workers) = (Array(repeating: 0, count: count), Array(repeating: 0, count: count))
    squares = Array(repeating: 0, count: (layout.preparedCount == nil ? blocks : engine.blocks).count)
  }

  private static func tiles(_ events: Int) -> Int { (events + Engine.tileWidth - 1) / Engine.tileWidth }

  /// Computes `gradient` for the events `batch`; returns the loss in the chain's units.
  func compute(_ objective: MaximumLikelihood, _ batch: ArraySlice<Int32>) -> Double {
    let tiles = Self.tiles(batch.count)
    let used = min(tiles, groups.count)
    let runs = Runs(groups: used, workers: engine.pool.count)
    losses.withUnsafeMutableBufferPointer { losses in
      workers.withUnsafeMutableBufferPointer { workers in
        let (losses, workers) = (losses.baseAddress!, workers.baseAddress!)
        engine.pool.run(units: runs.count) { worker, run in
          for group in runs[run] {
            losses[group] = groupLoss(
              objective, batch, (group * tiles / used)..<((group + 1) * tiles / used), groups[group],
              engine.worker(worker))
          }
          workers[run] = worker
          publish(runs, run, by: worker)
        }
        sumRuns(runs, workers)
      }
    }
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

  /// Groups in runs whose lengths are powers of two, so that a run is a branch of the tree by which all are summed.
  private struct Runs {
    let groups: Int
    let length: Int
    let count: Int

    init(groups: Int, workers: Int) {
      // One worker takes all in one run.
      let longest = workers == 1 ? 2 * groups - 1 : min(4, groups / workers)
      var length = 1
      while 2 * length <= longest { length *= 2 }
      (self.groups, self.length, count) = (groups, length, (groups + length - 1) / length)
    }

    subscript(run: Int) -> Range<Int> { (run * length)..<min(groups, (run + 1) * length) }
  }

  /// Sums a run, block by block: into its first group for the worker itself, past the caches for others. A run that is all
  /// there is can wait.
  private func publish(_ runs: Runs, _ run: Int, by worker: Int) {
    let (blocks, own) = (blocks, runs[run])
    withBases(of: groups[own]) { terms in
      let published = published.isEmpty ? terms[0] : published[run].base
      for block in 0..<blocks.count {
        let (range, isOwn) = (blocks[block], blocks.owner(of: block) == worker)
        guard !isOwn || own.count > 1 && runs.count > 1 else { continue }
        add(own.count, range, into: isOwn ? terms[0] : published, pastCaches: !isOwn) { terms[$0] }
        for group in (isOwn ? 1 : 0)..<own.count { clear(terms[group], range) }
      }
    }
  }

  /// Sums what the runs made, makes the gradient with respect to θ of it, and sums its squares.
  private func sumRuns(_ runs: Runs, _ workers: UnsafeMutablePointer<Int>) {
    squares.withUnsafeMutableBufferPointer { squares in
      withBases(of: groups[...]) { groups in
        withBases(of: published[...]) { published in
          let (squares, blocks, sum, isWhole) = (squares.baseAddress!, blocks, sum.base, gradient === sum)
          engine.forEachBlock(of: blocks) { range, block in
            let owner = blocks.owner(of: block)
            let waits = runs.count == 1 && workers[0] == owner
            let square = add(waits ? runs.groups : runs.count, range, into: sum) {
              waits ? groups[$0] : workers[$0] == owner ? groups[runs[$0].lowerBound] : published[$0]
            }
            for run in 0..<runs.count where workers[run] == owner {
              for group in waits ? runs[run] : runs[run].prefix(1) { clear(groups[group], range) }
            }
            if isWhole { squares[block] = square }
          }
        }
      }
      guard gradient !== sum else { return }
      pullBackPreparation()
      let squares = squares.baseAddress!
      engine.forEachBlock(of: engine.blocks) { range, block in
        squares[block] = flowkit_sum_squares(gradient.base + range.lowerBound, range.count)
      }
    }
  }

  private func pullBackPreparation() {
    let layout = engine.architecture.layout
    engine.pool.run(units: layout.parts.count) { _, part in
      clear(gradient.base, layout.parts[part].parameters)
      var sink = Gradient(buffer: gradient)
      layout.pullBackPreparation(
        part: part, engine.parameters.all, prepared: engine.tileParameters.all, preparedGradient: sum.all, to: &sink)
    }
  }
}

/// Calls `body` with where buffers begin: loops over blocks would count the references of buffers that other cores count.
private func withBases(
  of buffers: ArraySlice<ParameterBuffer>, _ body: (UnsafeMutableBufferPointer<UnsafeMutablePointer<Scalar>>) -> Void
) {
  withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Scalar>.self, capacity: buffers.count) { bases in
    for (index, buffer) in buffers.enumerated() { bases.initializeElement(at: index, to: buffer.base) }
    body(bases)
  }
}

/// Sums a part of some buffers pair by pair; returns the sum of its squares.
@discardableResult
private func add(
  _ count: Int, _ range: Range<Int>, into target: UnsafeMutablePointer<Scalar>, pastCaches: Bool = false,
  _ term: (Int) -> UnsafeMutablePointer<Scalar>
) -> Double {
  withUnsafeTemporaryAllocation(of: UnsafePointer<Scalar>?.self, capacity: count) { terms in
    for index in 0..<count { terms.initializeElement(at: index, to: UnsafePointer(term(index) + range.lowerBound)) }
    return flowkit_sum_terms(target + range.lowerBound, terms.baseAddress!, count, range.count, pastCaches ? 1 : 0)
  }
}

private func clear(_ buffer: UnsafeMutablePointer<Scalar>, _ range: Range<Int>) {
  (buffer + range.lowerBound).update(repeating: 0, count: range.count)
}
