import FlowKit
import Testing

@Suite struct SelectionSamplingTests {
  private func taken(_ chosen: Int, of total: Int, seed: UInt64) -> [Int] {
    var sampling = SelectionSampling(chosen, of: total, seed: seed, purpose: .split)
    return (0..<total).filter { _ in sampling.takesNext() }
  }

  @Test(arguments: [(0, 5), (5, 5), (1, 1), (1, 1_000), (999, 1_000), (123, 4_567)])
  func takesExactlyAsManyAsChosen(chosen: Int, total: Int) {
    for seed in 0..<20 { #expect(taken(chosen, of: total, seed: UInt64(seed)).count == chosen) }
  }

  @Test func goesOnFromAnywhere() {
    let whole = taken(30, of: 100, seed: 3)
    let start = SelectionSampling(30, of: 100, seed: 3, purpose: .split)
    for first in [0, 1, 41, 99, 100] {
      var rest = start.resumed(at: first, taken: whole.filter { $0 < first }.count)
      #expect((first..<100).filter { _ in rest.takesNext() } == whole.filter { $0 >= first })
    }
    #expect(whole != taken(30, of: 100, seed: 4))
  }

  /// Each of 10 things is in 3 of 10 choices, each pair of them in 3·2 of 10·9.
  @Test func allChoicesAreEquallyLikely() {
    let choices = 20_000
    var (single, pairs) = ([Int](repeating: 0, count: 10), [Int](repeating: 0, count: 100))
    for seed in 0..<choices {
      let things = taken(3, of: 10, seed: UInt64(seed))
      for thing in things {
        single[thing] += 1
        for other in things where other > thing { pairs[10 * thing + other] += 1 }
      }
    }
    func check(_ count: Int, _ probability: Double) {
      let deviation = (probability * (1 - probability) / Double(choices)).squareRoot()
      #expect(abs(Double(count) / Double(choices) - probability) < 5 * deviation)
    }
    for thing in 0..<10 {
      check(single[thing], 0.3)
      for other in 0..<10 where other > thing { check(pairs[10 * thing + other], 6.0 / 90) }
    }
  }
}
