internal import Glibc

/// A thread that reads windows of events before they are needed, into one of two slots while the other is in use.
final class WindowReader {
  private let shared: Shared
  private let thread: pthread_t

  /// - Parameter data: room for two windows, `capacity` events each.
  init(_ events: any EventSource, _ data: TrainingData, capacity: Int) {
    let shared = Shared(events, data, capacity: capacity)
    self.shared = shared
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { context in
        Unmanaged<Shared>.fromOpaque(context!).takeRetainedValue().serve()
        return nil
      }, Unmanaged.passRetained(shared).toOpaque())
    precondition(status == 0, "the system gave no thread (error \(status))")
    self.thread = thread
  }

  deinit {
    shared.stop()
    pthread_join(thread, nil)
  }

  /// Waits until the first of one or two windows is in memory; returns its slot, 0 or 1. Both stay there, or come there
  /// next, until other windows are asked for.
  func slot(of windows: [EpochPlan.Window]) throws(FlowError) -> Int { try shared.slot(of: windows) }
}

/// What the two threads share. Sendable by this rule: what changes is used under the mutex, and the events of a slot are written while
/// `slots` says that it is empty.
private final class Shared: @unchecked Sendable {
  private let events: any EventSource
  private let data: TrainingData
  private let capacity: Int
  private var wanted: [EpochPlan.Window] = []
  private var slots: [EpochPlan.Window?] = [nil, nil]
  private var failure: FlowError?
  private var isStopping = false
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(_ events: any EventSource, _ data: TrainingData, capacity: Int) {
    (self.events, self.data, self.capacity) = (events, data, capacity)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(change, nil)
  }

  deinit {
    pthread_cond_destroy(change)
    pthread_mutex_destroy(mutex)
    change.deallocate()
    mutex.deallocate()
  }

  // MARK: For the thread that trains

  func slot(of windows: [EpochPlan.Window]) throws(FlowError) -> Int {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if wanted != windows {
      wanted = windows
      pthread_cond_broadcast(change)
    }
    while true {
      if let slot = slots.firstIndex(of: windows[0]) { return slot }
      if let failure { throw failure }
      pthread_cond_wait(change, mutex)
    }
  }

  func stop() {
    pthread_mutex_lock(mutex)
    isStopping = true
    pthread_cond_broadcast(change)
    pthread_mutex_unlock(mutex)
  }

  // MARK: For the thread that reads

  func serve() {
    do throws(FlowError) {
      let read = try events.checkedReader()
      while let (window, slot) = next() {
        try load(window, into: slot, read)
        pthread_mutex_lock(mutex)
        slots[slot] = window
        pthread_cond_broadcast(change)
        pthread_mutex_unlock(mutex)
      }
    } catch {
      pthread_mutex_lock(mutex)
      failure = error
      pthread_cond_broadcast(change)
      pthread_mutex_unlock(mutex)
    }
  }

  /// Waits for a window that is wanted and not there, and empties a slot for it; nil when all is over.
  private func next() -> (EpochPlan.Window, slot: Int)? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !isStopping {
      if let window = wanted.first(where: { !slots.contains($0) }) {
        let slot = slots.firstIndex { $0.map { !wanted.contains($0) } ?? true }!
        slots[slot] = nil
        return (window, slot)
      }
      pthread_cond_wait(change, mutex)
    }
    return nil
  }

  private func load(_ window: EpochPlan.Window, into slot: Int, _ read: EventReader) throws(FlowError) {
    var place = slot * capacity
    for block in window.blocks {
      pthread_mutex_lock(mutex)
      let isOver = isStopping
      pthread_mutex_unlock(mutex)
      guard !isOver else { return }
      place += try data.store(try read(block), at: place)
    }
  }
}
