import FlowKit
import Testing

@Suite struct ColumnSummaryTests {
  @Test func whatAColumnHolds() throws {
    let values = (0..<1_000).map { (row: Int) -> [Double] in
      let other: Double = row < 5 ? Double.nan : row == 5 ? Double.infinity : Double(row) / 7
      return [Double(row % 10), other]
    }
    let (columns, rows) = try withFolder { folder in
      try ColumnSummary.all(of: HDF5Table(writeTable(values, columns: ["whole", "other"], in: folder)))
    }
    #expect(rows == 1_000 && columns.map(\.name) == ["whole", "other"])
    let (whole, other) = (columns[0], columns[1])
    #expect(whole.count == 1_000 && whole.areWhole && whole.distinct == 10 && whole.repeatedPart == 1)
    #expect(whole.minimum == 0 && whole.maximum == 9 && abs(whole.mean - 4.5) < 1e-12)
    #expect(abs(whole.standardDeviation - 8.25.squareRoot()) < 1e-12)
    #expect(whole.histogram(bins: 10) == Array(repeating: 100, count: 10))
    #expect(other.missing == 5 && other.infinite == 1 && other.count == 994 && !other.areWhole)
    #expect(other.repeatedPart == 0 && other.distinct == 994)
    #expect(other.histogram(bins: 4).reduce(0, +) == 994)
  }

  @Test func longTablesAreReadInParts() throws {
    let values = (0..<200_000).map { [Double($0)] }
    let (columns, rows) = try withFolder { folder in
      try ColumnSummary.all(of: HDF5Table(writeTable(values, columns: ["n"], in: folder)), rowsAtMost: 70_000)
    }
    #expect(rows <= 70_000 && rows >= 10_000 && columns[0].count == rows)
    // From the whole table, not from its beginning.
    #expect(columns[0].maximum > 100_000)
  }
}
