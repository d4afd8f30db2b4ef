internal import Synchronization

/// Parameters as the workers of a pool see them, and the tiles that the workers carry: what scoring, sampling and training
/// share.
///
/// Sendable by a rule that the compiler cannot see: one thread at a time uses it, and changes the number of threads only
/// between runs.
final class Engine: @unchecked Sendable {
  let layout: ParameterLayout
  private(set) var pool: WorkerPool
  /// θ.
  let parameters: ParameterBuffer
  /// What the tiles see of θ: the same buffer where no part prepares anything.
  let tileParameters: ParameterBuffer
  /// θ cut up for what works on parameters alone.
  private(set) var blocks: ParameterBlocks
  /// θ as each worker sees it while it is trained, or none where workers see `tileParameters`: the worker's own part is
  /// up to date, the rest is copied from `parameters` when it is needed.
  let copies: [ParameterBuffer]
  private let workers: PerWorker<Worker>
  private let version = Atomic(0)
  /// The most parameters that are copied for each worker: more would crowd a cache that workers share.
  private static let maximumCopied = 1 << 19

  /// What one worker has to itself during a run.
  final class Worker {
    let tiles = TilePool()
    /// For a single event; its weights are those of parameters that do not change.
    private(set) lazy var singleTiles = TilePool(ofSingleEvents: TransposedWeights())
    /// What the tiles see of θ.
    let parameters: Parameters
    /// The version of θ that `parameters` are.
    fileprivate var version = 0

    fileprivate init(_ parameters: ParameterBuffer) { self.parameters = parameters.all }
  }

  /// - Parameters:
  ///   - threads: the number of workers; by default as many as there are processors for this process.
  ///   - pool: the workers, where other engines have them, too: one at a time.
  ///   - isTraining: whether θ changes all the time.
  init(
    _ layout: ParameterLayout, _ parameters: ParameterBuffer, threads: Int?, pool: WorkerPool? = nil,
    isTraining: Bool = false
  ) {
    precondition(
      parameters.count == layout.parameterCount, "\(parameters.count) parameters for \(layout.parameterCount)")
    (self.layout, self.parameters) = (layout, parameters)
    let pool = pool ?? WorkerPool(threads: threads ?? Processors.count)
    self.pool = pool
    let tileParameters = layout.preparedCount.map { ParameterBuffer(count: $0) } ?? parameters
    self.tileParameters = tileParameters
    blocks = ParameterBlocks(scalars: parameters.count, pool: pool)
    let haveCopies =
      isTraining && pool.count > 1 && tileParameters === parameters && parameters.count <= Self.maximumCopied
    let copies = haveCopies ? (0..<pool.count).map { _ in ParameterBuffer(count: parameters.count) } : []
    self.copies = copies
    workers = PerWorker(pool) { worker in
      Worker(haveCopies ? copies[worker] : ParameterBuffer(sharing: tileParameters))
    }
    if isTraining { prepare() } else { for part in layout.parts.indices { prepare(part: part) } }
  }

  /// Goes on with another number of threads, at most as many as at first; results do not depend on it.
  func use(threads: Int) {
    guard threads != pool.count else { return }
    pool = WorkerPool(threads: threads)
    blocks = ParameterBlocks(scalars: parameters.count, pool: pool)
    prepare()
  }

  /// Makes the tiles see what θ has become: after a step, which writes each block to its owner's copy as well, or after
  /// any other change.
  ///
  /// - Parameter parts: those that have changed; all by default.
  func prepare(afterStep: Bool = false, parts: Range<Int>? = nil) {
    version.add(1, ordering: .relaxed)
    if !afterStep, !copies.isEmpty {
      pool.run(units: pool.count) { [self] _, worker in
        let own = blocks.parts[worker]
        (copies[worker].base + own.lowerBound).update(from: parameters.base + own.lowerBound, count: own.count)
      }
    }
    guard layout.preparedCount != nil else { return }
    let parts = parts ?? layout.parts.indices
    pool.run(units: parts.count) { [self] _, part in prepare(part: parts.lowerBound + part) }
  }

  /// Where θ does not change, one thread prepares all: a flow that is asked for one event starts none.
  private func prepare(part: Int) {
    guard layout.preparedCount != nil else { return }
    layout.prepare(
      part: part, parameters.all,
      into: UnsafeMutableBufferPointer(start: tileParameters.base, count: tileParameters.count))
  }

  /// A worker that sees θ as it is now, for that worker's own thread.
  func worker(_ index: Int) -> Worker {
    let worker = workers[index]
    guard !copies.isEmpty else { return worker }
    let version = version.load(ordering: .relaxed)
    if worker.version != version {
      worker.version = version
      let own = blocks.parts[index]
      for others in [0..<own.lowerBound, own.upperBound..<parameters.count] {
        (copies[index].base + others.lowerBound).update(from: parameters.base + others.lowerBound, count: others.count)
      }
    }
    return worker
  }

  /// Calls `body` for each tile of `count` events, spread over the workers.
  func forEachTile(of count: Int, _ body: @Sendable (_ worker: Int, _ events: Range<Int>) -> Void) {
    pool.run(units: Tile.tiles(for: count)) { worker, tile in
      body(worker, (tile * Tile.fullWidth)..<min(count, (tile + 1) * Tile.fullWidth))
    }
  }

  /// Calls `body` for each block of a buffer, spread over the workers.
  func forEachBlock(of blocks: ParameterBlocks, _ body: @Sendable (_ scalars: Range<Int>, _ block: Int) -> Void) {
    pool.run(units: blocks.count) { _, block in body(blocks[block], block) }
  }
}
