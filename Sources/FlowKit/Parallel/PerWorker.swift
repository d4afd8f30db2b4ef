/// A value for each worker of a pool, made by that worker when it first asks.
///
/// Sendable by a rule that the compiler cannot see: only worker w asks for value w while a run is going on, and one thread
/// at a time starts runs.
final class PerWorker<Value>: @unchecked Sendable {
  private let values: UnsafeMutableBufferPointer<Value?>
  private let make: @Sendable (_ worker: Int) -> Value

  init(_ pool: WorkerPool, _ make: @escaping @Sendable (_ worker: Int) -> Value) {
    values = .allocate(capacity: pool.count)
    values.initialize(repeating: nil)
    self.make = make
  }

  deinit { values.deinitialize().deallocate() }

  subscript(worker: Int) -> Value {
    if let value = values[worker] { return value }
    let value = make(worker)
    values[worker] = value
    return value
  }
}

/// A place for what each unit of a run leaves.
///
/// Sendable by a rule that the compiler cannot see: place u is written by the worker that does unit u, and read when the run
/// is over.
struct UnitResults<Value>: @unchecked Sendable {
  private let values: UnsafeMutablePointer<Value>

  /// Calls `body` with places for `count` units that hold `value`; returns what they hold then.
  static func collect<Failure: Error>(
    _ count: Int, startingWith value: Value, _ body: (UnitResults) throws(Failure) -> Void
  ) throws(Failure) -> [Value] {
    var result = Array(repeating: value, count: count)
    try result.withUnsafeMutableBufferPointer { (buffer) throws(Failure) in
      guard let base = buffer.baseAddress else { return }
      try body(UnitResults(values: base))
    }
    return result
  }

  init(values: UnsafeMutablePointer<Value>) { self.values = values }

  subscript(unit: Int) -> Value {
    get { values[unit] }
    nonmutating set { values[unit] = newValue }
  }

  /// The place of a unit and those after it, for units that are ranges of events.
  func pointer(to unit: Int) -> UnsafeMutablePointer<Value> { values + unit }
}
