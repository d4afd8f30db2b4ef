import FlowKit
import Testing

@Suite struct HDF5TableTests {
  /// The values 10 * row + column that most reference files hold.
  private func expected(rows: Range<Int>, columns: some Sequence<Int>) -> [Double] {
    rows.flatMap { row in columns.map { Double(10 * row + $0) } }
  }

  @Test(arguments: ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"], ["little", "big"])
  func readsEveryNumberType(type: String, order: String) throws {
    guard order == "little" || !type.hasSuffix("1") else { return }
    let reader = try HDF5Table(location("types.h5", "\(type)-\(order)"))
    #expect(reader.rows == 3 && reader.columns == ["0", "1"] && !reader.hasNames)
    #expect(try reader.read(rows: 0..<3) == expected(rows: 0..<3, columns: 0..<2))
  }

  @Test func readsBooleansAndTheLimitsOfIntegers() throws {
    #expect(try HDF5Table(location("types.h5", "bool")).read(rows: 0..<2) == [1, 0, 0, 1])
    let signed = try HDF5Table(location("types.h5", "extremes-i8"))
    #expect(try signed.read(rows: 0..<2) == [-0x1p63, 0x1p53])
    let unsigned = try HDF5Table(location("types.h5", "extremes-u8"))
    #expect(try unsigned.read(rows: 0..<2) == [0x1p64 - 0x1p11, 0x1p53])
  }

  @Test func readsRangesAcrossCompressedChunks() throws {
    let reader = try HDF5Table(location("chunked.h5"))
    #expect(reader.rows == 50 && reader.columns == ["a", "b", "c", "d", "e"] && reader.hasNames)
    #expect(reader.location.path == "/rows")
    #expect(reader.blockRows == 50 || reader.blockRows % 7 == 0)
    var block = [Double](repeating: -1, count: 1000)
    for range in [0..<50, 6..<8, 13..<36, 49..<50, 20..<20] {
      try reader.read(rows: range, into: &block)
      #expect(block == expected(rows: range, columns: 0..<5))
    }
  }

  @Test(arguments: [
    (["c"], [2]), (["e", "a"], [4, 0]), (["b", "c", "a", "d", "e"], [1, 2, 0, 3, 4]), (["1", "e"], [1, 4]),
    (["a", "a"], [0, 0]),
  ])
  func readsChosenColumnsInTheOrderAskedFor(names: [String], indices: [Int]) throws {
    let reader = try HDF5Table(location("chunked.h5"), columns: names)
    #expect(reader.columns == indices.map { ["a", "b", "c", "d", "e"][$0] })
    #expect(try reader.read(rows: 5..<12) == expected(rows: 5..<12, columns: indices))
  }

  @Test(arguments: [
    ("columns", ["a", "b", "c"]), ("column_names", ["a", "bb", "ccc"]), ("names", ["α", "β", "γ"]),
    ("ascii", ["a", "b", "c"]), ("fixed-text", ["a", "b", "c"]), ("space-padded", ["a", "bb", "c"]),
    ("none", ["0", "1", "2"]),
  ])
  func findsColumnNames(dataset: String, names: [String]) throws {
    let reader = try HDF5Table(location("names.h5", dataset))
    #expect(reader.columns == names)
    #expect(reader.hasNames == (dataset != "none"))
  }

  @Test func namesOnTheGroupAroundApplyWhereTheyFit() throws {
    #expect(try HDF5Table(location("split.h5", "train")).columns == ["x", "y"])
    #expect(try HDF5Table(location("split.h5", "mean")).columns == ["0"])
  }

  @Test func readsGroupsOfColumns() throws {
    let reader = try HDF5Table(location("groups.h5", "events"), columns: ["mass", "charge"])
    #expect(reader.hasNames && reader.rows == 4)
    #expect(try reader.read(rows: 1..<4) == [1, 0, 2, 1, 3, 2])
    let both = try HDF5Table(location("groups.h5", "columns/train"))
    #expect(both.columns == ["u", "v"])
    #expect(try both.read(rows: 0..<3) == [0, 10, 1, 11, 2, 12])
  }

  @Test func readsOneVectorAsOneColumn() throws {
    let reader = try HDF5Table(location("groups.h5", "vector"))
    #expect(reader.columns == ["0"] && !reader.hasNames)
    #expect(try reader.read(rows: 1..<3) == [1, 2])
  }

  @Test func findsTheOnlyTableBelowAGroup() throws {
    let reader = try HDF5Table(location("groups.h5", "single"))
    #expect(reader.location == location("groups.h5", "/single/inner/rows"))
  }

  @Test func seesTheChangeOfRowsOnlyWhereTheyAreRead() throws {
    let first = try HDF5Table(location("chunked.h5"))
    let second = try HDF5Table(location("chunked.h5"))
    #expect(try first.read(rows: 0..<1) == second.read(rows: 0..<1))
  }
}
