import Testing

@Suite struct CheckTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func object(_ value: Any?) throws -> [String: Any] { try #require(value as? [String: Any]) }

  /// The object that a check prints, whose exit code must be 2 with findings and 0 without.
  private func checked(_ arguments: [String]) throws -> [String: Any] {
    let outcome = try workspace.run(["check"] + arguments + ["--json"])
    #expect(outcome.errors == "")
    let object = try #require(try jsonLines(outcome.output).first)
    let findings = try #require(object["findings"] as? [Any])
    #expect(outcome.code == (findings.isEmpty ? 0 : 2))
    return object
  }

  @Test func anAffineStack() throws {
    let line = try checked(["--layers", "3*[lower]", "--dimension", "3"])
    #expect(
      kinds(line) == [
        "dimension": "number", "map": "object", "density": "object", "collapsible": "array", "findings": "array",
      ])
    let map = try object(line["map"])
    #expect(
      kinds(map) == [
        "mixing": "text", "order": "array", "missing": "array", "affine": "number", "group": "text",
        "untransformed": "array", "imageIsEverything": "number", "lipschitz": "null",
      ])
    #expect(map["mixing"] as? String == "triangular" && map["order"] as? [Int] == [0, 1, 2])
    #expect(map["missing"] as? [[Int]] == [[0, 1], [0, 2], [1, 2]])
    #expect(map["affine"] as? Bool == true && map["group"] as? String == "lower")
    #expect(try object(line["density"]) as? [String: String] == ["family": "Gaussian", "tails": "light"])
    let runs = try #require(line["collapsible"] as? [[String: Any]])
    #expect(runs.count == 1 && runs[0]["from"] as? Int == 0 && runs[0]["to"] as? Int == 2)
    #expect(runs[0]["equivalent"] as? String == "lower" && runs[0]["parametersSaved"] as? Int == 18)
    let findings = try #require(line["findings"] as? [[String: Any]])
    for finding in findings {
      #expect(
        kinds(finding) == [
          "kind": "text", "layers": "array", "says": "text", "because": "text", "source": "text", "repair": "text",
        ])
    }
  }

  @Test func aNonlinearStackHasNoGroup() throws {
    let line = try checked(["--layers", "8*[qr,leaky-relu]", "--dimension", "2", "--base", "student-t"])
    let map = try object(line["map"])
    #expect(map["affine"] as? Bool == false && map["group"] == nil && kind(map["order"]) == "null")
    #expect(try object(line["density"]) as? [String: String] == ["family": "universal", "tails": "heavy"])
  }

  @Test func aReportThatPeopleRead() throws {
    let outcome = try workspace.run(["check", "--layers", "2*[coupling-affine]", "--dimension", "2"])
    #expect(outcome.code == 2 && outcome.errors == "")
    let text = lines(outcome.output)
    #expect(text.contains("  ■ ·") && text.contains("  ■ ■"))
    #expect(text.contains { $0.hasPrefix("   repair   --layers '") })
    #expect(text.allSatisfy { $0.count <= 100 || $0.contains("--layers") || $0.hasPrefix("layers") })
    let good = try workspace.expectSuccess(["check", "--recipe", "nsf", "--dimension", "4"])
    #expect(lines(good.output).last == "no findings")
  }

  @Test func aModelAndItsData() throws {
    try workspace.fitMoons()
    let line = try checked(["model.h5", "--data", "data.h5"])
    #expect(line["dimension"] as? Int == 2)
    #expect((line["findings"] as? [Any])?.isEmpty == true)
  }

  /// The same options as in a fit choose and read the events.
  @Test func eventsAreReadAsAFitReadsThem() throws {
    var rows = moons(200).map { [$0[0], $0[1], $0[0] * $0[1], -999] }
    try workspace.write("data.h5", rows, columns: ["px", "py", "c", "id"])
    let layers = ["--layers", "coupling-affine(hidden=8)", "--data"]
    func dimension(_ data: String, _ options: String...) throws -> Int? {
      try checked(layers + [data] + options)["dimension"] as? Int
    }
    #expect(try dimension("data.h5", "--columns", "p*") == 2)
    #expect(try dimension("data.h5", "--columns", "!id", "--context", "c") == 2)
    #expect(try dimension("data.h5", "--columns", "!id", "--context", "1") == 2)
    #expect(try dimension("data.h5", "--columns", "!id") == 3)
    try workspace.write("turned.h5", (0..<2).map { column in rows.map { $0[column] } })
    #expect(try dimension("turned.h5", "--transpose", "--burn-in", "20", "--thin", "2") == 2)
    rows[3][0] = -999
    try workspace.write("missing.h5", rows, columns: ["px", "py", "c", "id"])
    let missing = ["missing.h5", "--columns", "p*", "--missing", "-999"]
    try workspace.expectFailure(
      ["check"] + layers + missing,
      "missing.h5:/events: 1 non-finite value in 1 row, first nan in row 3, column 'px' (missing: -999.0 was declared so); "
        + "leave such rows out with --skip-non-finite, or say what is missing with --missing ('none' for nothing)")
    #expect(try checked(layers + missing + ["--skip-non-finite"])["dimension"] as? Int == 2)
    try workspace.expectFailure(
      ["check"] + layers + ["data.h5", "--columns", "p*", "--context", "2"],
      "data.h5:/events has 2 columns; --context 2 leaves none for the events")
    try workspace.expectFailure(
      ["check", "--layers", "lower", "--dimension", "2", "--context", "c"],
      "--context is a number of features without --data, got 'c'")
    try workspace.expectFailure(
      ["check", "--layers", "lower", "--dimension", "2", "--columns", "p*"],
      "--columns are columns of events; give them with --data")
  }

  @Test func aConditionalModelAndItsData() throws {
    let rows = moons(200).map { [$0[0], $0[1], 10 * $0[1]] }
    try workspace.write("data.h5", rows, columns: ["x", "y", "c"])
    try workspace.expectSuccess(
      ["fit", "data.h5", "-o", "model.h5", "--context", "c", "--layers", "coupling-affine(hidden=8)", "--epochs", "1"])
    #expect(try checked(["model.h5", "--data", "data.h5"])["dimension"] as? Int == 2)
    try workspace.write("other.h5", rows, columns: ["a", "b", "d"])
    #expect(
      try checked(["model.h5", "--data", "other.h5", "--columns", "a,b", "--context", "d"])["dimension"] as? Int == 2)
  }

  @Test func dataThatLeaveTheBoxOfSplines() throws {
    var rows = moons(200)
    rows[7] = [100, 0]
    try workspace.write("data.h5", rows, columns: ["x", "y"])
    let list = "2*[coupling-rqs(bound=3,hidden=64x64),permute(reverse)]"
    let line = try checked(["--layers", list, "--data", "data.h5"])
    let findings = try #require(line["findings"] as? [[String: Any]])
    #expect(findings.map { $0["kind"] as? String } == ["outside the box", "few events"])
    #expect((findings[0]["says"] as? String)?.hasPrefix("1 of 200 rows leave the splines' box of ±3.0: x (1)") == true)
  }

  @Test func aFitWarnsInTwoLines() throws {
    try workspace.writeMoons()
    let command = ["fit", "data.h5", "-o", "model.h5", "--epochs", "1", "--layers", "2*[lower]"]
    let warnings = try workspace.expectSuccess(command).messages
    #expect(warnings.count == 2 && warnings[0].hasPrefix("check  only affine: "))
    // Those who asked for this family are told as well, programs are not disturbed.
    #expect(try workspace.expectSuccess(command + ["--force", "--json"]).errors == "")
  }

  @Test func whatIsMissing() throws {
    try workspace.expectFailure(
      ["check"], "give one of a model file, --layers and --recipe, not 0 of them")
    try workspace.expectFailure(
      ["check", "--layers", "lower"], "how many features? give --dimension D, or --data")
    try workspace.expectFailure(
      ["check", "--layers", "lower", "--dimension", "0"], "--dimension is a number above 0, got 0")
  }
}
