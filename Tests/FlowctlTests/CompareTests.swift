import FlowKit
import Testing

@Suite struct CompareTests {
  private let workspace: Workspace
  private let quickly = ["--permutations", "99"]

  init() throws {
    workspace = try Workspace()
    try workspace.write("a.h5", moons(90), columns: ["x", "y"])
  }

  private func compare(_ arguments: [String]) throws -> [String: Any] {
    try workspace.json(["compare"] + arguments + quickly)[0]
  }

  @Test func jsonHasTheKeysThatArePromised() throws {
    try workspace.write("b.h5", moons(80, seed: 1).map { [$0[1], $0[0]] }, columns: ["y", "x"])
    let line = try compare(["a.h5", "b.h5"])
    #expect(Set(line.keys) == ["rows", "columns", "joint", "verdict"])
    #expect(line["rows"] as? [Int] == [90, 80])
    let columns = try #require(line["columns"] as? [[String: Any]])
    #expect(columns.map { $0["name"] as? String } == ["x", "y"])
    #expect(columns.allSatisfy { Set($0.keys) == ["name", "ks", "ksP", "ksPHolm", "w1"] })
    let joint = try #require(line["joint"] as? [String: Any])
    #expect(
      Set(joint.keys) == [
        "slicedW2", "slicedKS", "energy", "energyP", "mmd", "mmdP", "frechet", "c2st", "c2stError", "auc", "c2stP",
      ])
    // Columns are those of the same name: two moons, twice.
    let largest = columns.compactMap { $0["ks"] as? Double }.max() ?? 1
    #expect(largest < 0.3)
  }

  @Test func theExitCodeSaysWhetherTheyDiffer() throws {
    try workspace.write("b.h5", moons(90, seed: 1).map { [$0[0] + 1, $0[1]] }, columns: ["x", "y"])
    try workspace.expectSuccess(["compare", "a.h5", "b.h5"] + quickly)
    let different = try workspace.run(["compare", "a.h5", "b.h5", "--fail-if-different", "0.05"] + quickly)
    #expect(different.code == 2 && different.output.contains(" differ: p = "))
    try workspace.expectSuccess(["compare", "a.h5", "a.h5", "--fail-if-different", "0.05"] + quickly)
    try workspace.expectFailure(
      ["compare", "a.h5", "b.h5", "--fail-if-different", "0.001"] + quickly,
      "at the level 0.001 nothing can differ; give --permutations 3999 or more")
  }

  @Test func aModelIsDrawnFromAndRefined() throws {
    try workspace.fitMoons()
    try workspace.write("test.h5", moons(90, seed: 9), columns: ["x", "y"])
    let line = try compare(["model.h5", "test.h5"])
    #expect(line["rows"] as? [Int] == [90, 90])
    #expect((line["verdict"] as? String)?.contains("draws of model.h5 (90 rows) and test.h5:/events (90 rows)") == true)
    let own = try compare(["data.h5", "model.h5"])
    #expect((own["verdict"] as? String)?.contains("no p-value, because the model was fitted to these rows") == true)
    try workspace.expectSuccess(["reweight", "model.h5", "data.h5"])
    try workspace.expectSuccess(["sample", "model.h5", "-n", "200", "-o", "out.h5", "--refined"])
    let refined = try workspace.numbers("out.h5:/samples")
    try workspace.expectSuccess(["sample", "model.h5", "-n", "300", "-o", "more.h5", "--refined", "--threads", "1"])
    #expect(try Array(workspace.numbers("more.h5:/samples")[..<400]) == refined)
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5", "--force", "--seed", "3"] + quick)
    try workspace.expectFailure(
      ["sample", "model.h5", "-n", "1", "-o", "x.h5", "--refined"],
      "model.refinement.json was made for another model, or for this one before it was fitted again; make it anew")
  }

  @Test func ratiosAreOfEveryRow() throws {
    var rows = moons(80, seed: 1)
    rows[5][0] = .nan
    try workspace.write("b.h5", rows, columns: ["x", "y"])
    let arguments = ["compare", "a.h5", "b.h5", "--ratio", "ratio.h5"] + quickly
    let refused = try workspace.run(arguments)
    #expect(refused.code == 1 && refused.errors.contains("--skip-non-finite"))
    try workspace.expectSuccess(arguments + ["--skip-non-finite"])
    let (a, b) = (try workspace.numbers("ratio.h5:/ratio_a"), try workspace.numbers("ratio.h5:/ratio_b"))
    #expect(a.count == 90 && a.allSatisfy { $0 > 0 && $0.isFinite })
    #expect(b.count == 80 && b[5].isNaN && b.filter(\.isNaN).count == 1)
  }

  @Test func whatCannotBeComparedIsSaid() throws {
    try workspace.write("c.h5", [[1, 2], [3, 4]], columns: ["u", "v"])
    try workspace.write("d.h5", [[1, 2, 0.5], [3, 4, 1]], columns: ["x", "u", "w"])
    func error(_ arguments: [String]) throws -> String { try workspace.run(["compare", "a.h5"] + arguments).errors }
    #expect(try error(["c.h5"]).contains("no column is in both"))
    #expect(try error(["none.h5"]).contains("none.h5 does not exist"))
    #expect(try error(["d.h5", "--weights", "q"]).contains("no data have the column 'q'"))
    let part = try workspace.run(["compare", "a.h5", "d.h5", "--weights", "w", "--json"] + quickly)
    #expect(part.code == 0 && part.errors.contains("alone has u, which is not compared"))
    #expect(part.output.contains("\"name\":\"x\""))
  }
}
