import FlowKit
import Foundation
import Testing

/// The threads of an evaluator, seen from outside: each event's density betrays whether its tile was computed.
@Suite struct WorkerPoolTests {
  /// A tile computed twice or never would leave a wrong or missing density; small calls in quick succession catch a
  /// worker that is late for one job and early for the next.
  @Test func everyTileIsComputedOnce() throws {
    let flow = try exampleFlow(dimension: 1)
    let evaluator = flow.evaluator(threads: 4)
    let alone = flow.evaluator(threads: 1)
    let events = uniformNumbers(128 * 9)
    let expected = alone.logDensity(events)
    for call in 0..<500 {
      let count = 1 + (call * 37) % events.count
      #expect(evaluator.logDensity(Array(events[..<count])) == Array(expected[..<count]), "call \(call)")
    }
  }

  @Test func poolsEndWithTheirEvaluators() throws {
    let flow = try exampleFlow(dimension: 1)
    let events = uniformNumbers(256)
    let expected = flow.evaluator(threads: 1).logDensity(events)
    for _ in 0..<300 { #expect(flow.evaluator(threads: 8).logDensity(events) == expected) }
    // 2100 threads were started here; other tests have a few dozen of their own.
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Threads:") })
    let threads = try #require(Int(line.dropFirst(8).trimmingCharacters(in: .whitespaces)))
    #expect(threads < 1_000)
  }
}
