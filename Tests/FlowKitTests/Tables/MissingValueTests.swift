import FlowKit
import Testing

/// Which stored values are missing ones (see Tests/Reference/make_value_files.py).
@Suite struct MissingValueTests {
  private func table(
    _ name: String, _ path: String? = nil, columns: [String]? = nil, isAsStored: Bool = false
  ) throws(FlowError) -> HDF5Table {
    var reading = TableReading()
    reading.isAsStored = isAsStored
    return try HDF5Table(
      DataLocation(file: reference("../values/\(name)"), path: path), columns: columns, reading: reading)
  }

  /// The rows, with nil for what is missing.
  private func rows(_ table: any RandomAccessTable) throws -> [[Double?]] {
    try (0..<table.rows).map { row in
      try table.read(rows: row..<(row + 1)).map { $0.isNaN ? nil : $0 }
    }
  }

  private func expected(_ rows: Int, _ columns: Int, missing: (Int, Int) -> Bool = { _, _ in false }) -> [[Double?]] {
    (0..<rows).map { row in (0..<columns).map { missing(row, $0) ? nil : Double(10 * row + $0) } }
  }

  // MARK: Fill values

  @Test(arguments: ["float", "int", "nan"]) func aFillValueThatWasSetIsMissing(name: String) throws {
    #expect(try rows(try table("fill.h5", name)) == expected(4, 2) { row, _ in row > 1 })
  }

  @Test func zerosBytesAndBooleansAreMeant() throws {
    #expect(try rows(try table("fill.h5", "zero")) == expected(4, 2))
    #expect(try rows(try table("fill.h5", "byte")) == expected(4, 2))
    #expect(try table("fill.h5", "bool").values() == [1, 0, 1, 1])
  }

  @Test func chunksThatWereNeverWrittenAreMissing() throws {
    let chunks = try table("fill.h5", "chunks")
    #expect(try rows(chunks) == expected(4, 3) { row, column in row > 1 && column == 2 })
    #expect(chunks.missingReasons[2] == "never written")
    let part = try table("fill.h5", "chunks", columns: ["2", "0"])
    #expect(try part.read(rows: 1..<3).map { $0.isNaN ? -1 : $0 } == [12, 10, -1, 20])
    #expect(try rows(try table("fill.h5", "records")) == [[0, 1], [10, 11], [nil, nil], [nil, nil]])
  }

  @Test(arguments: ["never", "never_chunked"]) func aDatasetThatWasNeverWrittenIsRefused(name: String) {
    let complaint = message { () throws(FlowError) in _ = try table("fill.h5", name) }
    #expect(complaint?.contains("\(name) was made (4 x 2) and never written: it would read as fill values") == true)
  }

  @Test func netCDFsDefaultFillValuesAreMissingButForBytes() throws {
    for type in ["f4", "f8", "i2", "i4", "u2", "u4", "i8"] {
      #expect(try rows(try table("defaults.nc", columns: [type])) == [[0], [10], [nil], [nil]], "\(type)")
    }
    #expect(try table("defaults.nc", columns: ["u1"]).values() == [0, 10, 255, 255])
  }

  // MARK: Attributes

  @Test(arguments: ["digits", "several", "text", "eos", "range", "rhdf5", "maximum"])
  func whatAttributesCallMissing(name: String) throws {
    #expect(try rows(try table("attributes.h5", columns: [name])) == [[0], [10], [20], [nil]])
  }

  @Test func rangesScalesAndSigns() throws {
    #expect(try rows(try table("attributes.h5", columns: ["minimum"])) == [[0], [-10], [-20], [nil]])
    #expect(try rows(try table("attributes.h5", columns: ["packed"])) == [[0], [5], [10], [nil]])
    #expect(try rows(try table("attributes.h5", columns: ["unpacked"])) == [[0], [5], [10], [nil]])
    #expect(try rows(try table("attributes.h5", columns: ["unsigned"])) == [[0], [100], [200], [nil]])
  }

