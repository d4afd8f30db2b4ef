internal import CFlowKernels
internal import Glibc
internal import Synchronization

/// Threads that share out numbered units of work. They start with the first run that has more than one unit.
///
/// A training step is a few hundred microseconds, and waking a thread costs a good part of one: a
/// worker that runs dry spins for about a millisecond before it sleeps.
///
/// Each worker begins with its own part of the units, the same in every run over as many, so that what it wrote last time
/// is still in its cache; then it takes what others have left. Results must depend on the unit alone.
final class WorkerPool: Sendable {
  /// The number of workers, the calling thread included.
  let count: Int
  private let shared: Shared
  private let threads = Mutex<[pthread_t]>([])

  init(threads count: Int) {
    precondition(count > 0, "a pool of \(count) workers")
    self.count = count
    shared = Shared(workers: count)
  }

  deinit {
    let started = threads.withLock { $0 }
    guard !started.isEmpty else { return }
    shared.publish(nil, units: 0, stealing: false)
    for thread in started { pthread_join(thread, nil) }
  }

  /// The units with which a worker begins.
  func part(of worker: Int, units: Int) -> Range<Int> { Shared.part(of: worker, units: units, workers: count) }

  /// Calls `body(worker, unit)` once for each unit in 0 ..< units and returns when all are done.
  ///
  /// - Parameter stealing: whether a worker that has done its part takes units of others. Without, a unit is done by the same
  ///   worker in every run over as many: what it keeps between two runs stays on its thread.
  func run(units: Int, stealing: Bool = true, _ body: @Sendable (_ worker: Int, _ unit: Int) -> Void) {
    guard count > 1, units > 1 else {
      for unit in 0..<units { body(0, unit) }
      return
    }
    threads.withLock { threads in
      if threads.isEmpty { threads = (1..<count).map { Self.start(worker: $0, shared) } }
    }
    withoutActuallyEscaping(body) { body in
      shared.publish(body, units: units, stealing: stealing)
      shared.work(as: 0)
      shared.waitUntilDone()
    }
  }

  private static func start(worker: Int, _ shared: Shared) -> pthread_t {
    let context = Unmanaged.passRetained(Start(worker: worker, shared: shared))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { context in
        let start = Unmanaged<Start>.fromOpaque(context!).takeRetainedValue()
        flowkit_name_thread("flowkit")
        start.shared.serve(as: start.worker)
        return nil
      }, context.toOpaque())
    precondition(status == 0, "the system gave no thread (error \(status))")
    return thread
  }

  private final class Start: Sendable {
    let worker: Int
    let shared: Shared
    init(worker: Int, shared: Shared) { (self.worker, self.shared) = (worker, shared) }
  }
}

/// The state between the threads of a pool.
///
/// Sendable by this protocol: `body`, `units` and `stealing` are written before `generation` is raised (release) and read after it
/// is seen (acquire); they change again only when every worker has reported back through `pending`.
private final class Shared: @unchecked Sendable {
  typealias Body = @Sendable (_ worker: Int, _ unit: Int) -> Void
  private var body: Body?
  private var units = 0
  private var stealing = true
  private let workers: Int
  private let generation = Atomic(0)
  /// The next unit of each worker's part, each in a cache line of its own.
  private let nextUnits: UnsafeMutablePointer<Atomic<Int>>
  private static let counterStride = 16
  private let pending = Atomic(0)
  private let sleepers = Atomic(0)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(workers: Int) {
    self.workers = workers
    nextUnits = .allocate(capacity: workers * Self.counterStride)
    for worker in 0..<workers { (nextUnits + worker * Self.counterStride).initialize(to: Atomic(0)) }
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(mutex)
    wake.deallocate()
    mutex.deallocate()
    for worker in 0..<workers { (nextUnits + worker * Self.counterStride).deinitialize(count: 1) }
    nextUnits.deallocate()
  }

  /// Hands out a new job; nil ends the threads.
  func publish(_ body: Body?, units: Int, stealing: Bool) {
    self.body = body
    self.stealing = stealing
    self.units = units
    for worker in 0..<workers {
      nextUnit(of: worker).pointee.store(
        Self.part(of: worker, units: units, workers: workers).lowerBound, ordering: .relaxed)
    }
    pending.store(workers - 1, ordering: .relaxed)
    flowkit_finish_stores()
    generation.add(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(mutex)
    }
  }

  static func part(of worker: Int, units: Int, workers: Int) -> Range<Int> {
    (worker * units / workers)..<((worker + 1) * units / workers)
  }

  func work(as worker: Int) {
    guard let body else { return }
    for offset in 0..<(stealing ? workers : 1) {
      let owner = (worker + offset) % workers
      let end = Self.part(of: owner, units: units, workers: workers).upperBound
      while true {
        let unit = nextUnit(of: owner).pointee.add(1, ordering: .relaxed).oldValue
        if unit >= end { break }
        body(worker, unit)
      }
    }
  }

  private func nextUnit(of worker: Int) -> UnsafeMutablePointer<Atomic<Int>> {
    nextUnits + worker * Self.counterStride
  }

  func waitUntilDone() {
    spin { pending.load(ordering: .acquiring) == 0 }
    while pending.load(ordering: .acquiring) != 0 { sched_yield() }
    body = nil
  }

  func serve(as worker: Int) {
    var seen = 0
    while true {
      if !spin({ generation.load(ordering: .acquiring) != seen }) { sleep(until: { $0 != seen }) }
      seen += 1
      let isLast = body == nil
      work(as: worker)
      flowkit_finish_stores()
      pending.subtract(1, ordering: .releasing)
      if isLast { return }
    }
  }

  private func sleep(until changed: (Int) -> Bool) {
    pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while !changed(generation.load(ordering: .sequentiallyConsistent)) { pthread_cond_wait(wake, mutex) }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }

  /// Waits about a millisecond for a condition; whether it came true. The thread that makes it true may itself be waiting
  /// for a processor, so now and then this one gives way.
  @discardableResult
  private func spin(_ condition: () -> Bool) -> Bool {
    for turn in 1...100_000 {
      if condition() { return true }
      flowkit_pause()
      if turn % 2_000 == 0 { sched_yield() }
    }
    return condition()
  }
}
