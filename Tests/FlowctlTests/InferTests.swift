import FlowKit
import Testing

@Suite struct InferTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test func writesAModelThatSamplesAndScores() throws {
    let lines = try workspace.json(
      ["infer", "banana(2)", "-o", "model.h5", "--steps", "50", "--batch", "128", "--draws", "1000"])
    let line = try #require(lines.last)
    #expect(line["model"] as? String == "model.h5")
    for key in [
      "elbo", "elboStandardError", "logZ", "logZStandardError", "ess", "khat", "khatLimit", "seconds", "failures",
    ] {
      #expect(line[key] is Double || line[key] is Int, "\(key)")
    }
    #expect(line.keys.contains("collapse"))
    try workspace.expectSuccess(["sample", "model.h5", "-n", "100", "-o", "out.h5"])
    try workspace.expectSuccess(["density", "model.h5", "out.h5:/samples"])
    #expect(try HDF5Table(DataLocation(workspace.path("out.h5:/samples"))).columns == ["x1", "x2"])
  }

  /// Draws of a file are found by the names of the target's parameters, whatever stands beside them and in which order.
  @Test func givenDrawsAreFoundByName() throws {
    let draws = moons(100)
    try workspace.write("ordered.h5", draws, columns: ["x1", "x2"])
    try workspace.write("named.h5", draws.map { [7, $0[1], $0[0]] }, columns: ["chain", "x2", "x1"])
    let infer = [
      "infer", "banana(2)", "-o", "model.h5", "--force", "--steps", "3", "--batch", "64", "--draws", "100",
      "--layers", "lower",
    ]
    func parameters(_ options: [String]) throws -> [Scalar] {
      try workspace.expectSuccess(infer + options)
      return try workspace.model().flow.parameters
    }
    let named = try parameters(["--given", "named.h5", "--mix", "2"])
    let ordered = try parameters(["--given", "ordered.h5", "--mix", "2"])
    let without = try parameters([])
    #expect(named == ordered && named != without)
    try workspace.write("three.h5", [[1, 2, 3], [2, 3, 4]], columns: ["a", "b", "c"])
    for (options, text) in [
      (["--given", "three.h5"], "three.h5:/events: draws of 3 columns for a target of 2 parameters"),
      (["--mix", "1"], "--mix says how much draws of the target count; give them with --given"),
      (["--given", "draws.h5", "--mix", "0"], "--mix is a number above 0, got 0.0"),
    ] {
      let outcome = try workspace.run(infer + options)
      #expect(outcome.errorLines == ["flowctl: \(text)"])
    }
  }

  @Test func listsTheTargets() throws {
    let printed = try workspace.expectSuccess(["infer", "--list"]).output
    for target in BuiltInTarget.all { #expect(printed.contains(target.name)) }
  }

  @Test func wrongUseIsOneLine() throws {
    let known = BuiltInTarget.all.map(\.name).joined(separator: ", ")
    try workspace.expectFailure(
      ["infer", "funel(10)", "-o", "m.h5"],
      "unknown target 'funel(10)': it is a shared object such as ./model.so, or one of \(known)")
    try workspace.expectFailure(
      ["infer", "many-well(3)", "-o", "m.h5"],
      "the target 'many-well(3)' has no such dimension: it takes one that is even and at least 2, such as many-well(32)"
    )
    try workspace.expectFailure(
      ["infer", "banana(2)", "-o", "m.h5", "--steps", "5", "--minutes", "1"],
      "--steps and --minutes both say how long to train; give one of them")
    try workspace.write("there.h5", [[1, 2]])
    try workspace.expectFailure(
      ["infer", "banana(2)", "-o", "there.h5"],
      "there.h5 exists already; choose another name, or replace it with --force")
  }
}
