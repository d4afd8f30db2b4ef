import FlowKit
import Testing

@Suite struct InspectTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test func aModel() throws {
    try workspace.fitMoons()
    let printed = try workspace.json(["inspect", "model.h5"])
    #expect(printed.count == 1)
    #expect(
      kinds(printed[0]) == [
        "format": "text", "formatVersion": "number", "elementType": "text", "bytes": "number", "fileDigest": "text",
        "digest": "text", "edited": "number", "units": "array", "contextUnits": "array", "dimension": "number",
        "columns": "array", "context": "array", "dependentColumns": "array", "preprocessing": "text",
        "layers": "text",
        "base": "text", "parameters": "number", "history": "array", "provenance": "object",
        "tensors": "array", "architecture": "text", "training": "object",
      ])
    #expect(printed[0]["dimension"] as? Int == 2)
    try expectFacts(printed[0])
    #expect(printed[0]["columns"] as? [String] == ["x", "y"] && printed[0]["context"] as? [String] == [])
    #expect(printed[0]["layers"] as? String == "2*[coupling-affine(hidden=8),permute(reverse)]")
    #expect(printed[0]["base"] as? String == "normal" && printed[0]["parameters"] as? Int == 68)
    let tensors = try #require(printed[0]["tensors"] as? [[String: Any]])
    #expect(tensors[0]["name"] as? String == "/flow/00-coupling-affine/conditioner/weight0")
    #expect(tensors[0]["shape"] as? [Int] == [8, 1])
    let training = try #require(printed[0]["training"] as? [String: Any])
    #expect(training["stopped"] as? String == "epochs" && training["epoch"] as? Int == 3)
    let history = try #require(printed[0]["history"] as? [[String: Any]])
    #expect(history.count == 3 && history.allSatisfy { kind($0["valid"]) == "number" })
    let provenance = try #require(printed[0]["provenance"] as? [String: Any])
    #expect(provenance["data"] as? String == "data.h5:/events")
    #expect(provenance["training_rows"] as? Int == 360)
    let text = try workspace.expectSuccess(["inspect", "model.h5"]).output
    #expect(text.contains("layers      2*[coupling-affine(hidden=8),permute(reverse)]\n"))
  }

  private func expectFacts(_ printed: [String: Any]) throws {
    let bytes = try AtomicFile.read(workspace.path("model.h5"))
    #expect(printed["formatVersion"] as? Int == 2 && printed["elementType"] as? String == Scalar.elementTypeName)
    #expect(printed["bytes"] as? Int == bytes.count && printed["edited"] as? Bool == false)
    #expect(printed["fileDigest"] as? String == (try AtomicFile.digest(workspace.path("model.h5"))))
    let stored = bytes[32..<64].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(printed["digest"] as? String == stored)
    let training = try #require(printed["training"] as? [String: Any])
    #expect(kind(training["learningRate"]) == "number" && kind(training["bestLoss"]) == "number")
  }

  @Test func anEditedModel() throws {
    try workspace.fitMoons()
    var bytes = try AtomicFile.read(workspace.path("model.h5"))
    bytes[40] ^= 1
    try AtomicFile.write(bytes, to: workspace.path("edited.h5"))
    let printed = try workspace.json(["inspect", "edited.h5", "--accept-edited"])[0]
    #expect(printed["edited"] as? Bool == true)
  }

  @Test func whatIsPrintedAsLayersCanBeFitted() throws {
    try workspace.writeMoons()
    let list = "lower,diagonal,upper,leaky-relu(0.25),permute(1,0),3*[coupling-affine(hidden=4x4),permute(reverse)]"
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5", "--epochs", "1", "--layers", list])
    let printed = try workspace.json(["inspect", "model.h5"])[0]["layers"] as? String
    try workspace.expectSuccess(
      ["fit", "data.h5", "-o", "again.h5", "--epochs", "1", "--layers", #require(printed)])
    #expect(try workspace.json(["inspect", "again.h5"])[0]["layers"] as? String == printed)
    #expect(try workspace.model("again.h5").flow.parameters == workspace.model().flow.parameters)
  }

  @Test func aConditionalModelWithoutNames() throws {
    try workspace.write("data.h5", moons(200))
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5", "--context", "1"] + quick)
    let printed = try workspace.json(["inspect", "model.h5"])[0]
    #expect(printed["columns"] as? [String] == ["0"] && printed["context"] as? [String] == ["1"])
  }

  @Test func aDataFile() throws {
    try workspace.write("parts.h5", ["train": moons(30), "test": moons(7)], columns: ["x", "y"])
    let printed = try workspace.json(["inspect", "parts.h5"])
    #expect(printed.count == 1 && printed[0]["format"] as? String == "data")
    let tables = try #require(printed[0]["tables"] as? [[String: Any]])
    #expect(tables.map { $0["path"] as? String } == ["/test", "/train"])
    #expect(tables.map { $0["rows"] as? Int } == [7, 30])
    #expect(tables[0]["columns"] as? [String] == ["x", "y"])
    let text = try workspace.expectSuccess(["inspect", "parts.h5"]).output
    #expect(
      withoutColumns(lines(text)) == [
        "data  parts.h5", "  /test  7 rows x 2 columns: x, y", "  /train  30 rows x 2 columns: x, y",
      ])
    let statistics = try #require(tables[1]["statistics"] as? [[String: Any]])
    #expect(statistics.map { $0["name"] as? String } == ["x", "y"])
    #expect(statistics[0]["count"] as? Int == 30 && (statistics[0]["histogram"] as? [Int])?.reduce(0, +) == 30)
  }

  @Test func columnsAtAGlance() throws {
    let rows = (0..<500).map { row -> [Double] in
      [Double(row % 5), row < 3 ? .nan : Double(row) / 7, 1e12 * Double(row), 2.5]
    }
    try workspace.write("data.h5", rows, columns: ["whole", "some are missing here", "large", "constant"])
    let text = try workspace.expectSuccess(["inspect", "data.h5"]).output
    #expect(lines(text).dropFirst(2).allSatisfy { $0.count <= 80 }, "\(text)")
    for line in [
      "    column                 min        max       mean      sigma",
      "    whole                    0          4          2      1.414 █   █   █   █  █",
      "        whole numbers, 100 % of the values repeat, 5 different ones", "        3 missing (NaN)",
      "        constant",
      "    some a…ng here      0.4286      71.29",
    ] { #expect(text.contains(line), "\(line)\n\(text)") }
  }

  /// What cannot be read does not hide what can.
  @Test func aDataFileOfAllSorts() throws {
    let text = try workspace.expectSuccess(["inspect", reference("unsuitable.h5")]).output
    #expect(text.contains("  /cube  6 rows x 4 columns\n      its rows are 2 x 3, one after the other\n"), "\(text)")
    #expect(text.contains("  no table: /complex (3 x 2 compound (r, i))\n"), "\(text)")
    #expect(text.contains("/no-rows has no rows\n"), "\(text)")
    #expect(text.contains("is packed with the filter 'lzf'"), "\(text)")
    let nothing = try workspace.expectSuccess(["inspect", reference("attributes.h5")]).output
    #expect(nothing.contains("  no tables of numbers\n  no table: /fixed (2 text)\n"), "\(nothing)")
  }

  @Test func aFileThatIsNotThere() throws {
    try workspace.expectFailure(
      ["inspect", "no.h5"], "no.h5 does not exist; check the path and the working folder")
  }
}

/// What `inspect` prints of a data file but for what its columns hold.
func withoutColumns(_ lines: [String]) -> [String] {
  lines.filter { line in
    let indent = line.prefix { $0 == " " }.count
    return indent != 4 && indent < 8
  }
}
