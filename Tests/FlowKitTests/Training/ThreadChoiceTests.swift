import FlowKit
import Testing

@Suite struct ThreadChoiceTests {
  /// Goes through trials of a machine on which a step with n threads takes `seconds(n)`; returns what was taken.
  private func taken(_ choice: inout ThreadChoice, steps: Int, seconds: (Int) -> Double) -> [Int] {
    (0..<steps).map { _ in
      let threads = choice.current
      choice.note(seconds(threads))
      return threads
    }
  }

  @Test func fewerThreadsAreTakenWhereTheyAreFaster() {
    var choice = ThreadChoice(most: 8, isFixed: false)
    let first = taken(&choice, steps: 400) { [8: 0.03, 4: 0.02, 2: 0.01, 1: 0.02][$0]! }
    #expect(Set(first) == [8, 4, 2, 1] && choice.current == 2)
  }

  @Test func aLittleFasterIsNotEnough() {
    var choice = ThreadChoice(most: 2, isFixed: false)
    _ = taken(&choice, steps: 400) { $0 == 2 ? 0.01 : 0.0097 }
    #expect(choice.current == 2)
  }

  /// A neighbour comes: the next trial, half a minute of steps later, finds out.
  @Test func itIsAskedAgain() {
    var choice = ThreadChoice(most: 2, isFixed: false)
    _ = taken(&choice, steps: 400) { $0 == 2 ? 0.01 : 0.02 }
    #expect(choice.current == 2)
    _ = taken(&choice, steps: 3_500) { $0 == 2 ? 0.03 : 0.02 }
    #expect(choice.current == 1)
  }

  @Test func whatWasAskedForIsKept() {
    var choice = ThreadChoice(most: 4, isFixed: true)
    #expect(Set(taken(&choice, steps: 1_000) { 1 / Double($0) }) == [4])
  }
}
