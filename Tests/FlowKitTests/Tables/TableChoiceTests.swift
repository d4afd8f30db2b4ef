import FlowKit
import Testing

/// Which table and which columns of a file are meant (see Tests/Reference/make_table_files.py).
@Suite struct TableChoiceTests {
  private func file(_ name: String, _ path: String? = nil) -> DataLocation {
    DataLocation(file: reference("../tables/\(name)"), path: path)
  }

  private func expected(_ rows: Int, _ columns: some Sequence<Int>) -> [Double] {
    (0..<rows).flatMap { row in columns.map { Double(100 * row + $0) } }
  }

  private func failure(_ name: String, _ path: String? = nil, _ parts: [[String]?] = [nil]) -> String? {
    message { () throws(FlowError) in _ = try HDF5Table(file(name, path), parts: parts) }?
      .replacing(reference("../tables/"), with: "")
  }

  private func expect(
    _ name: String, _ path: String? = nil, _ columns: [String]? = nil, are names: [String], _ rows: Int,
    _ values: some Sequence<Int>, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let table = try HDF5Table(file(name, path), columns: columns)
    #expect(table.columns == names && table.rows == rows, sourceLocation: sourceLocation)
    #expect(try table.values() == expected(rows, values), sourceLocation: sourceLocation)
  }

  // MARK: Groups, matrices, and both

