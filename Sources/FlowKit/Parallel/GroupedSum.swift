internal import CFlowKernels

/// A deterministic parallel sum of gradients.
///
/// A batch is cut into at most 16 groups of consecutive tiles, a function of the batch's size alone. A group owns one
/// gradient buffer; the groups are summed pair by pair, the pairs of pairs and so on, whoever does it. So the result has
/// the same bits for any number of threads.
///
/// A worker takes a run of groups and sums them by itself. Parameters are cut into blocks that have owners: what a run
/// adds to a block of another worker's is written past the caches, where its owner reads it once.
final class GroupedSum {
  private let engine: Engine
  /// One gradient per group, with respect to what tiles see: 0 between steps.
  private let groups: [ParameterBuffer]
  /// What the runs of groups add to the blocks of other workers.
  private let published: [ParameterBuffer]
  /// The sum of all groups.
  private let sum: ParameterBuffer
  /// The gradient with respect to θ: `sum` where tiles see θ itself.
  let gradient: ParameterBuffer

  /// No more than one kernel sums.
  static let maximumGroups = Int(FLOWKIT_MAXIMUM_TERMS)

  /// - Parameter tiles: of a batch, at most.
  init(_ engine: Engine, tiles: Int) {
    self.engine = engine
    let layout = engine.layout
    func buffer() -> ParameterBuffer { ParameterBuffer(count: layout.tileParameterCount) }
    let count = min(tiles, Self.maximumGroups)
    groups = (0..<count).map { _ in buffer() }
    // A smaller batch, or fewer threads, can be cut into more runs.
    let most = (0...count).flatMap { groups in
      (1...engine.pool.count).map { Runs(tiles: groups, groups: groups, workers: $0).count }
    }.max()!
    published = (0..<(engine.pool.count > 1 ? most : 0)).map { _ in buffer() }
    sum = buffer()
    gradient = layout.preparedCount == nil ? sum : ParameterBuffer(count: layout.parameterCount)
  }

  func runs(tiles: Int) -> Runs { Runs(tiles: tiles, groups: min(tiles, groups.count), workers: engine.pool.count) }

  /// Computes `gradient`: `body` adds a group's to what it is given, and returns the group's loss.
  ///
  /// - Parameters:
  ///   - parts: those of the layout to which the body adds; the gradient of others is 0.
  ///   - stealing: whether a worker may take runs of others.
  func compute(
    _ runs: Runs, parts: Range<Int>, stealing: Bool = true,
    _ body: @Sendable (_ worker: Int, _ group: Int, _ gradient: inout Gradient) throws(FlowError) -> Double
  ) throws(FlowError) -> (loss: Double, squaredNorm: Double) {
    let blocks = ParameterBlocks(scalars: engine.layout.tileParameterCount, pool: engine.pool)
    var workers: [Int] = []
    let losses = UnitResults.collect(runs.groups, startingWith: Result<Double, FlowError>.success(0)) { losses in
      workers = UnitResults.collect(runs.count, startingWith: 0) { workers in
        engine.pool.run(units: runs.count, stealing: stealing) { [groups, published] worker, run in
          for group in runs[run] {
            var gradient = Gradient(buffer: groups[group])
            do throws(FlowError) {
              losses[group] = .success(try body(worker, group, &gradient))
            } catch {
              losses[group] = .failure(error)
            }
          }
          workers[run] = worker
          Self.publish(runs, run, groups, published, blocks, by: worker)
        }
      }
    }
    let squaredNorm = sumRuns(runs, workers, blocks, parts)
    var loss = 0.0
    for part in losses { loss += try part.get() }
    return (loss, squaredNorm)
  }

  /// Groups in runs whose lengths are powers of two, so that a run is a branch of the tree by which all are summed.
  struct Runs: Sendable {
    let groups: Int
    let count: Int
    private let tiles: Int
    private let length: Int

    init(tiles: Int, groups: Int, workers: Int) {
      // One worker takes all in one run.
      let longest = workers == 1 ? 2 * groups - 1 : min(4, groups / workers)
      var length = 1
      while 2 * length <= longest { length *= 2 }
      (self.tiles, self.groups, self.length, count) = (tiles, groups, length, (groups + length - 1) / length)
    }

    subscript(run: Int) -> Range<Int> { (run * length)..<min(groups, (run + 1) * length) }

    func tiles(ofGroup group: Int) -> Range<Int> { (group * tiles / groups)..<((group + 1) * tiles / groups) }
  }

  /// Sums a run, block by block: into its first group for the worker itself, past the caches for others. A run that is all
  /// there is can wait.
  private static func publish(
    _ runs: Runs, _ run: Int, _ groups: [ParameterBuffer], _ published: [ParameterBuffer], _ blocks: ParameterBlocks,
    by worker: Int
  ) {
    let own = runs[run]
    BufferBases.with(groups[own]) { terms in
      let target = published.isEmpty ? terms[0] : published[run].base
      for block in 0..<blocks.count {
        let (range, isOwn) = (blocks[block], blocks.owner(of: block) == worker)
        guard !isOwn || own.count > 1 && runs.count > 1 else { continue }
        add(own.count, range, into: isOwn ? terms[0] : target, pastCaches: !isOwn) { terms[$0] }
        for group in (isOwn ? 1 : 0)..<own.count { clear(terms[group], range) }
      }
    }
  }

  /// Sums what the runs made, makes the gradient with respect to θ of it; returns the sum of its squares, which is summed in
  /// Double over blocks, in order.
  private func sumRuns(
    _ runs: Runs, _ workers: [Int], _ blocks: ParameterBlocks, _ parts: Range<Int>
  ) -> Double {
    let sum = sum
    let squares = BufferBases.with(groups[...]) { groups in
      BufferBases.with(published[...]) { published in
        UnitResults.collect(blocks.count, startingWith: 0.0) { squares in
          engine.forEachBlock(of: blocks) { range, block in
            let owner = blocks.owner(of: block)
            let waits = runs.count == 1 && workers[0] == owner
            squares[block] = add(waits ? runs.groups : runs.count, range, into: sum.base) {
              waits ? groups[$0] : workers[$0] == owner ? groups[runs[$0].lowerBound] : published[$0]
            }
            for run in 0..<runs.count where workers[run] == owner {
              for group in waits ? runs[run] : runs[run].prefix(1) { clear(groups[group], range) }
            }
          }
        }
      }
    }
    guard gradient !== sum else { return squares.reduce(0, +) }
    pullBackPreparation(parts)
    let gradient = gradient
    return UnitResults.collect(engine.blocks.count, startingWith: 0.0) { squares in
      engine.forEachBlock(of: engine.blocks) { range, block in
        squares[block] = flowkit_sum_squares(gradient.base + range.lowerBound, range.count)
      }
    }.reduce(0, +)
  }

  private func pullBackPreparation(_ parts: Range<Int>) {
    let (engine, gradient, sum) = (engine, gradient, sum)
    let layout = engine.layout
    engine.pool.run(units: layout.parts.count) { _, part in
      clear(gradient.base, layout.parts[part].parameters)
      guard parts.contains(part) else { return }
      var sink = Gradient(buffer: gradient)
      layout.pullBackPreparation(
        part: part, engine.parameters.all, prepared: engine.tileParameters.all, preparedGradient: sum.all, to: &sink)
    }
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
