import FlowKit
import Testing

@Suite struct TableTests {
  private let table = Table(columns: ["x", "y"], values: [1, 2, 3, 4, 5, 6])

  @Test func readsFromAFile() throws {
    let reader = try TableReader(location("split.h5", "train"))
    #expect(
      try Table(reader)
        == Table(columns: ["x", "y"], values: [0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51]))
    #expect(try Table(reader, rows: 2..<3).values == [20, 21])
  }

  @Test func givesRowsColumnsAndValues() {
    #expect(table.rows == 3)
    #expect(table.row(1) == [3, 4])
    #expect(table.column(1) == [2, 4, 6])
    #expect(table[2, 0] == 5)
  }

  @Test func selectsRowsInOrderAndTwice() {
    #expect(table.selecting(rows: [2, 0, 2]).values == [5, 6, 1, 2, 5, 6])
    #expect(table.selecting(rows: []).rows == 0)
  }
}

@Suite struct NonFiniteTests {
  @Test func countsAndSaysWhereTheFirstIs() throws {
    let reader = try TableReader(location("nonfinite.h5"))
    for found in [try Table(reader).nonFinite(), try reader.nonFinite()] {
      #expect(found?.description == "3 non-finite values in 2 rows, first nan in row 1, column '1'")
      #expect(found?.values == 3 && found?.rows == 2)
      #expect(found?.firstRow == 1 && found?.firstColumn == "1" && found?.firstValue.isNaN == true)
    }
  }

  @Test func dropsTheRows() throws {
    let table = try Table(TableReader(location("nonfinite.h5"))).droppingNonFinite()
    #expect(table.values == [0, 1, 20, 21, 40, 41])
    #expect(table.nonFinite() == nil)
  }
}
