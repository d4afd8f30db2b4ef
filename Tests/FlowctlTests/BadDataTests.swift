import FlowKit
import Testing

/// Data that no flow can be fitted to: one line that says what was met, where, and what to do; nothing is written.
@Suite struct BadDataTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func expectFitFailure(
    _ data: String, _ message: String, _ options: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try workspace.expectFailure(
      ["fit", data, "-o", "model.h5"] + quick + options, message, sourceLocation: sourceLocation)
  }

  private static let unsuitable: [(String, String)] = [
    ("missing.h5", "missing.h5 does not exist; check the path and the working folder"),
    ("empty.h5", "empty.h5 is empty (0 bytes); write or copy it again"),
    (
      "truncated.h5",
      "truncated.h5 is truncated: 1500 of 8887 bytes are there; copy or download it again, or wait if a program still writes it"
    ),
    ("split.h5:trian", "split.h5 has no 'trian'; it holds mean, test, train, valid"),
    ("unsuitable.h5:text", "unsuitable.h5:/text holds text, not numbers; name a dataset of numbers"),
    ("unsuitable.h5:no-rows", "unsuitable.h5:/no-rows has no rows"),
    (
      "nonfinite.h5",
      "nonfinite.h5:/rows: 3 non-finite values in 2 rows, first nan in row 1, column '1'; repair the data, or leave "
        + "such rows out with --skip-non-finite"
    ),
  ]

  @Test(arguments: unsuitable)
  func files(name: String, message: String) throws {
    try expectFitFailure(reference(name), message)
  }

  @Test func severalTablesAreListed() throws {
    let outcome = try workspace.run(["fit", reference("names.h5"), "-o", "model.h5"])
    let message = try #require(outcome.messages.first)
    #expect(outcome.code == 1 && outcome.messages.count == 1)
    #expect(message.contains("names.h5 holds 9 tables; name one, as in "), "\(message)")
    #expect(message.contains("/ascii (2 x 3 float64), "), "\(message)")
  }

  @Test func densityReportsThemAlike() throws {
    try workspace.fitMoons()
    for (name, message) in Self.unsuitable where name != "nonfinite.h5" {
      try workspace.expectFailure(["density", "model.h5", reference(name), "-o", "out.h5"], message)
    }
  }

  @Test(arguments: ["--columns", "--context", "--weights"]) func unknownColumn(option: String) throws {
    try workspace.writeMoons()
    try expectFitFailure("data.h5", "data.h5:/events has no column 'z'; its columns are x, y", [option, "z"])
  }

  @Test func fewRows() throws {
    try workspace.writeMoons("few.h5", 2)
    try expectFitFailure(
      "few.h5",
      "few.h5:/events: 2 training rows are too few for 2 columns; at least 3 are needed", ["--valid", "0"])
    try expectFitFailure(
      "few.h5",
      "few.h5:/events: a validation part of 0.1 of 2 rows leaves no rows to train or to validate on; give another "
        + "--valid, or 0 for none")
  }

  @Test func constantColumn() throws {
    try workspace.write("data.h5", moons(50).map { $0 + [7.5] }, columns: ["x", "y", "run"])
    try expectFitFailure(
      "data.h5", "data.h5:/events: the column 'run' is constant (7.5 in every row); leave it out with --columns")
    try expectFitFailure(
      "data.h5", "data.h5:/events: the column 'run' is constant (7.5 in every row); leave it out with --context",
      ["--context", "run"])
  }

  @Test func identicalColumns() throws {
    try workspace.write("data.h5", moons(50).map { $0 + [$0[0]] }, columns: ["x", "y", "again"])
    try expectFitFailure(
      "data.h5",
      "data.h5:/events: the column 'again' is 'x' again, up to scale and shift, so the events have no density; leave "
        + "one of them out with --columns")
  }

  @Test func linearDependence() throws {
    try workspace.write("data.h5", moons(50).map { $0 + [2 * $0[0] - $0[1] + 1] }, columns: ["x", "y", "sum"])
    try expectFitFailure(
      "data.h5",
      "data.h5:/events: the column 'sum' is a linear combination of 'x', 'y', so the events have no density; leave one "
        + "of them out with --columns")
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity]) func nonFiniteRowsCanBeLeftOut(value: Double) throws {
    var events = moons(200)
    events[20][1] = value
    events[30] = [value, value]
    try workspace.write("data.h5", events, columns: ["x", "y"])
    try expectFitFailure(
      "data.h5",
      "data.h5:/events: 3 non-finite values in 2 rows, first \(value) in row 20, column 'y'; repair the data, or leave "
        + "such rows out with --skip-non-finite")
    let fit = try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5", "--skip-non-finite"] + quick)
    #expect(fit.messages == ["data.h5:/events: left out 2 rows with values that are not finite"])
    #expect(try workspace.model().provenance["dropped_rows"] == 2)

    try workspace.expectFailure(
      ["density", "model.h5", "data.h5", "-o", "out.h5"],
      "data.h5:/events: 3 non-finite values in 2 rows, first \(value) in row 20, column 'y'; repair the data, or accept "
        + "such rows with --skip-non-finite")
    let score = try workspace.run(["density", "model.h5", "data.h5", "-o", "out.h5", "--skip-non-finite", "--json"])
    #expect(score.messages == ["data.h5:/events: 2 rows with values that are not finite have no density"])
    #expect(try jsonLines(score.output)[0]["nonFinite"] as? Int == 2)
    let densities = try workspace.numbers("out.h5")
    #expect(densities.indices.filter { !densities[$0].isFinite } == [20, 30])
    #expect(densities[20].isNaN == value.isNaN)
  }

  @Test func everyRowNonFinite() throws {
    try workspace.write("data.h5", [[.nan, 1], [2, .nan]])
    try expectFitFailure(
      "data.h5", "data.h5:/events: every row has a value that is not finite", ["--skip-non-finite"])
  }

  @Test func weights() throws {
    try workspace.write("data.h5", moons(50).map { $0 + [$0[0]] }, columns: ["x", "y", "w"])
    let first = moons(50).firstIndex { $0[0] < 0 }!
    try expectFitFailure(
      "data.h5",
      "data.h5:/events: the weight \(moons(50)[first][0]) in row \(first) is negative; weights are at least 0",
      ["--weights", "w"])
    try workspace.write("zero.h5", moons(50).map { $0 + [0] }, columns: ["x", "y", "w"])
    try expectFitFailure("zero.h5", "zero.h5:/events: all weights are 0", ["--weights", "w"])
  }

  @Test(arguments: [
    ["--columns", "x,y", "--context", "y"], ["--columns", "x,1", "--weights", "y"], ["--columns", "x,y,1"],
    ["--context", "y", "--weights", "1"],
  ]) func oneColumnForTwoUses(options: [String]) throws {
    try workspace.writeMoons()
    try expectFitFailure(
      "data.h5",
      "the column 'y' of data.h5:/events is asked for twice; give it one use, as event, context or weight", options)
  }
}
