import FlowKit
import Foundation
import Testing

/// What commands take for data where a file holds more than one thing.
@Suite struct WhichTableTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Writes datasets, each with its rows; one column makes a vector.
  private func write(_ name: String, _ datasets: [(name: String, rows: [[Double]])]) throws {
    let writer = try TableWriter(to: workspace.path(name))
    for (dataset, rows) in datasets {
      let width = rows[0].count
      try writer.addDataset(dataset, shape: width == 1 ? [rows.count] : [rows.count, width])
      try writer.append(Array(rows.joined()), to: dataset)
    }
    try writer.finish()
  }

  private func parts(_ count: Int) -> (events: [[Double]], context: [[Double]], weights: [[Double]]) {
    let rows = moons(count)
    let context = rows.map { row -> [Double] in [row[0] + row[1], row[0] - 2 * row[1]] }
    return (rows, context, rows.map { row -> [Double] in [1 + row[0] * row[0]] })
  }

  private func tables(_ name: String) -> String {
    reference("../tables/\(name)")
  }

  // MARK: What FlowKit wrote

  @Test func samplesBesideDataAreNoData() throws {
    let rows = moons(300)
    try write("data.h5", [("x", rows.map { [$0[0]] }), ("y", rows.map { [$0[1]] })])
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5"] + quick)
    let before = try workspace.json(["density", "model.h5", "data.h5"])[0]
    try workspace.expectSuccess(["sample", "model.h5", "-n", "50", "--append-to", "data.h5:/samples"])
    try workspace.expectSuccess(["density", "model.h5", "data.h5", "--append-to", "data.h5:/scores"])
    let after = try workspace.json(["density", "model.h5", "data.h5"])[0]
    #expect(after["count"] as? Int == 300 && after["mean"] as? Double == before["mean"] as? Double)
    #expect(try workspace.json(["density", "model.h5", "data.h5:/samples"])[0]["count"] as? Int == 50)
    #expect(try HDF5Table(DataLocation(workspace.path("data.h5"))).columns == ["x", "y"])
    let text = try workspace.expectSuccess(["inspect", "data.h5"]).output
    #expect(
      withoutColumns(lines(text)) == [
        "data  data.h5", "  /  300 rows x 2 columns: x, y", "  /samples  50 rows x 2 columns: x, y",
        "      FlowKit samples: read only if the path is given", "  /scores  300 rows x 1 column",
        "      FlowKit log-densities: read only if the path is given",
      ])
    // A group that holds nothing else says so.
    try workspace.expectSuccess(["sample", "model.h5", "-n", "5", "--append-to", "data.h5:/drawn/first"])
    try workspace.expectFailure(
      ["density", "model.h5", "data.h5:/drawn"],
      "data.h5:/drawn holds only what FlowKit wrote, which is read if it is named, as in data.h5:/drawn/first: /drawn/first "
        + "(5 x 2 float64)")
  }

  @Test(arguments: [["-o", "out.h5"], ["--append-to", "line.h5:/drawn"]])
  func samplesOfAConditionalModelAreReadWithTheirContext(output: [String]) throws {
    let (events, context, _) = parts(400)
    try workspace.write("line.h5", zip(events, context).map { $0 + $1 }, columns: ["x", "y", "c", "d"])
    try workspace.expectSuccess(["fit", "line.h5", "-o", "model.h5", "--context", "c,d"] + quick)
    try workspace.expectSuccess(["sample", "model.h5", "-n", "3", "--context", "line.h5"] + output)
    let path = output[1].replacing("line.h5:/", with: "")
    let data = output[0] == "-o" ? "out.h5" : output[1]
    let name = output[0] == "-o" ? ("out.h5", "/samples") : ("line.h5", "/" + path)
    let table = try HDF5Table(DataLocation(file: workspace.path(name.0), path: name.1))
    #expect(table.columns == ["x", "y", "c", "d"] && table.rows == 1_200)
    let rows = try table.read(rows: 0..<1_200)
    #expect(try table.read(rows: 4..<11) == Array(rows[16..<44]))
    for row in [0, 1, 2, 3, 599, 1_199] {
      #expect(Array(rows[(4 * row + 2)..<(4 * row + 4)]) == context[row / 3], "row \(row)")
    }
    try workspace.expectSuccess(["convert", data, "samples.csv"])
    try workspace.expectSuccess(["convert", "samples.csv", "again.h5"])
    #expect(try workspace.numbers("again.h5") == rows)
    let direct = try workspace.json(["density", "model.h5", "again.h5"])[0]["mean"] as? Double
    let printed = try workspace.run(["density", "model.h5", data, "--json"])
    #expect(
      printed.code == 0 && printed.errors.contains("its rows are 400 x 3, one after the other"), "\(printed.errors)")
    #expect(try jsonLines(printed.output)[0]["mean"] as? Double == direct && direct != nil)
    #expect(try workspace.json(["density", "model.h5", "line.h5"])[0]["count"] as? Int == 400)
  }

  // MARK: Context and weights of their own

  @Test func weightsAndContextFromTablesOfTheirOwn() throws {
    let (events, context, weights) = parts(400)
    let rows = (0..<400).map { row -> [Double] in events[row] + context[row] + weights[row] }
    try workspace.write("one.h5", rows, columns: ["x", "y", "c", "d", "w"])
    try write("many.h5", [("theta", events), ("obs", context)])
    try write("weights.h5", [("w", weights), ("short", Array(weights.dropLast()))])
    let fit = ["fit", "--force", "--valid", "0.2"] + quick
    try workspace.expectSuccess(fit + ["one.h5", "-o", "one.model", "--context", "c,d", "--weights", "w"])
    let expected = try workspace.model("one.model")
    for arguments in [
      ["many.h5:/theta", "--context", "many.h5:/obs", "--weights", "weights.h5:/w"],
      ["many.h5", "--context", "obs", "--weights", "weights.h5:w"],
      ["one.h5", "--columns", "x,y", "--context", "many.h5:/obs", "--weights", "w"],
    ] {
      try workspace.expectSuccess(fit + arguments + ["-o", "model.h5"])
      let model = try workspace.model()
      #expect(model.flow.parameters == expected.flow.parameters, "\(arguments)")
      #expect(model.columns.count == 2 && model.contextColumns.count == 2)
    }
    // The model of two files scores two files.
    try workspace.expectSuccess(fit + ["many.h5:/theta", "--context", "many.h5:/obs", "-o", "model.h5"])
    #expect(try workspace.model().contextColumns == ["obs[0]", "obs[1]"])
    let two = try workspace.json(["density", "model.h5", "many.h5:/theta", "--context", "many.h5:/obs"])[0]
    let named = try workspace.json(["density", "model.h5", "one.h5", "--columns", "x,y", "--context", "c,d"])[0]
    #expect(two["mean"] as? Double == named["mean"] as? Double && two["count"] as? Int == 400)
    try workspace.expectSuccess(["sample", "model.h5", "--context", "many.h5:/obs", "-o", "drawn.h5"])
    try workspace.expectFailure(
      ["fit", "many.h5:/theta", "-o", "other.h5", "--weights", "weights.h5:/short"] + quick,
      "weights.h5:/short has 399 rows, but many.h5:/theta has 400; they must belong to each other row by row")
    try workspace.expectFailure(
      ["fit", "many.h5:/theta", "-o", "other.h5", "--weights", "many.h5:/obs"] + quick,
      "weights are one column, but 2 of many.h5:/obs are asked for: 0, 1")
    try workspace.expectFailure(
      ["fit", "many.h5:/theta", "-o", "other.h5", "--weights", "no.h5:/w"] + quick,
      "no.h5 does not exist; check the path and the working folder")
  }

  @Test func partsOfContextOfItsOwn() throws {
    let (events, context, _) = parts(300)
    try write(
      "events.h5",
      [("train", Array(events[..<200])), ("valid", Array(events[200..<250])), ("test", Array(events[250...]))])
    try write(
      "context.h5",
      [("train", Array(context[..<200])), ("valid", Array(context[200..<250])), ("test", Array(context[250...]))])
    try workspace.expectSuccess(["fit", "events.h5", "--context", "context.h5", "-o", "model.h5"] + quick)
    let printed = try workspace.json(["density", "model.h5", "events.h5", "--context", "context.h5"])[0]
    #expect(printed["count"] as? Int == 50)
    try workspace.expectFailure(
      ["fit", "events.h5", "--context", "context.h5:/train", "-o", "other.h5"] + quick,
      "context.h5:/train is to have the same parts (train, valid) as the events at events.h5:/train")
  }

  // MARK: Columns, chains, arrays that stand the other way round

  @Test func patternsOfColumns() throws {
    let rows = moons(200).map { row -> [Double] in [row[0], row[1], row[0] * row[1], 7] }
    try workspace.write("data.h5", rows, columns: ["px", "py", "e", "id"])
    for (columns, names) in [
      (" px, py", ["px", "py"]), ("p*", ["px", "py"]), ("!id", ["px", "py", "e"]), ("*,!id,!e", ["px", "py"]),
      ("e,p?", ["e", "px", "py"]),
    ] {
      try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5", "--force", "--columns", columns] + quick)
      #expect(try workspace.model().columns == names)
      try workspace.expectSuccess(["convert", "data.h5", "out.csv", "--force", "--columns", columns])
      try workspace.expectSuccess(["convert", "out.csv", "out.h5", "--force", "--columns", "*"])
      #expect(try HDF5Table(DataLocation(workspace.path("out.h5"))).columns == names)
    }
    try workspace.expectSuccess(
      ["fit", "data.h5", "-o", "model.h5", "--force", "--columns", "!id", "--context", "e"] + quick)
    #expect(try workspace.model().columns == ["px", "py"] && workspace.model().contextColumns == ["e"])
    try workspace.expectFailure(
      ["convert", "out.csv", "other.h5", "--columns", "q*"], "out.csv has no column 'q*'; its columns are e, px, py")
  }

  @Test func chainsAreFlattenedAndSaidSo() throws {
    let outcome = try workspace.expectSuccess(
      [
        "convert", "\(tables("arviz.nc")):/posterior", "out.h5", "--burn-in", "1", "--thin", "2", "--columns",
        "mu,theta",
      ])
    #expect(outcome.errors.hasSuffix("its rows are 2 chains x 2 draws, one after the other\n"), "\(outcome.errors)")
    #expect(try workspace.numbers("out.h5").prefix(8) == [100, 102, 103, 104, 300, 302, 303, 304])
    let fit = ["fit", "\(tables("emcee.h5"))", "-o", "model.h5", "--valid", "0", "--layers", "lower"]
    #expect(try workspace.run(fit + ["--burn-in", "-1"]).errors.contains("--burn-in is a number above 0, got -1"))
    #expect(try workspace.run(fit + ["--draw-axis", "2"]).errors.contains("--draw-axis is 0 or 1, got 2"))
    let even = try workspace.run(["convert", "\(tables("cubes.h5")):/even", "even.h5", "--thin", "2"])
    #expect(even.errors.hasSuffix("along which axis the draws of a chain run; say it with --draw-axis 0 or 1\n"))
  }

  @Test func aHintWhereColumnsAreManyAndRowsFew() throws {
    let outcome = try workspace.run(["fit", "\(tables("julia.h5")):/events", "-o", "model.h5", "--layers", "lower"])
    #expect(outcome.errors.contains("30 columns and only 3 rows: if these are 3 columns, read them with --transpose"))
    try workspace.expectSuccess(["convert", "\(tables("julia.h5"))", "out.h5", "--transpose"])
    let table = try HDF5Table(DataLocation(workspace.path("out.h5")))
    #expect(table.columns == ["events[0]", "events[1]", "events[2]", "w"] && table.rows == 30)
    #expect(try table.read(rows: 7..<8) == [700, 701, 702, 7])
  }

  // MARK: Inspect

  @Test func everyColumnOfEveryTableIsShown() throws {
    func shown(_ name: String) throws -> [String] {
      withoutColumns(Array(lines(try workspace.expectSuccess(["inspect", tables(name)]).output).dropFirst()))
    }
    #expect(
      try shown("catalogue.h5") == [
        "  /cat  5 rows x 3 columns: ra, dec, mag", "      not read: name (text)",
      ])
    // Of what is no table it is said why.
    let grid = try shown("grid.nc")
    #expect(grid.count == 4 && grid[0] == "  /lat  3 rows x 1 column")
    #expect(
      grid[3].hasSuffix(
        "grid.nc:/t2m is 3-D (time x lat x lon); a table needs a 2-D dataset, rows x columns, a 1-D dataset, or chains x "
          + "draws x columns"), "\(grid[3])")
    // Texts are told with the table to which they belong.
    #expect(
      try shown("catalogues.h5") == [
        "  /dr17  5 rows x 2 columns: dr17/photo/ra, dr17/spec/ra",
        "      not read: dr17/photo/class (text), dr17/spec/class (text)",
        "  /dr17/photo  5 rows x 1 column: ra", "      not read: class (text)",
        "  /dr17/spec  5 rows x 1 column: ra", "      not read: class (text)",
      ])
    #expect(
      try shown("columns.h5") == [
        "  /  5 rows x 2 columns: ra, dec",
        "      not read: name (text), tracks (rows of varying length), link (references)",
        "      read if named: z.r (complex), z.i (complex)",
      ])
    #expect(
      try shown("nexus.h5") == [
        "  /entry/bank1_events  6 rows x 2 columns: event_id, event_time_offset",
        "      other columns there have another length: choose these with --columns",
        "  /entry/bank1_events  3 rows x 2 columns: event_index, event_time_zero",
        "      other columns there have another length: choose these with --columns",
      ])
    #expect(
      try shown("emcee.h5") == [
        "  /mcmc/chain  10 rows x 3 columns", "      read if named: log_prob (a label)",
        "      its rows are 5 draws x 2 chains, one after the other",
        "  no table: /mcmc/accepted (2 float64)",
      ])
  }
}
