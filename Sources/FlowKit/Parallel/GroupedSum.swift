internal import CFlowKernels

/// A deterministic parallel sum of gradients.
///
/// A batch is cut into groups of consecutive tiles, a function of the batch's size alone (``GroupTree``). A group has a gradient
/// of its own; the groups are summed pair by pair, the pairs of pairs and so on, whoever does it. So the result has
/// the same bits for any number of threads and processes.
///
/// A process takes its share of the groups. A worker takes a run of these and sums them by itself. Parameters are cut into blocks that have owners: what a run
/// adds to a block of another worker's is written past the caches, where its owner reads it once.
final class GroupedSum {
  private let engine: Engine
  /// Joins what processes have summed; nil for one that computes by itself.
  private let exchange: GradientExchange?
  /// The gradient of each run's first group with respect to what tiles see, then the run's sum in the worker's own blocks: 0
  /// between steps.
  private let firsts: [ParameterBuffer]
  /// Those of the other groups of a run.
  private let others: PerWorker<Others>
  /// What the runs of groups add to the blocks of other workers.
  private let published: [ParameterBuffer]
  /// The sum of all groups.
  private let sum: ParameterBuffer
  /// The gradient with respect to θ: `sum` where tiles see θ itself.
  let gradient: ParameterBuffer
  /// Who has which part of `gradient`; nil where it is whole.
  let shares: BufferShares?

  /// - Parameters:
  ///   - tiles: of a batch, at most.
  ///   - processes: who takes a share of each batch.
  init(_ engine: Engine, tiles: Int, _ processes: any Collective) {
    self.engine = engine
    let layout = engine.layout
    func buffer() -> ParameterBuffer { ParameterBuffer(count: layout.tileParameterCount) }
    exchange = processes.count > 1 ? GradientExchange(processes, scalars: layout.tileParameterCount) : nil
    // A smaller batch, or fewer threads, can be cut into more runs.
    let most = (0...GroupTree(tiles: tiles).groups).flatMap { groups in
      (1...engine.pool.count).map {
        Runs(GroupTree(groups: groups), processes.part(of: groups), workers: $0).count
      }
    }.max()!
    firsts = (0..<most).map { _ in buffer() }
    others = PerWorker(engine.pool) { _ in Others(scalars: layout.tileParameterCount) }
    published = (0..<(engine.pool.count > 1 ? most : 0)).map { _ in buffer() }
    sum = buffer()
    gradient = layout.preparedCount == nil ? sum : ParameterBuffer(count: layout.parameterCount)
    shares = layout.preparedCount == nil ? exchange?.shares : nil
  }

  /// This process's share of a batch.
  func runs(tiles: Int) -> Runs {
    let tree = GroupTree(tiles: tiles)
    return Runs(
      tree, exchange?.shares.processes.part(of: tree.groups) ?? 0..<tree.groups, tiles: tiles,
      workers: engine.pool.count)
  }

