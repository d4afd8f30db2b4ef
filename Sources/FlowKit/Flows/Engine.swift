internal import Glibc

/// Carries tiles of events through an architecture on all workers: what scoring, sampling and training share.
final class Engine {
  let architecture: Architecture
  let pool: WorkerPool
  let workers: [Worker]
  /// θ.
  let parameters: ParameterBuffer
  /// What the tiles see of θ: the same buffer where no layer prepares anything.
  let tileParameters: ParameterBuffer
  /// θ cut up for what works on parameters alone.
  let blocks: ParameterBlocks
  /// θ as each worker sees it while it is trained, or none where workers see `tileParameters`: the worker's own part is
  /// up to date, the rest is copied from `parameters` when it is needed.
  let copies: [ParameterBuffer]
  private var version = 0
  /// The most parameters that are copied for each worker: more would crowd a cache that workers share.
  private static let maximumCopied = 1 << 19

  /// Events per tile. Fixed, so that an event's result has the same bits in whatever company it is computed: the
  /// kernels of a matrix product depend on its width.
  static let tileWidth = 128

  /// Scratch memory of one worker. Only that worker touches it during a run.
  final class Worker {
    let tiles = TilePool()
    /// An architecture of its own where workers are many, so that nobody else counts its references.
    let architecture: Architecture
    var events: [Double] = []
    var context: [Double] = []
    var logDeterminants: [Double] = []
    var logDensities = [Double](repeating: 0, count: Engine.tileWidth)
    /// What the tiles see of θ.
    let parameters: Parameters
    /// The base's part of them.
    let baseParameters: Parameters
    /// The version of θ that `parameters` are.
    fileprivate var version = 0

    init(_ architecture: Architecture, _ tileParameters: ParameterBuffer) {
      self.architecture = architecture
      parameters = tileParameters.all
      baseParameters = parameters.slice(architecture.layout.prepared.last!)
    }
  }

  /// - Parameter isTraining: whether θ changes all the time.
  init(_ flow: Flow, threads: Int?, isTraining: Bool = false) {
    architecture = flow.architecture
    pool = WorkerPool(threads: threads ?? Self.processorCount)
    parameters = ParameterBuffer(flow.parameters)
    tileParameters = architecture.layout.preparedCount.map { ParameterBuffer(count: $0) } ?? parameters
    blocks = ParameterBlocks(scalars: parameters.count, pool: pool)
    let count = parameters.count
    let haveCopies =
      isTraining && pool.count > 1 && tileParameters === parameters && count <= Self.maximumCopied
    copies = haveCopies ? (0..<pool.count).map { _ in ParameterBuffer(count: count) } : []
    workers = (0..<pool.count).map { [architecture, tileParameters, copies] worker in
      Worker(
        worker == 0 ? architecture : architecture.copy(),
        haveCopies ? copies[worker] : ParameterBuffer(sharing: tileParameters))
    }
    prepare()
  }

  /// The processors that this process may use.
  static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Makes the tiles see what θ has become: after a step, which writes each block to its owner's copy as well, or after
  /// any other change.
  func prepare(afterStep: Bool = false) {
    version += 1
    if !afterStep {
      for copy in copies { copy.base.update(from: parameters.base, count: parameters.count) }
    }
    guard architecture.layout.preparedCount != nil else { return }
    pool.run(units: architecture.layout.parts.count) { _, part in
      architecture.layout.prepare(
        part: part, parameters.all,
        into: UnsafeMutableBufferPointer(start: tileParameters.base, count: tileParameters.count))
    }
  }

  /// A worker that sees θ as it is now, for that worker's own thread.
  func worker(_ index: Int) -> Worker {
    let worker = workers[index]
    if !copies.isEmpty, worker.version != version {
      worker.version = version
      let own = blocks.parts[index]
      for others in [0..<own.lowerBound, own.upperBound..<parameters.count] {
        (copies[index].base + others.lowerBound).update(from: parameters.base + others.lowerBound, count: others.count)
      }
    }
    return worker
  }

  /// Calls `body` for each tile of `count` events, spread over the workers.
  func forEachTile(of count: Int, _ body: (_ worker: Worker, _ events: Range<Int>) -> Void) {
    let width = Self.tileWidth
    pool.run(units: (count + width - 1) / width) { worker, tile in
      body(self.worker(worker), (tile * width)..<min(count, (tile + 1) * width))
    }
  }

  /// Calls `body` for each block of a buffer, spread over the workers.
  func forEachBlock(of blocks: ParameterBlocks, _ body: (_ scalars: Range<Int>, _ block: Int) -> Void) {
    pool.run(units: blocks.count) { _, block in body(blocks[block], block) }
  }

  /// log p of the events of one tile that the preprocessing has mapped already, into `worker.logDensities`.
  func logDensity(_ x: Tile, context: Tile?, worker: Worker) {
    let architecture = worker.architecture
    let context = architecture.embedded(context, worker.parameters)
    let latent = architecture.chain.forward(x, Pass(worker.parameters, context: context))
    worker.logDensities.withUnsafeMutableBufferPointer {
      architecture.base.logDensity(latent.values, worker.baseParameters, into: $0)
    }
    worker.addLogDeterminant(latent.logDeterminant)
  }
}

extension Engine.Worker {
  func addLogDeterminant(_ logDeterminant: LogDeterminant) {
    for event in logDensities.indices { logDensities[event] += logDeterminant.constant }
    logDeterminant.perEvent?.withRow(0) { row in
      for event in row.indices { logDensities[event] += Double(row[event]) }
    }
  }

  /// A tile of row-major events; the last event fills the padding, which keeps it inside the domain.
  func tile(_ rows: UnsafeBufferPointer<Double>, dimension: Int) -> Tile {
    let count = rows.count / dimension
    return tile(dimension: dimension) { feature, event in Scalar(rows[min(event, count - 1) * dimension + feature]) }
  }

  @inline(__always)
  func tile(dimension: Int, _ value: (_ feature: Int, _ event: Int) -> Scalar) -> Tile {
    var tile = Tile(features: dimension, width: Engine.tileWidth, pool: tiles)
    for feature in 0..<dimension {
      tile.withMutableRow(feature) { row in
        for event in row.indices { row[event] = value(feature, event) }
      }
    }
    return tile
  }
}
