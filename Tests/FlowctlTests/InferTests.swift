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
