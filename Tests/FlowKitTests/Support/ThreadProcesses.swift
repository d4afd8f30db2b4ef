import Foundation
import Synchronization

@testable import FlowKit

/// Threads in the place of processes: each is a rank of a job.
final class ThreadProcesses: Sendable {
  private let count: Int
  private let turn = Mutex((arrived: 0, number: 0))
  /// What each rank holds out to the others, and how it is cut.
  private let shown: Mutex<[Shown]>

  private struct Shown: @unchecked Sendable {
    var bytes: UnsafeRawPointer?
    var parts: [Range<Int>] = []
  }

  private init(_ count: Int) {
    self.count = count
    shown = Mutex(Array(repeating: Shown(), count: count))
  }

  /// What each of so many ranks makes, in order.
  static func run<Value: Sendable>(_ count: Int, _ body: @Sendable (_ rank: Int) throws -> Value) throws -> [Value] {
    let processes = ThreadProcesses(count)
    let results = UnitResults.collect(count, startingWith: Result<Value, any Error>?.none) { results in
      WorkerPool(threads: count).run(units: count, stealing: false) { _, rank in
        results[rank] = Result {
          try Job.$processes.withValue(Rank(rank: rank, count: count, all: processes)) { try body(rank) }
        }
      }
    }
    return try results.map { try $0!.get() }
  }

  /// Waits until all ranks are here.
  private func meet() {
    let number = turn.withLock { turn in
      let number = turn.number
      turn.arrived += 1
      if turn.arrived == count { turn = (0, number + 1) }
      return number
    }
    while turn.withLock({ $0.number }) == number { sched_yield() }
  }

  /// Calls `body` with what all ranks hold out.
  private func show(_ own: Shown, _ rank: Int, _ body: ([Shown]) -> Void) {
    shown.withLock { $0[rank] = own }
    meet()
    body(shown.withLock { $0 })
    meet()
  }

  private struct Rank: Collective {
    let rank, count: Int
    let all: ThreadProcesses

    func exchange(
      _ source: UnsafeRawPointer, _ sent: [Range<Int>], _ target: UnsafeMutableRawPointer, _ received: [Range<Int>]
    ) {
      all.show(Shown(bytes: source, parts: sent), rank) { shown in
        for (place, other) in zip(received, shown) {
          precondition(place.count == other.parts[rank].count, "a rank sends what another one expects")
          target.advanced(by: place.lowerBound)
            .copyMemory(from: other.bytes! + other.parts[rank].lowerBound, byteCount: place.count)
        }
      }
    }

    func gather(_ buffer: UnsafeMutableRawPointer, _ parts: [Range<Int>]) {
      all.show(Shown(bytes: buffer, parts: parts), rank) { shown in
        precondition(shown.allSatisfy { $0.parts == parts }, "all ranks cut the buffer alike")
        for (other, part) in parts.enumerated() where other != rank {
          buffer.advanced(by: part.lowerBound)
            .copyMemory(from: shown[other].bytes! + part.lowerBound, byteCount: part.count)
        }
      }
    }

    func broadcast(_ bytes: UnsafeMutableRawBufferPointer) {
      gather(bytes.baseAddress!, (0..<count).map { $0 == 0 ? 0..<bytes.count : bytes.count..<bytes.count })
    }
  }
}
