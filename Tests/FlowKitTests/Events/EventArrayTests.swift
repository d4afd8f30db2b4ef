import FlowKit
import Testing

/// What is wrong with arrays is said in one line, with the row: arrays come from data, as files do.
@Suite struct EventArrayTests {
  private let rows: [[Double]] = [[1, 10], [2, 20], [3, 30], [4, 40]]

  @Test func rowsAndFlatArraysHoldTheSame() throws {
    let context: [[Double]] = [[5], [6], [7], [8]]
    let nested = try EventArray(rows, context: context, weights: [1, 2, 0, 1])
    let flat = try EventArray(
      [1, 10, 2, 20, 3, 30, 4, 40], dimension: 2, context: [5, 6, 7, 8], weights: [1, 2, 0, 1])
    #expect(nested.count == 4 && nested.columns == ["0", "1"] && nested.contextColumns == ["2"] && nested.hasWeights)
    let contents = try nested.contents()
    #expect(contents.events == [1, 10, 2, 20, 3, 30, 4, 40])
    #expect(contents.context == [5, 6, 7, 8] && contents.weights == [1, 2, 0, 1])
    #expect(try flat.contents() == contents && flat.digest() == nested.digest())
    #expect(try EventArray(rows, columns: ["x", "y"]).columns == ["x", "y"])
  }

  private static let faults: [(String, @Sendable () throws(FlowError) -> EventArray)] = [
    ("the events: there are no rows", { () throws(FlowError) in try EventArray([]) }),
    ("the events: there are no rows", { () throws(FlowError) in try EventArray([], dimension: 2) }),
    ("the events: there are no rows", { () throws(FlowError) in try EventArray([[], []]) }),
    (
      "the events: row 2 has 3 values, but row 0 has 2",
      { () throws(FlowError) in try EventArray([[1, 2], [3, 4], [5, 6, 7]]) }
    ),
    ("the events: 7 values are no whole rows of 2", { () throws(FlowError) in try EventArray(ones(7), dimension: 2) }),
    ("the events: 7 values are no whole rows of 0", { () throws(FlowError) in try EventArray(ones(7), dimension: 0) }),
    (
      "the events: 1 rows of context for 2 events; give one for each",
      { () throws(FlowError) in try EventArray([[1, 2], [3, 4]], context: [[1]]) }
    ),
    (
      "the events: row of context 1 has 2 values, but row of context 0 has 1",
      { () throws(FlowError) in try EventArray([[1, 2], [3, 4]], context: [[1], [2, 3]]) }
    ),
    (
      "the events: 5 values of context are no whole rows for 2 events",
      { () throws(FlowError) in try EventArray(ones(4), dimension: 2, context: ones(5)) }
    ),
    (
      "the events: 1 weights for 2 events; give one for each",
      { () throws(FlowError) in try EventArray(ones(4), dimension: 2, weights: [1]) }
    ),
    (
      "the events: 3 weights for 2 events; give one for each",
      { () throws(FlowError) in try EventArray(ones(4), dimension: 2, weights: [1, 1, 1]) }
    ),
    (
      "the events: the weight -0.5 in row 1 is negative; weights are at least 0",
      { () throws(FlowError) in try EventArray(ones(4), dimension: 2, weights: [1, -0.5]) }
    ),
    (
      "the events: all weights are 0",
      { () throws(FlowError) in try EventArray(ones(4), dimension: 2, weights: [0, 0]) }
    ),
    (
      "the events: 1 non-finite value in 1 row, first inf in row 1, column 'weight'; repair the data, or leave such rows "
        + "out with skipNonFinite: true",
      { () throws(FlowError) in try EventArray(ones(4), dimension: 2, weights: [1, .infinity]) }
    ),
    (
      "the events: 3 non-finite values in 2 rows, first nan in row 1, column 'y'; repair the data, or leave such rows out "
        + "with skipNonFinite: true",
      { () throws(FlowError) in
        try EventArray([[1, 2], [3, .nan], [-.infinity, .nan]], columns: ["x", "y"])
      }
    ),
    (
      "run 7: 1 non-finite value in 1 row, first nan in row 0, column 'c'; repair the data, or leave such rows out "
        + "with skipNonFinite: true",
      { () throws(FlowError) in
        try EventArray([[1, 2]], context: [[.nan]], contextColumns: ["c"], place: "run 7")
      }
    ),
    (
      "the events: every row has a value that is not finite",
      { () throws(FlowError) in try EventArray([[1, .nan]], skipNonFinite: true) }
    ),
    (
      "the events: 3 names for 2 columns; give one for each",
      { () throws(FlowError) in try EventArray([[1, 2]], columns: ["x", "y", "z"]) }
    ),
    (
      "the events: two columns are called 'x'; give each a name of its own",
      { () throws(FlowError) in try EventArray([[1, 2]], context: [[1]], columns: ["x", "y"], contextColumns: ["x"]) }
    ),
  ]

  @Test(arguments: faults.indices) func whatIsWrongIsSaid(index: Int) {
    let (expected, make) = Self.faults[index]
    #expect(complaint { () throws(FlowError) in _ = try make() } == expected)
  }

  /// Rows keep the numbers that they had, for messages.
  @Test func rowsWithValuesThatAreNotFiniteCanBeLeftOut() throws {
    let events = try EventArray(
      [[1, 10], [.nan, 20], [3, 30], [4, 40]], context: [[5], [6], [.infinity], [8]], weights: [1, 1, 1, 2],
      skipNonFinite: true)
    #expect(events.count == 2 && events.droppedRows == 2)
    #expect(try events.contents() == LabelledEvents([1, 10, 4, 40], context: [5, 8], weights: [1, 2]))
    try events.forEachBlock { #expect($0.rows == [0, 3]) }
  }

  @Test func blocksAreThoseOfTheWhole() throws {
    // Three blocks of 64 columns.
    let values = uniformNumbers(64 * 20_000)
    let events = try EventArray(values, dimension: 64)
    #expect(events.eventsBefore == [0, 8_192, 16_384, 20_000])
    #expect(try events.contents().events == values)
    let (train, valid) = try events.split(validFraction: 0.25, seed: 4)
    #expect(train.count == 15_000 && valid.count == 5_000)
    let rest = try train.contents().events
    #expect(try Set(rest).union(valid.contents().events) == Set(values) && rest.count == 64 * 15_000)
  }

  /// Memory and file hold the same events, whatever their blocks are.
  @Test func aFileOfTheSameRowsIsTheSame() throws {
    let rows = numberedRows(3_000, columns: 4)
    let names = ["row", "x", "c", "w"]
    let memory = try EventArray(
      rows.map { Array($0[0..<2]) }, context: rows.map { [$0[2]] }, weights: rows.map { $0[3] },
      columns: ["row", "x"], contextColumns: ["c"])
    try withFolder { folder in
      let file = try EventSet(
        writeTable(rows, columns: names, in: folder), ColumnSelection(context: ["c"], weights: "w"), buffer: 16_000)
      #expect(try file.contents() == memory.contents())
      let (parts, others) = (try file.split(validFraction: 0.1, seed: 3), try memory.split(validFraction: 0.1, seed: 3))
      #expect(try parts.train.contents() == others.train.contents())
      #expect(try parts.valid.contents() == others.valid.contents())
    }
  }
}

private func ones(_ count: Int) -> [Double] { Array(repeating: 1, count: count) }