  @Test func aGroupIsItsOwnColumnsWhateverLiesBelow() throws {
    try expect("below.h5", "post", are: ["a", "b", "c"], 5, 0..<3)
    try expect("below.h5", "post", ["c", "a"], are: ["c", "a"], 5, [2, 0])
    try expect("below.h5", nil, ["b"], are: ["b"], 5, [1])
    #expect(try HDF5Table(file("below.h5", "post/meta/cov")).rows == 3)
    #expect(
      failure("below.h5")
        == "below.h5 holds 2 tables; name one, as in below.h5:/post: /post (a group of 3 columns), /post/meta/cov (3 x 3 "
        + "float64)")
  }

  @Test func aMatrixBesideVectorsHasTheirRows() throws {
    // The means of its columns are no rows.
    let table = try HDF5Table(file("weights.h5"), parts: [nil, ["weights"]])
    #expect(table.columns == ["X[0]", "X[1]", "X[2]", "weights"] && table.columnCounts == [3, 1])
    let rows = (0..<6).map { row -> [Double] in
      let first = Double(100 * row)
      return [first, first + 1, first + 2, Double(row)]
    }
    #expect(try table.values() == Array(rows.joined()))
    #expect(try HDF5Table(file("weights.h5")).columns == ["X[0]", "X[1]", "X[2]", "weights"])
    try expect("weights.h5", nil, ["X"], are: ["X[0]", "X[1]", "X[2]"], 6, 0..<3)
    try expect("weights.h5", nil, ["X[2]", "X[0]"], are: ["X[2]", "X[0]"], 6, [2, 0])
    try expect("weights.h5", nil, ["!weights"], are: ["X[0]", "X[1]", "X[2]"], 6, 0..<3)
    #expect(try HDF5Table(file("weights.h5", "mean")).rows == 3)
  }

  @Test func whatCannotBeColumnsIsNamed() throws {
    let table = try HDF5Table(file("images.h5"))
    #expect(table.columns == ["labels"])
    #expect(
      table.notes == [
        "\(file("images.h5")): left out /images (5 x 2 x 2 x 3 float64), of which no column can be made"
      ], "\(table.notes)")
    #expect(try HDF5Table(file("images.h5"), columns: ["labels"]).notes == [])
    #expect(try HDF5Table(file("images.h5"), columns: ["!images"]).columns == ["labels"])
    for name in ["images", "/images"] {
      #expect(
        failure("images.h5", nil, [[name]])?.hasPrefix("images.h5:/images is 4-D (5 x 2 x 2 x 3); a table needs")
          == true)
    }
  }

  @Test func aGridIsNoTableAndItsCoordinatesAreNone() throws {
    let complaint = "grid.nc:/t2m is 3-D (time x lat x lon); a table needs a 2-D dataset"
    for parts in [nil, ["t2m"]] {
      #expect(
        failure("grid.nc", nil, [parts])?.hasPrefix(complaint) == true, "\(failure("grid.nc", nil, [parts]) ?? "")")
    }
    #expect(try HDF5Table(file("grid.nc", "lat")).values() == [0, 100, 200])
    #expect(try HDF5Table(file("grid.nc"), columns: ["time"]).rows == 2)
  }

  @Test func oneRowIsNoMatrixThatColumnsDescribe() throws {
    try expect("row.h5", are: ["x", "y"], 5, 0..<2)
    #expect(try HDF5Table(file("row.h5", "z")).rows == 1)
  }

  @Test func ofSeveralMatricesOneIsNamed() throws {
    #expect(
      failure("simulations.h5")
        == "simulations.h5 holds 3 tables; name one, as in simulations.h5:/: / (a group of 5 columns), /theta (6 x 2 "
        + "float64), /x (6 x 3 float64)")
    let all = [0, 1, 10, 11, 12]
    try expect("simulations.h5", "/", are: ["theta[0]", "theta[1]", "x[0]", "x[1]", "x[2]"], 6, all)
    try expect("simulations.h5", "theta", are: ["0", "1"], 6, 0..<2)
    for first in [["theta"], nil, ["theta*"], ["!x"]] {
      let table = try HDF5Table(file("simulations.h5"), parts: [first, ["x"]])
      #expect(table.columnCounts == [2, 3])
      #expect(try table.values() == expected(6, all))
    }
  }

  @Test func namesThatAreNotThere() {
    #expect(failure("below.h5", "post", [["a", "d"]]) == "below.h5:/post has no column 'd'; its columns are a, b, c")
    #expect(
      failure("simulations.h5", nil, [["y"]])
        == "simulations.h5 has no column 'y'; its columns are theta[0], theta[1], x[0], x[1], x[2]")
    #expect(failure("below.h5", "post", [["*", "!d"]]) == "below.h5:/post has no column 'd'; its columns are a, b, c")
    #expect(
      failure("below.h5", "post", [["a*", "!a"]]) == "of the columns of below.h5:/post nothing is left for a*, a")
  }

  // MARK: Patterns

  @Test(
    arguments: [
      (["*"], [0, 1, 2]), (["*", "!b"], [0, 2]), (["!b"], [0, 2]), (["!a", "!c"], [1]), (["?"], [0, 1, 2]),
      (["c", "*"], [2, 0, 1]), (["[ab]"], nil), (["*c"], [2]), (["a*b"], nil), (["**"], [0, 1, 2]),
      (["b", "!b*"], [1]),
      (["post/*"], [0, 1, 2]), (["post/a", "c"], [0, 2]),
    ] as [([String], [Int]?)])
  func patterns(texts: [String], columns: [Int]?) throws {
    let path = texts[0].contains("/") ? nil : "post"
    guard let columns else {
      #expect(failure("below.h5", path, [texts]) != nil)
      return
    }
    try expect("below.h5", path, texts, are: columns.map { ["a", "b", "c"][$0] }, 5, columns)
  }

  @Test func aPatternTakesNothingThatAnotherPartNames() throws {
    let table = try HDF5Table(file("below.h5", "post"), parts: [["*"], ["b"]])
    #expect(table.columns == ["a", "c", "b"] && table.columnCounts == [2, 1])
    // Nor what a later part takes.
    let later = try HDF5Table(file("below.h5", "post"), parts: [["*"], ["a*"], ["c"]])
    #expect(later.columns == ["b", "a", "c"] && later.columnCounts == [1, 1, 1])
    #expect(
      failure("below.h5", "post", [["*"], ["?"], ["c"]]) == "of the columns of below.h5:/post nothing is left for *")
  }

  // MARK: Names in several places

  @Test func pathsAndNamesBelowTheBase() throws {
    try expect("bilby.h5", "posterior", ["mass_1", "chirp_mass"], are: ["mass_1", "chirp_mass"], 5, [0, 5])
    try expect("bilby.h5", nil, ["posterior/mass_2", "posterior/mass_1"], are: ["mass_2", "mass_1"], 5, [1, 0])
    try expect("bilby.h5", nil, ["/posterior/mass_2"], are: ["mass_2"], 5, [1])
    // Only one group has both.
    try expect("bilby.h5", nil, ["mass_1", "chirp_mass"], are: ["mass_1", "chirp_mass"], 5, [0, 5])
    #expect(
      failure("bilby.h5", nil, [["mass_1"]])
        == "several columns of bilby.h5 are called 'mass_1': nested_samples/mass_1, posterior/mass_1; give the path of one"
    )
  }

  @Test func columnsOfSiblingGroupsAreReadTogether() throws {
    try expect("pycbc.h5", nil, ["mchirp", "loglr"], are: ["mchirp", "loglr"], 4, [0, 2])
    try expect(
      "pycbc.h5", nil, ["samples/q", "likelihood_stats/q"], are: ["samples/q", "likelihood_stats/q"], 4, [1, 3])
    try expect("pycbc.h5", nil, ["samples", "loglr"], are: ["mchirp", "q", "loglr"], 4, [0, 1, 2])
    #expect(
      failure("bilby.h5", nil, [["posterior/mass_1", "nested_samples/mass_1"]])?.contains("differ in length") == true)
  }

  @Test func fieldsOfCompoundValuesAreFoundAlike() throws {
    try expect("pesummary.h5", "C01:IMRPhenomXPHM/posterior_samples", are: ["mass_1", "mass_2"], 4, 0..<2)
    try expect("pesummary.h5", "C01:IMRPhenomXPHM", ["mass_2"], are: ["mass_2"], 4, [1])
    try expect(
      "pesummary.h5", nil, ["C01:SEOBNRv4PHM/posterior_samples/mass_1"], are: ["mass_1"], 3, [0])
    try expect("lalinference.h5", are: ["m1", "m2"], 4, 0..<2)
    #expect(failure("pesummary.h5")?.hasPrefix("pesummary.h5 holds 4 tables") == true)
  }

  @Test func vectorsAndMatricesOfASnapshot() throws {
    try expect(
      "snapshot.h5", "PartType0", ["Masses", "Velocities[1]"], are: ["Masses", "Velocities[1]"], 5, [20, 11])
    try expect("snapshot.h5", nil, ["PartType0/Coordinates"], are: (0..<3).map { "Coordinates[\($0)]" }, 5, 0..<3)
    #expect(try HDF5Table(file("snapshot.h5", "PartType0")).columns.count == 8)
    try expect("snapshot.h5", "PartType1", are: ["0", "1", "2"], 3, 30..<33)
    #expect(failure("snapshot.h5", nil, [["Coordinates[0]"]])?.contains("PartType1/Coordinates[0]") == true)
  }

  @Test func columnsOfSeveralLengths() throws {
    #expect(
      failure("nexus.h5", "entry/bank1_events")
        == "the columns of nexus.h5:/entry/bank1_events differ in length: /entry/bank1_events/event_id has 6 rows, "
        + "/entry/bank1_events/event_index has 3; choose columns of one length")
    try expect("nexus.h5", nil, ["event_time_offset"], are: ["event_time_offset"], 6, [1])
    let others = try HDF5Table(file("nexus.h5", "entry/bank1_events"), parts: [nil, ["event_index"]])
    #expect(others.columns == ["event_time_zero", "event_index"] && others.rows == 3)
  }

  @Test func datasetsOfOneName() throws {
    try expect("keras.h5", nil, ["dense/vars/0"], are: ["0[0]", "0[1]", "0[2]"], 4, 0..<3)
    #expect(failure("keras.h5")?.contains("/layers/dense_1/vars/0 (3 x 2 float64)") == true)
  }

  @Test(arguments: ["made.h5", "tracked.h5"]) func columnsStandInTheOrderInWhichTheyWereMade(name: String) throws {
    try expect(name, are: (0..<12).map { "x\($0)" }, 3, 0..<12)
  }
}