  @Test func theReasonIsNamed() throws {
    let text = complaint { () throws(FlowError) in
      _ = try EventSet(
        DataLocation(file: reference("../values/fill.h5"), path: "float"), ColumnSelection())
    }
    #expect(
      text?.hasSuffix(
        "4 non-finite values in 2 rows, first nan in row 2, column '0' (missing: -999.9000244140625 is a fill value); "
          + "leave such rows out with skipNonFinite: true, or say what is missing (isAsStored: true for nothing)")
        == true,
      "\(text ?? "")")
  }

  // MARK: Compound values

  @Test func fillValuesOfFieldsAreMissing() throws {
    let records = try table("records.h5", "t")
    #expect(records.columns == ["x", "n", "flag", "v[0]", "v[1]", "zero"])
    #expect(
      try rows(records) == [
        [0, 1, 1, 0, 0, 0], [nil, 2, 1, 1, 2, 0], [2, 3, 1, 2, nil, 0], [nil, nil, 1, nil, nil, 0],
      ])
    #expect(
      records.missingReasons == [
        "-999.9000244140625 is a fill value", "-1.0 is a fill value", nil, "9000000000.0 is a fill value",
        "-7.0 is a fill value", nil,
      ])
    #expect(
      try rows(try table("records.h5", "t", columns: ["v[1]", "n"])) == [[0, 1], [2, 2], [nil, 3], [nil, nil]])
  }

  @Test func aFieldThatIsAnArrayStandsForItsColumns() throws {
    let places: [(String?, [String])] = [
      ("t", ["v", "n"]), (nil, ["t/v", "n"]), (nil, ["v", "n"]), (nil, ["/t/v", "n"]),
    ]
    for (path, names) in places {
      let table = try table("records.h5", path, columns: names)
      #expect(table.columns == ["v[0]", "v[1]", "n"], "\(names)")
      #expect(try table.read(rows: 0..<2) == [0, 0, 1, 1, 2, 2])
    }
    #expect(try table("records.h5", "t", columns: ["!v", "!x"]).columns == ["n", "flag", "zero"])
  }

  @Test func aDefaultOfPyTablesIsAValueLikeOthers() throws {
    #expect(try table("records.h5", "pytables").values() == [1.5, 7, 2.5, 8])
  }

  // MARK: Nothing is missing

  @Test func numbersAsTheyAreStored() throws {
    func stored(_ name: String, _ path: String? = nil, columns: [String]? = nil) throws -> [Double] {
      let table = try table(name, path, columns: columns, isAsStored: true)
      #expect(table.missingReasons.allSatisfy { $0 == nil })
      return try table.values()
    }
    #expect(try stored("fill.h5", "int") == [0, 1, 10, 11, -1, -1, -1, -1])
    #expect(try stored("fill.h5", "records") == [0, 1, 10, 11, 0, 0, 0, 0])
    #expect(try stored("records.h5", "t", columns: ["n", "v[1]"]) == [1, 0, 2, 2, 3, -7, -1, -7])
    #expect(try stored("masked.h5", "table") == [0, 1, 10, 11, 20, 21, 30, 31])
    #expect(try stored("masked.h5", "columns") == [0, 1, 10, 11, 20, 21, 30, 31])
    #expect(try stored("attributes.h5", columns: ["eos"]) == [0, 10, 20, 1e30])
    #expect(try stored("attributes.h5", columns: ["range"]) == [0, 10, 20, 30])
    // What a value means does not change, only whether it is missing.
    #expect(try stored("attributes.h5", columns: ["packed"]) == [0, 5, 10, 15])
    #expect(try stored("attributes.h5", columns: ["unsigned"]) == [0, 100, 200, 255])
  }

  // MARK: Masks

  @Test func maskedValuesAreMissingAndMasksNoColumns() throws {
    let masked = expected(4, 2) { row, column in row == 1 && column == 1 }
    let fields = try table("masked.h5", "table")
    #expect(fields.columns == ["a", "b"])
    #expect(try rows(fields) == masked)
    #expect(fields.missingReasons == [nil, "masked by the field b.mask"])
    #expect(try rows(try table("masked.h5", "table", columns: ["b.mask", "b"]))[1] == [1, nil])
    let group = try table("masked.h5", "group")
    #expect(group.location.path == "/group/data")
    #expect(try table("masked.h5", "group", columns: ["mask"]).values() == [0, 0, 0, 1, 0, 0, 0, 0])
    #expect(try rows(group) == masked)
    let columns = try table("masked.h5", "columns")
    #expect(columns.columns == ["a", "b"])
    #expect(try rows(columns) == masked)
  }

  @Test func numbersAreNoMask() throws {
    #expect(try rows(try table("masked.h5", "other/data")) == expected(4, 2))
  }

  // MARK: Declared values

  @Test func declaredNumbersAreMissing() throws {
    let access = MissingValueAccess([11, -9999.9])
    let location = DataLocation(file: reference("../values/virtual.h5"), path: "own")
    let table = try access.table(location)
    #expect(try rows(table) == expected(4, 2) { row, column in row == 1 && column == 1 })
    #expect(table.missingReasons == ["11.0 was declared so", "11.0 was declared so"])
  }

  // MARK: Names

  @Test func anAttributeWithoutNamesNamesNothing() throws {
    #expect(try table("names.h5", "x").columns == ["0", "1"])
    #expect(try table("names.h5", "y").columns == ["a", "b"])
    #expect(try table("names.h5", "z").columns == ["0", "1"])
  }
}
