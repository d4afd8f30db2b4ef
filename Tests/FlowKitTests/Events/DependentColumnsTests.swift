import FlowKit
import FlowKitTestSupport
import Testing

@testable import FlowKit

@Suite struct DependentColumnsTests {
  /// Events of (3.7, x, x + 2 y − 1/2, y, y) with what `change` does to a row.
  private func events(_ count: Int = 500, _ change: (Int, inout [Double]) -> Void = { _, _ in }) throws -> EventArray {
    let pairs = PlanarSet.moons.events(count)
    var values: [Double] = []
    for row in 0..<count {
      let (x, y) = (pairs[2 * row], pairs[2 * row + 1])
      var event = [3.7, x, x + 2 * y - 0.5, y, y]
      change(row, &event)
      values += event
    }
    return try EventArray(values, dimension: 5, columns: ["c", "x", "sum", "y", "copy"])
  }

  @Test func constantsCopiesAndCombinationsAreFound() throws {
    let found = try DependentColumns(in: events())
    #expect(found.columns.map(\.name) == ["c", "y", "copy"])
    #expect(found.columns.map(\.place) == [0, 3, 4])
    #expect(found.columns.map(\.coefficients) == [[0, 0], [-0.5, 0.5], [-0.5, 0.5]])
    #expect(found.columns.map(\.constant) == [3.7, 0.25, 0.25])
    #expect(found.texts(["x", "sum"])[1] == "'y' = −0.5·'x' + 0.5·'sum' + 0.25")
  }

  @Test func whatIsSparedIsKept() throws {
    let found = try DependentColumns(in: events(), sparing: ["c", "y"])
    #expect(found.columns.map(\.name) == ["copy"])
  }

  @Test func numbersOf24BitsAreCloseEnough() throws {
    let found = try DependentColumns(in: events { _, event in event = event.map { Double(Float($0)) } })
    #expect(found.columns.map(\.name) == ["c", "y", "copy"])
  }

  @Test func whatHoldsInAllRowsButOneIsNoRelation() throws {
    let found = try DependentColumns(in: events { row, event in if row == 123 { event[4] += 1e-4 } })
    #expect(found.columns.map(\.name) == ["c", "y"])
    let other = try events(100) { row, event in if row == 7 { event[0] = 3.8 } }
    #expect(try DependentColumns(in: events(), and: other).columns.map(\.name) == ["y", "copy"])
  }

  @Test func fewRowsDetermineNothing() throws {
    // Of six rows any column is a combination of five others.
    let events = try EventArray(uniformNumbers(36, seed: 1), dimension: 6)
    #expect(try DependentColumns(in: events).isEmpty)
  }

  @Test func aDifferenceOfNearlyEqualColumnsDeterminesNothing() throws {
    // y = 10⁴ (b − x) holds exactly, but rounding in x and b would decide it. The columns about it keep their places.
    let found = try DependentColumns(
      in: events { row, event in
        let (x, y) = (event[1], event[3])
        event = [3.7, x, x + 1e-4 * y, y, x - Double(row % 7)]
      })
    #expect(found.columns.map(\.name) == ["c"])
    #expect(found.columns[0].coefficients == [0, 0, 0, 0])
  }

  @Test func rowsOfWeightZeroDoNotCount() throws {
    let source = try events { row, event in if row == 3 { event[0] = 0 } }
    var weights = [Double](repeating: 1, count: source.count)
    weights[3] = 0
    let weighted = try EventArray(
      source.contents().events, dimension: 5, weights: weights, columns: source.columns)
    #expect(try DependentColumns(in: weighted).columns.map(\.name) == ["c", "y", "copy"])
  }

  @Test func eventsAreSeparatedAndCompleted() throws {
    let source = try events()
    let found = try DependentColumns(in: source)
    let kept = KeptColumns(source, without: found)
    #expect(kept.columns == ["x", "sum"])
    let (all, part) = (try source.contents().events, try kept.contents().events)
    let completed = found.completing(part, width: 2)
    expectClose(completed, all, within: 1e-12, "events")
    var changed = completed
    changed[5 * 10] = 3.6
    changed[5 * 20 + 4] += 1e-3
    let separated = found.separating(changed, width: 5)
    #expect(separated.kept == part)
    #expect(separated.agree.indices.filter { !separated.agree[$0] } == [10, 20])
    #expect(try kept.fingerprint() != source.fingerprint())
  }
}
