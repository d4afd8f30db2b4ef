internal import Synchronization

/// Processes that compute one thing together, each called a rank, as MPI has them: what they hand to each other.
///
/// All ranks make the same calls in the same order, on one thread each; a call ends when what it hands over is there. What is computed
/// with them must not depend on how many there are: sums are taken in an order that is the work's own (``GroupTree``), and what a
/// clock or a person decides is decided by rank 0 (``decided(_:)``).
public protocol Collective: Sendable {
  /// This process, from 0 on.
  var rank: Int { get }
  /// How many there are.
  var count: Int { get }

  /// Hands each rank its part of a buffer, and takes this rank's part of theirs.
  ///
  /// - Parameters:
  ///   - sent: the bytes of `source` for each rank.
  ///   - received: where in `target` the bytes of each rank go: as many as that rank sends.
  func exchange(
    _ source: UnsafeRawPointer, _ sent: [Range<Int>], _ target: UnsafeMutableRawPointer, _ received: [Range<Int>])

  /// Makes `buffer` the same everywhere: the bytes `parts[r]` are those of rank r.
  func gather(_ buffer: UnsafeMutableRawPointer, _ parts: [Range<Int>])

  /// Makes the bytes those of rank 0.
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer)
}

/// A process that computes by itself.
public struct LoneProcess: Collective {
  public init() {}
  public var rank: Int { 0 }
  public var count: Int { 1 }
  public func exchange(
    _ source: UnsafeRawPointer, _ sent: [Range<Int>], _ target: UnsafeMutableRawPointer, _ received: [Range<Int>]
  ) {}
  public func gather(_ buffer: UnsafeMutableRawPointer, _ parts: [Range<Int>]) {}
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer) {}
}

/// The processes of this job.
public enum Job {
  /// Who computes together what is computed on this thread: this process alone, unless a caller has bound others. Threads that
  /// FlowKit starts do not inherit it, so that what they do is done by this process.
  @TaskLocal public static var processes: any Collective = LoneProcess()
}

extension Collective {
  /// What rank 0 passes: for decisions that other ranks would take otherwise, because their clocks differ.
  package func decided<Value: BitwiseCopyable>(_ value: Value) -> Value {
    guard count > 1 else { return value }
    var value = value
    withUnsafeMutableBytes(of: &value) { broadcast($0) }
    return value
  }

  /// The text of rank 0.
  package func decided(_ text: String) -> String {
    guard count > 1 else { return text }
    var bytes = [UInt8](repeating: 0, count: decided(text.utf8.count))
    if rank == 0 { bytes = Array(text.utf8) }
    bytes.withUnsafeMutableBytes { broadcast($0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The parts of all ranks, one behind the other, and where this rank's begins.
  ///
  /// - Throws: on every rank, where `part` fails on one: what it throws there, and elsewhere which rank it was.
  package func joined<Value: BitwiseCopyable>(
    _ part: () throws(FlowError) -> [Value]
  ) throws(FlowError) -> (values: [Value], start: Int) {
    guard count > 1 else { return (try part(), 0) }
    let own = Result { () throws(FlowError) in try part() }
    var counts = [Int](repeating: -1, count: count)
    if case .success(let values) = own { counts[rank] = values.count }
    gather(&counts, (0..<count).map { $0..<($0 + 1) })
    let values = try own.get()
    if let failed = counts.firstIndex(of: -1) { throw .ofRank(failed) }
    let ends = counts.reduce(into: [0]) { $0.append($0.last! + $1) }
    guard ends[count] > 0 else { return ([], 0) }
    let all = [Value](unsafeUninitializedCapacity: ends[count]) { buffer, initialized in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      values.withUnsafeBytes { own in
        bytes.baseAddress!.advanced(by: ends[rank] * MemoryLayout<Value>.stride)
          .copyMemory(from: own.baseAddress ?? UnsafeRawPointer(bytes.baseAddress!), byteCount: own.count)
      }
      gather(
        bytes.baseAddress!,
        (0..<count).map { ends[$0] * MemoryLayout<Value>.stride..<ends[$0 + 1] * MemoryLayout<Value>.stride })
      initialized = ends[count]
    }
    return (all, ends[rank])
  }

  /// `gather` of an array, whose parts are counted in elements.
  package func gather<Value: BitwiseCopyable>(_ values: inout [Value], _ parts: [Range<Int>]) {
    guard count > 1 else { return }
    let size = MemoryLayout<Value>.stride
    values.withUnsafeMutableBytes { bytes in
      gather(bytes.baseAddress!, parts.map { $0.lowerBound * size..<$0.upperBound * size })
    }
  }

  /// This rank's part of so many units: all ranks' parts follow each other, and differ by one unit at most.
  package func part(of units: Int) -> Range<Int> { Self.part(rank, of: units, among: count) }

  package static func part(_ rank: Int, of units: Int, among count: Int) -> Range<Int> {
    (rank * units / count)..<((rank + 1) * units / count)
  }
}

extension FlowError {
  /// What a rank says where another one has failed.
  static func ofRank(_ rank: Int) -> FlowError { FlowError(.numerics, "process \(rank) of this job has failed") }
}
