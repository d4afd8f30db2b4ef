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

  /// Events per tile. Fixed, so that an event's result has the same bits in whatever company it is computed: the
  /// kernels of a matrix product depend on its width.
  static let tileWidth = 128

  /// Scratch memory of one worker. Only that worker touches it during a run.
  final class Worker {
    let tiles = TilePool()
    var events: [Double] = []
    var context: [Double] = []
    var logDeterminants: [Double] = []
    var logDensities = [Double](repeating: 0, count: Engine.tileWidth)
    /// What the tiles see of θ.
    let parameters: Parameters
    /// The base's part of them.
    let baseParameters: Parameters

    init(_ tileParameters: ParameterBuffer, _ layout: ParameterLayout) {
      parameters = ParameterBuffer(sharing: tileParameters).all
      baseParameters = parameters.slice(layout.parts.last!.prepared)
    }
  }

  init(_ flow: Flow, threads: Int?) {
    architecture = flow.architecture
    pool = WorkerPool(threads: threads ?? Self.processorCount)
    parameters = ParameterBuffer(flow.parameters)
    tileParameters = architecture.layout.preparedCount.map { ParameterBuffer(count: $0) } ?? parameters
    workers = (0..<pool.count).map { [tileParameters, layout = architecture.layout] _ in Worker(tileParameters, layout)
    }
    prepare()
  }

  /// The processors that this process may use.
  static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Makes the tiles see what θ has become.
  func prepare() {
    guard architecture.layout.preparedCount != nil else { return }
    pool.run(units: architecture.layout.parts.count) { _, part in
      architecture.layout.prepare(
        part: part, parameters.all,
        into: UnsafeMutableBufferPointer(start: tileParameters.base, count: tileParameters.count))
    }
  }

  /// Calls `body` for each tile of `count` events, spread over the workers.
  func forEachTile(of count: Int, _ body: (_ worker: Worker, _ events: Range<Int>) -> Void) {
    let width = Self.tileWidth
    pool.run(units: (count + width - 1) / width) { worker, tile in
      body(workers[worker], (tile * width)..<min(count, (tile + 1) * width))
    }
  }

  /// log p of the events of one tile that the preprocessing has mapped already, into `worker.logDensities`.
  func logDensity(_ x: Tile, context: Tile?, worker: Worker) {
    let context = architecture.embedded(context, worker.parameters)
    let latent = architecture.chain.forward(x, given: context, worker.parameters)
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
