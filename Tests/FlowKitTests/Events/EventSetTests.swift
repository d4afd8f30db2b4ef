import FlowKit
import Glibc
import Testing

/// Events that are read from a file whenever they are asked for are those that are held in memory.
@Suite struct EventSetTests {
  private let columns = ["row", "x", "c", "w"]
  private let selection = ColumnSelection(columns: ["row", "x"], context: ["c"], weights: "w")
  private let small = 4_000

  private var rows: [[Double]] {
    var rows = numberedRows(3_000, columns: 4)
    (rows[5][1], rows[1_700][3], rows[1_701][2], rows[2_999][0]) = (.nan, .infinity, .nan, -.infinity)
    return rows
  }

  private func withSets(_ body: (_ memory: EventSet, _ file: EventSet) throws -> Void) throws {
    try withFolder { folder in
      let location = try writeTable(rows, columns: columns, in: folder)
      let memory = try EventSet(location, selection, skipNonFinite: true)
      try body(memory, try EventSet(location, selection, skipNonFinite: true, buffer: small))
    }
  }

  private func expectEqual(_ one: some EventSource, _ other: some EventSource) throws {
    let (events, others) = (try one.contents(), try other.contents())
    #expect(events.events == others.events && events.context == others.context && events.weights == others.weights)
    #expect(try one.digest() == other.digest())
    #expect(one.count == other.count && events.events.count == 2 * one.count)
  }

  @Test func fileAndMemoryHoldTheSame() throws {
    try withSets { memory, file in
      #expect(memory.count == 2_996 && memory.droppedRows == 4)
      try expectEqual(memory, file)
      let expected = rows.filter { $0.allSatisfy(\.isFinite) }
      let events = try file.contents()
      #expect(events.events == expected.flatMap { $0[0...1] } && events.context == expected.map { $0[2] })
      #expect(events.weights == expected.map { $0[3] })
      var blocks = 0
      try file.forEachBlock { block in
        let numbers = block.events.events.enumerated().filter { $0.0 % 2 == 0 }.map(\.1)
        #expect(block.rows?.map { Double($0) } == numbers)
        #expect(Array(events.events[(2 * block.first)...].prefix(block.events.events.count)) == block.events.events)
        blocks += 1
      }
      #expect(blocks > 100)
    }
  }

  @Test func splitsAreExactAndTheSame() throws {
    try withSets { memory, file in
      let (train, valid) = try memory.split(validFraction: 0.1, seed: 3)
      let (fileTrain, fileValid) = try file.split(validFraction: 0.1, seed: 3)
      try expectEqual(train, fileTrain)
      try expectEqual(valid, fileValid)
      #expect(valid.count == 300 && train.count == 2_696)
      func numbers(_ set: some EventSource) throws -> [Double] {
        try set.contents().events.enumerated().filter { $0.0 % 2 == 0 }.map(\.1)
      }
      let (trainRows, validRows) = (try numbers(fileTrain), try numbers(fileValid))
      #expect(try (trainRows + validRows).sorted() == numbers(file))
      #expect(trainRows == trainRows.sorted() && validRows == validRows.sorted())
      // A part of a part.
      let (rest, test) = try fileTrain.split(validFraction: 0.5, seed: 9)
      #expect(rest.count == 1_348 && test.count == 1_348)
      #expect(try (numbers(rest) + numbers(test)).sorted() == trainRows)
      // Other parts are others for a resumed fit too.
      let other = try memory.split(validFraction: 0.1, seed: 4).train
      let sources: [any EventSource] = [memory, train, valid, rest, test, other]
      let digests = try sources.map { try $0.digest() }
      #expect(Set(digests).count == digests.count)
    }
  }

  @Test func theDigestKnowsEveryValue() throws {
    try withFolder { folder in
      func digest(_ change: (inout [[Double]]) -> Void) throws -> String {
        var rows = self.rows
        change(&rows)
        let location = try writeTable(rows, columns: columns, in: folder)
        return try EventSet(location, selection, skipNonFinite: true, buffer: small).digest()
      }
      let plain = try digest { _ in }
      #expect(try digest { _ in } == plain)
      #expect(try digest { $0[1_234][1] += 1e-12 } != plain)
      #expect(try digest { $0[1_234][3] += 1e-12 } != plain)
      #expect(try digest { $0.removeLast() } != plain)
    }
  }

  @Test func aFileThatChangesIsFound() throws {
    try withFolder { folder in
      let location = try writeTable(rows, columns: columns, in: folder)
      let set = try EventSet(location, selection, skipNonFinite: true, buffer: small)
      var other = rows
      other[100][0] = .nan
      _ = try writeTable(other, columns: columns, in: folder)
      let text = message { () throws(FlowError) in _ = try set.contents() }
      #expect(text?.contains("events.h5:/events has changed while it was read (rows ") == true, "\(text ?? "")")
    }
  }
}