  /// Computes `gradient`, or this process's share of it: `body` adds a group's to what it is given, and returns the group's loss.
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
    let results = UnitResults.collect(runs.share.count, startingWith: Result<Double, FlowError>.success(0)) { losses in
      workers = UnitResults.collect(runs.count, startingWith: 0) { workers in
        engine.pool.run(units: runs.count, stealing: stealing) { [firsts, others, published] worker, run in
          let groups = [firsts[run]] + others[worker].buffers(runs[run].count - 1)
          for (group, buffer) in zip(runs[run], groups) {
            let place = group - runs.share.lowerBound
            var gradient = Gradient(buffer: buffer)
            do throws(FlowError) {
              losses[place] = .success(try body(worker, group, &gradient))
            } catch {
              losses[place] = .failure(error)
            }
          }
          workers[run] = worker
          Self.publish(runs, run, groups, published, blocks, by: worker)
        }
      }
    }
    var losses = [Double](repeating: 0, count: runs.tree.groups)
    var failure: FlowError?
    for (group, result) in zip(runs.share, results) {
      do throws(FlowError) { losses[group] = try result.get() } catch { failure = failure ?? error }
    }
    let squaredNorm: Double
    do throws(FlowError) {
      squaredNorm = try sumAll(runs, workers, blocks, parts, &losses, hasFailed: failure != nil)
    } catch {
      throw failure ?? error
    }
    if let failure { throw failure }
    return (losses.reduce(0, +), squaredNorm)
  }

  /// Gradients of the groups that a worker has at hand, as many as its longest run needs: 0 between runs.
  final class Others {
    private let scalars: Int
    private var made: [ParameterBuffer] = []

    init(scalars: Int) { self.scalars = scalars }

    func buffers(_ count: Int) -> ArraySlice<ParameterBuffer> {
      while made.count < count { made.append(ParameterBuffer(count: scalars)) }
      return made[..<count]
    }
  }

  /// Groups in runs that are branches of the tree by which all are summed.
  struct Runs: Sendable {
    let tree: GroupTree
    /// The groups of this process.
    let share: Range<Int>
    private let tiles: Int
    private let ranges: [Range<Int>]

    init(_ tree: GroupTree, _ share: Range<Int>, tiles: Int = 0, workers: Int) {
      (self.tree, self.share, self.tiles) = (tree, share, tiles)
      // One worker takes all in one run; one kernel sums the runs.
      let longest = workers == 1 ? GroupTree.maximumTerms : min(4, share.count / workers)
      ranges = tree.branches(of: share, longest: max(longest, share.count / GroupTree.maximumTerms))
    }

    var count: Int { ranges.count }
    subscript(run: Int) -> Range<Int> { ranges[run] }

    /// Those that are parts of a branch.
    func within(_ branch: Range<Int>) -> Range<Int> {
      let first = ranges.firstIndex { $0.lowerBound == branch.lowerBound }!
      return first..<(ranges[first...].firstIndex { $0.upperBound == branch.upperBound }! + 1)
    }

    func tiles(ofGroup group: Int) -> Range<Int> {
      (group * tiles / tree.groups)..<((group + 1) * tiles / tree.groups)
    }
  }

  /// Sums a run, block by block: into its first group for the worker itself, past the caches for others. A run that is all
  /// there is can wait.
  private static func publish(
    _ runs: Runs, _ run: Int, _ groups: [ParameterBuffer], _ published: [ParameterBuffer], _ blocks: ParameterBlocks,
    by worker: Int
  ) {
    let count = groups.count
    BufferBases.with(groups) { terms in
      let target = published.isEmpty ? terms[0] : published[run].base
      for block in 0..<blocks.count {
        let (range, isOwn) = (blocks[block], blocks.owner(of: block) == worker)
        guard !isOwn || count > 1 && runs.count > 1 else { continue }
        add(count, range, into: isOwn ? terms[0] : target, pastCaches: !isOwn) { terms[$0] }
        for group in (isOwn ? 1 : 0)..<count { clear(terms[group], range) }
      }
    }
  }

  /// Sums what all processes' runs made, makes the gradient with respect to θ of it; returns the sum of its squares, which is
  /// summed in Double over blocks, in order.
  private func sumAll(
    _ runs: Runs, _ workers: [Int], _ blocks: ParameterBlocks, _ parts: Range<Int>, _ losses: inout [Double],
    hasFailed: Bool
  ) throws(FlowError) -> Double {
    var squaredNorm: Double
    if let exchange {
      let branches = exchange.branches(of: runs.tree)
      let own = branches[exchange.shares.processes.rank]
      _ = sumRuns(runs, own.map { runs.within($0) }, workers, blocks, into: exchange.buffers(own.count))
      squaredNorm = try exchange.finish(
        runs.tree, branches, losses: &losses, hasFailed: hasFailed, into: sum, on: engine.pool)
      if shares == nil { exchange.shares.gather(sum) }
    } else {
      squaredNorm = sumRuns(runs, [0..<runs.count], workers, blocks, into: [sum])
    }
    guard gradient !== sum else { return squaredNorm }
    pullBackPreparation(parts)
    let gradient = gradient
    return UnitResults.collect(engine.blocks.count, startingWith: 0.0) { squares in
      engine.forEachBlock(of: engine.blocks) { range, block in
        squares[block] = flowkit_sum_squares(gradient.base + range.lowerBound, range.count)
      }
    }.reduce(0, +)
  }

  /// Sums what this process's runs made: the runs of each branch into a buffer of its own; returns the sum of squares.
  private func sumRuns(
    _ runs: Runs, _ branches: [Range<Int>], _ workers: [Int], _ blocks: ParameterBlocks,
    into sums: ArraySlice<ParameterBuffer>
  ) -> Double {
    // A run that is all there is has not been summed yet.
    let groups = runs.count == 1 ? [firsts[0]] + others[workers[0]].buffers(runs[0].count - 1) : firsts
    return BufferBases.with(groups) { groups in
      BufferBases.with(published) { published in
        BufferBases.with(sums) { sums in
          UnitResults.collect(blocks.count, startingWith: 0.0) { squares in
            engine.forEachBlock(of: blocks) { range, block in
              let owner = blocks.owner(of: block)
              let waits = runs.count == 1 && workers[0] == owner
              for (place, branch) in branches.enumerated() {
                squares[block] = add(waits ? runs.share.count : branch.count, range, into: sums[place]) {
                  let run = branch.lowerBound + $0
                  return waits ? groups[$0] : workers[run] == owner ? groups[run] : published[run]
                }
              }
              if waits {
                for group in 0..<runs.share.count { clear(groups[group], range) }
              } else {
                for run in 0..<runs.count where workers[run] == owner { clear(groups[run], range) }
              }
            }
          }
        }
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
