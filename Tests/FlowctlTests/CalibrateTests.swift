import FlowKit
import Testing

@Suite struct CalibrateTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.fitMoons()
    // A model's own events are events of its density.
    try workspace.expectSuccess(["sample", "model.h5", "-n", "500", "--seed", "9", "-o", "own.h5"])
  }

  private let few = ["--draws", "20", "--threads", "2"]

  @Test func aModelIsRightAboutItsOwnEvents() throws {
    let outcome = try workspace.expectSuccess(
      ["calibrate", "model.h5", "own.h5:/samples", "--fail-if-miscalibrated", "0.001"] + few)
    let printed = lines(outcome.output)
    #expect(printed[0] == "calibration on own.h5:/samples" && printed[1] == "500 rows, 20 draws for each")
    #expect(printed.allSatisfy { $0.count <= 80 })
    #expect(printed.contains { $0.hasPrefix("calibrated: nothing in 500 events") })
    let names = ["x", "y", "log density", "TARP, uniform", "TARP, events"]
    #expect(names.allSatisfy { name in printed.contains { $0.hasPrefix(name + " ") } }, "\(outcome.output)")
  }

  @Test func eventsThatScatterFurtherAreAFinding() throws {
    let own = try workspace.numbers("own.h5:/samples")
    let wide = stride(from: 0, to: own.count, by: 2).map { [1.4 * own[$0], own[$0 + 1]] }
    try workspace.write("wide.h5", wide, columns: ["x", "y"])
    let arguments = ["calibrate", "model.h5", "wide.h5", "--json"] + few
    let printed = try workspace.json(arguments)[0]
    #expect((printed["verdict"] as? String)?.hasPrefix("not calibrated (p ") == true, "\(printed)")
    let p = try #require(printed["pValue"] as? Double)
    #expect(p < 0.01)
    let stopped = try workspace.run(arguments + ["--fail-if-miscalibrated", "0.01"])
    #expect(stopped.code == 2 && stopped.errors == "" && lines(stopped.output).count == 1)
    try workspace.expectSuccess(arguments + ["--fail-if-miscalibrated", "\(p / 2)"])
  }

  @Test func threadsDoNotMatterAndRowsAreChosenBySeed() throws {
    func verdict(_ more: [String]) throws -> String {
      try workspace.expectSuccess(["calibrate", "model.h5", "data.h5", "--json", "--draws", "10"] + more).output
    }
    let one = try verdict(["--threads", "1", "--rows", "100"])
    #expect(try verdict(["--threads", "3", "--rows", "100"]) == one)
    #expect(one.contains(#""rows":400"#) && one.contains(#""events":100"#))
    #expect(try verdict(["--rows", "100", "--seed", "1"]) != one)
  }

  @Test func errorsAreOneLine() throws {
    try workspace.write("few.h5", Array(moons(400).prefix(20)), columns: ["x", "y"])
    try workspace.expectFailure(
      ["calibrate", "model.h5", "few.h5"], "20 events say too little of a calibration; give at least 50")
    try workspace.write("gap.h5", moons(300).map { [$0[0], $0[1] > 0 ? $0[1] : .nan] }, columns: ["x", "y"])
    let outcome = try workspace.run(["calibrate", "model.h5", "gap.h5"])
    #expect(outcome.code == 1 && outcome.errors.contains("leave such rows out with --skip-non-finite"))
    let skipped = try workspace.expectSuccess(["calibrate", "model.h5", "gap.h5", "--skip-non-finite"] + few)
    #expect(skipped.output.contains("left out: ") && skipped.output.contains("values that are not finite"))
    try workspace.expectFailure(
      ["calibrate", "model.h5", "data.h5", "--fail-if-miscalibrated", "5"],
      "--fail-if-miscalibrated is a probability between 0 and 1, got 5.0")
    try workspace.expectFailure(
      ["calibrate", "model.h5", "data.h5", "--draws", "0"], "--draws is a number above 0, got 0")
  }

  /// Rows of weight 0 are none, and others are kept as often as their weights say.
  @Test func weightedRowsAreThinned() throws {
    let own = try workspace.numbers("own.h5:/samples")
    let rows = stride(from: 0, to: own.count, by: 2).map { start in
      let isFar = start.isMultiple(of: 4)
      return [own[start] + (isFar ? 100 : 0), own[start + 1], isFar ? 0 : start.isMultiple(of: 3) ? 1 : 2]
    }
    try workspace.write("weighted.h5", rows, columns: ["x", "y", "w"])
    let arguments = ["calibrate", "model.h5", "weighted.h5", "--weights", "w"] + few
    let outcome = try workspace.expectSuccess(arguments)
    let printed = try workspace.json(arguments)[0]
    let events = try #require(printed["events"] as? Int)
    // Of 250 rows with a weight a third has half of the largest: 208 ± 7.
    #expect(abs(events - 208) < 28 && lines(outcome.output)[2] == "\(events) rows were kept by their weights")
    let columns = try #require(printed["columns"] as? [[String: Any]])
    #expect(columns.allSatisfy { ($0["pHolm"] as? Double ?? 0) > 1e-4 })
    try workspace.write("negative.h5", rows.map { [$0[0], $0[1], -1] }, columns: ["x", "y", "w"])
    try workspace.expectFailure(
      ["calibrate", "model.h5", "negative.h5", "--weights", "w"], "negative.h5:/events: row 0 has a weight below 0")
  }

  /// Contexts beside the events are found as `density` finds them, and dependence on them is tested.
  @Test func conditionalModelsAreTestedLocally() throws {
    let rows = moons(400).map { [$0[0], $0[1]] }
    try workspace.write("given.h5", rows, columns: ["x", "c"])
    try workspace.expectSuccess(["fit", "given.h5", "-o", "given-model.h5", "--context", "c"] + quick)
    let printed = try workspace.json(["calibrate", "given-model.h5", "given.h5"] + few + ["--json"])[0]
    let local = try #require(printed["local"] as? [String: Any])
    let statistics = try #require(local["statistics"] as? [[String: Any]])
    #expect(statistics.map { $0["name"] as? String } == ["x", "density"])
    #expect(statistics.allSatisfy { $0["contextColumn"] as? String == "c" })
    let text = try workspace.expectSuccess(["calibrate", "given-model.h5", "given.h5"] + few).output
    #expect(text.contains("dependence on the context"))
  }
}
