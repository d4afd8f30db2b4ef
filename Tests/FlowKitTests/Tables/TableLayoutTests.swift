import FlowKit
import Testing

/// Tables as other programs arrange them (see Tests/Reference/make_layout_files.py).
@Suite struct TableLayoutTests {
  private func file(_ name: String, _ path: String? = nil) -> DataLocation {
    DataLocation(file: reference("../layouts/\(name)"), path: path)
  }

  private func expected(rows: Range<Int>, columns: some Sequence<Int>) -> [Double] {
    rows.flatMap { row in columns.map { Double(10 * row + $0) } }
  }

  private func failure(_ name: String, _ path: String? = nil, columns: [String]? = nil) -> String? {
    message { () throws(FlowError) in _ = try HDF5Table(file(name, path), columns: columns) }?
      .replacing(reference("../layouts/"), with: "")
  }

  // MARK: Compound values

  @Test func readsCompoundValues() throws {
    let reader = try HDF5Table(file("compound.h5", "flat"))
    #expect(reader.columns == ["a", "b", "c", "d"] && reader.hasNames && reader.rows == 20)
    for range in [0..<20, 5..<16, 19..<20, 3..<3] {
      #expect(try reader.read(rows: range) == expected(rows: range, columns: 0..<4))
    }
    let chosen = try HDF5Table(file("compound.h5", "flat"), columns: ["d", "a", "2"])
    #expect(try chosen.read(rows: 6..<9) == expected(rows: 6..<9, columns: [3, 0, 2]))
  }

  @Test func takesNestedValuesApart() throws {
    let names = ["p.x", "p.y", "v[0][0]", "v[0][1]", "v[1][0]", "v[1][1]", "z.r", "z.i"]
    let reader = try HDF5Table(file("compound.h5", "nested"), columns: names)
    #expect(try reader.read(rows: 0..<5) == expected(rows: 0..<5, columns: 0..<8))
    let mixed = try HDF5Table(file("compound.h5", "nested"), columns: ["v[1][0]", "p.x"])
    #expect(try mixed.read(rows: 2..<4) == expected(rows: 2..<4, columns: [4, 0]))
    // Text cannot be read, and complex numbers are if they are asked for.
    let some = try HDF5Table(file("compound.h5", "nested"))
    #expect(some.columns == Array(names.prefix(6)))
    #expect(some.notes[0].hasSuffix("left out id (text), z.r (complex), z.i (complex), which hold no real numbers"))
    #expect(
      failure("compound.h5", "nested", columns: ["p.x", "id"])
        == "the field 'id' of compound.h5:/nested holds text, not numbers; choose columns of numbers")
    #expect(
      failure("compound.h5", "square")
        == "compound.h5:/square is a 2-D dataset (2 x 2) of compound (a, b, c, d) values; a table of them is 1-D")
  }

  @Test func readsTablesOfPyTables() throws {
    let reader = try HDF5Table(file("pytables.h5"))
    #expect(reader.location.path == "/events" && reader.columns == ["x", "y", "v[0]", "v[1]"])
    #expect(try reader.read(rows: 0..<30) == expected(rows: 0..<30, columns: 0..<4))
  }

  @Test func readsTablesOfPandas() throws {
    let blocks = try HDF5Table(file("pandas.h5", "blocks"), columns: ["w", "x", "y", "z"])
    #expect(blocks.location.path == "/blocks/table")
    #expect(try blocks.read(rows: 0..<6) == expected(rows: 0..<6, columns: 0..<4))
    // The index is a label.
    #expect(Set(try HDF5Table(file("pandas.h5", "blocks")).columns) == ["w", "x", "y", "z"])
    let columns = try HDF5Table(file("pandas.h5", "columns"))
    #expect(columns.columns == ["w", "x", "y", "z"])
    #expect(try columns.read(rows: 2..<4) == expected(rows: 2..<4, columns: 0..<4))
  }

  // MARK: netCDF and MATLAB

  @Test func readsNetCDF() throws {
    let reader = try HDF5Table(file("netcdf.nc"), columns: ["x", "n", "p"])
    let rows = try reader.read(rows: 0..<4)
    #expect(rows.map(\.isNaN) == (0..<12).map { $0 == 3 || $0 == 10 })
    #expect(rows.filter { !$0.isNaN } == [0, 1, 2, 11, 12, 20, 21, 22, 30, 32])
    // The dimension that has no values is no column.
    #expect(try HDF5Table(file("netcdf.nc")).columns == ["x", "n", "p"])
  }

  @Test func aCoordinateIsReadOnlyIfAskedFor() throws {
    let reader = try HDF5Table(file("coordinate.nc"))
    #expect(reader.columns == ["a", "b"])
    #expect(try reader.read(rows: 0..<3) == expected(rows: 0..<3, columns: 0..<2))
    let all = try HDF5Table(file("coordinate.nc"), columns: ["time", "b"])
    #expect(try all.read(rows: 0..<3) == [5, 1, 6, 11, 7, 21])
  }

  @Test func readsMATLABsMatricesAsMATLABShowsThem() throws {
    let reader = try HDF5Table(file("matrix.mat", "events"))
    #expect(reader.rows == 6 && reader.columns == ["0", "1", "2"])
    #expect(try reader.read(rows: 0..<6) == expected(rows: 0..<6, columns: 0..<3))
    let chosen = try HDF5Table(file("matrix.mat"), columns: ["2", "0"])
    #expect(chosen.location.path == "/events")
    #expect(try chosen.read(rows: 1..<5) == expected(rows: 1..<5, columns: [2, 0]))
    #expect(
      failure("matrix.mat", "label") == "matrix.mat:/label holds characters, not numbers; name a dataset of numbers")
  }

  @Test func readsMATLABsVectorsAsColumns() throws {
    let reader = try HDF5Table(file("vectors.mat"))
    #expect(reader.columns == ["column", "row", "flags"] && reader.rows == 5)
    #expect(try reader.read(rows: 0..<3) == [0, 1, 0, 10, 11, 0, 20, 21, 1])
  }

  // MARK: Filters and links

  @Test(arguments: ["gzip", "szip", "scale-offset", "scale-offset-float", "half"])
  func readsWhatFiltersPacked(dataset: String) throws {
    let reader = try HDF5Table(file("filters.h5", dataset))
    let rows = try reader.read(rows: 9..<35)
    #expect(zip(rows, expected(rows: 9..<35, columns: 0..<3)).allSatisfy { abs($0 - $1) < 0.01 })
  }

  @Test func namesAFilterThatIsNotThere() {
    #expect(
      failure("filters.h5", "lzf")
        == "filters.h5:/lzf is packed with the filter 'lzf' (number 32000), which this HDF5 library lacks; "
        + "pack it anew with gzip")
  }

  @Test func followsLinks() throws {
    for (path, rows) in [("soft", 4), ("external", 3), ("real/up/real/table", 4)] {
      let reader = try HDF5Table(file("links.h5", path))
      #expect(try reader.read(rows: 0..<rows) == expected(rows: 0..<rows, columns: 0..<2))
    }
    #expect(failure("links.h5", "lost")?.contains("lost") == true)
    // Twelve links of a group to itself would be 12⁸ ways through it.
    #expect(failure("links.h5", "circle")?.hasPrefix("links.h5:/circle has no table of numbers") == true)
  }
}
