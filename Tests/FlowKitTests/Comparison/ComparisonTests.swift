import Testing

@testable import FlowKit

@Suite struct ComparisonTests {
  @Test func valuesAsReferences() throws {
    let reference = try ComparisonReference.read()
    let joint = reference.joint
    let result = try Comparison(
      EventArray(joint.x, dimension: 3), EventArray(joint.y, dimension: 3), options: quickOptions())
    expectClose([result.joint.energy], [joint.energy], within: 1e-10, "energy distance")
    let line = reference.w1
    var options = quickOptions()
    options.levels = line.levels
    let column = try Comparison(EventArray(line.x, dimension: 1), EventArray(line.y, dimension: 1), options: options)
      .columns[0]
    expectClose(
      [column.w1, column.deviation], [line.w1 / line.deviation, line.deviation], within: 1e-10, "W1 in units of sigma")
    expectClose(column.quantiles.map(\.first), line.quantiles, within: 1e-12, "quantiles")
  }

  /// Units and the order of columns say nothing, nor does the number of threads.
  @Test func unitsOrderAndThreadsChangeNothing() throws {
    let (x, y) = (try normals(120, seed: 1), try normals(150, shift: 0.2, seed: 2))
    func events(_ values: [Double], _ scale: Double, swapped: Bool) throws -> EventArray {
      let rows = stride(from: 0, to: values.count, by: 3).map { row in
        let own = [scale * values[row], values[row + 1], values[row + 2]]
        return swapped ? [own[2], own[0], own[1]] : own
      }
      return try EventArray(rows, columns: swapped ? ["c", "a", "b"] : ["a", "b", "c"])
    }
    var options = quickOptions()
    options.threads = 1
    let plain = try Comparison(events(x, 1, swapped: false), events(y, 1, swapped: false), options: options)
    options.threads = 2
    let other = try Comparison(events(x, 1024, swapped: false), events(y, 1024, swapped: true), options: options)
    #expect(plain.joint == other.joint)
    #expect(plain.columns.map(\.ksP) == other.columns.map(\.ksP))
    #expect(plain.columns.map(\.w1) == other.columns.map(\.w1))
    #expect(other.columns[0].deviation == 1024 * plain.columns[0].deviation)
  }

  @Test func differencesAreFoundAndSaid() throws {
    let (a, b) = (
      try normalEvents(300, dimension: 3, seed: 1, place: "a.h5"),
      try normalEvents(300, dimension: 3, shift: 0.5, seed: 2, place: "b.h5")
    )
    let result = try Comparison(a, b, options: quickOptions())
    #expect(result.tests.map(\.name) == ["columns", "energy", "mmd", "classifier"])
    #expect(result.p == 0.04 || result.p! < 0.04)
    #expect(result.differs(at: 0.05) && !result.differs(at: 1e-9))
    #expect(result.verdict.hasPrefix("a.h5 (300 rows) and b.h5 (300 rows) differ: p = "))
    #expect(result.verdict.contains("corrected by Holm's method"))
    let equal = try Comparison(a, normalEvents(300, dimension: 3, seed: 3, place: "c.h5"), options: quickOptions())
    #expect(!equal.differs(at: 0.01))
    #expect(equal.verdict.hasPrefix("no difference found between a.h5 (300 rows) and c.h5 (300 rows): p = "))
  }

  @Test func aFittedModelHasNoP() throws {
    var options = quickOptions()
    options.isFitted = true
    let result = try Comparison(
      normalEvents(50, dimension: 1, seed: 1), normalEvents(50, dimension: 1, shift: 5, seed: 2), options: options)
    #expect(result.p == nil && !result.differs(at: 0.5))
    #expect(result.verdict.contains("no p-value, because the model was fitted to these rows"))
  }

  @Test func theSameRowsTwiceAreSaid() throws {
    let events = try normalEvents(100, dimension: 2, seed: 1)
    let result = try Comparison(events, events, options: quickOptions())
    #expect(result.columns.allSatisfy { $0.ks == 0 && $0.ksP == 1 && $0.w1 == 0 })
    #expect(result.joint.energyP == 1 && result.joint.energy == 0 && result.joint.slicedW2 == 0)
    #expect(result.notes.contains { $0.hasPrefix("100 rows of one sample are also in the other") })
  }

  @Test func oneRowConstantsAndWholeNumbers() throws {
    let one = try Comparison(
      EventArray([1.0, 2], dimension: 2), normalEvents(30, dimension: 2, seed: 1), options: quickOptions())
    #expect(one.joint.mmd == nil && one.joint.c2st == nil && one.joint.frechet == nil)
    #expect(one.p != nil)
    let rows = try normals(60, seed: 1).map { [$0.rounded(), 7] }
    let others = try normals(60, shift: 0.2, seed: 2).map { [$0.rounded(), 7] }
    let result = try Comparison(EventArray(rows), EventArray(others), options: quickOptions())
    #expect(result.columns[0].ksMethod == .permutation && result.columns[0].ksP > 0)
    #expect(result.columns[1].ks == 0 && result.columns[1].ksP == 1 && result.columns[1].w1 == 0)
    #expect(result.joint.energy.isFinite && result.joint.c2st?.isFinite == true)
    let apart = try Comparison(
      EventArray([[Double]](repeating: [1], count: 30)), EventArray([[Double]](repeating: [2], count: 30)),
      options: quickOptions())
    #expect(apart.columns[0].ks == 1 && apart.differs(at: 0.05))
  }

  /// Weights 0 and 1 are rows left out and kept.
  @Test func weightsChooseRows() throws {
    let values = try normals(200, seed: 1) + normals(200, shift: 3, seed: 2)
    let weights = (0..<400).map { $0 < 200 ? 1.0 : 0 }
    let weighted = try EventArray(values, dimension: 1, weights: weights)
    let other = try normalEvents(200, dimension: 1, seed: 3)
    let result = try Comparison(weighted, other, options: quickOptions())
    #expect(result.first.rows == 200)
    #expect(
      result.columns
        == (try Comparison(normalEvents(200, dimension: 1, seed: 1), other, options: quickOptions()).columns))
    #expect(result.notes.contains { $0.contains("of 400 weighted rows 200 were kept at random") })
  }

  /// Of many rows some are chosen, and that is said.
  @Test func chosenRowsAreSaid() throws {
    var options = quickOptions()
    (options.rowsForPairs, options.rowsForDirections, options.rowsForClassifier) = (30, 40, 50)
    let result = try Comparison(
      normalEvents(100, dimension: 2, seed: 1), normalEvents(35, dimension: 2, seed: 2), options: options)
    #expect(result.notes.count == 1 && result.notes[0].contains("energy distance and MMD of at most 30 rows of each"))
    #expect(result.first.rows == 100)
  }

  @Test func otherColumnsAreNamed() throws {
    let (a, b) = (try EventArray([[1, 2]], columns: ["x", "y"]), try EventArray([[1, 2]], columns: ["x", "z"]))
    #expect(throws: FlowError(.data, "the events has no column 'y'; it has x, z")) {
      try Comparison(a, b, options: quickOptions())
    }
  }

  /// What `--json` prints.
  @Test func jsonHasTheFormThatIsPromised() throws {
    let result = try Comparison(
      normalEvents(30, dimension: 1, seed: 1), normalEvents(1, dimension: 1, seed: 2), options: quickOptions())
    let text = try result.jsonText()
    for key in ["\"rows\":[30,1]", "\"ksPHolm\":", "\"w1\":", "\"slicedW2\":", "\"mmd\":null", "\"c2stP\":null"] {
      #expect(text.contains(key), "\(key) in \(text)")
    }
  }
}
