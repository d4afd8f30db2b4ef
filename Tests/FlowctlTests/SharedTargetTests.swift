import FlowKit
import Foundation
import Testing

@Suite struct SharedTargetTests {
  private let workspace: Workspace
  private let short = ["--steps", "40", "--batch", "64", "--draws", "1000"]

  init() throws { workspace = try Workspace() }

  @Test func theExampleIsInferred() throws {
    try workspace.compileTarget("ridge", try Workspace.example("ridge.c"))
    let line = try #require(
      try workspace.json(["infer", "./ridge.so", "-o", "m.h5", "--steps", "300", "--batch", "256"]).last)
    #expect(abs(try #require(line["logZ"] as? Double) - 1.1447298858494) < 0.1)
    #expect(try workspace.model("m.h5").columns == ["a", "b"])
    try workspace.expectFailure(
      ["sample", "m.h5", "-n", "10", "-o", "s.h5", "--constrained"],
      "the target of m.h5 is no Stan model: its parameters have no constraints")
  }

  @Test func aStanModelIsInferredAndItsOwnParametersDrawn() throws {
    try workspace.compileTarget("schools_model", eightSchoolsLikeBridgeStan)
    let line = try #require(
      try workspace.json(
        [
          "infer", "./schools_model.so", "--data", "schools.json", "-o", "m.h5", "--steps", "300", "--batch", "256",
        ]
      ).last)
    #expect(abs(try #require(line["logZ"] as? Double) + 32.0045) < 0.1)
    try workspace.expectSuccess(["sample", "m.h5", "-n", "500", "-o", "s.h5", "--constrained"])
    let table = try HDF5Table(DataLocation(workspace.path("s.h5:/samples")))
    #expect(table.columns.count == 18 && table.columns[9] == "tau" && table.columns[10] == "theta.1")
    let draws = try table.values()
    for row in stride(from: 0, to: draws.count, by: 18) {
      #expect(draws[row + 9] > 0)
      #expect(abs(draws[row + 10] - draws[row + 8] - draws[row + 9] * draws[row]) < 1e-9 * abs(draws[row + 10]) + 1e-9)
    }
  }

  @Test func threadsDoNotMatter() throws {
    try workspace.compileTarget("ridge", try Workspace.example("ridge.c"))
    try workspace.expectSuccess(["infer", "./ridge.so", "-o", "one.h5", "--threads", "1"] + short)
    try workspace.expectSuccess(["infer", "./ridge.so", "-o", "two.h5", "--threads", "2"] + short)
    #expect(try workspace.model("one.h5").flow.parameters == workspace.model("two.h5").flow.parameters)
  }

  @Test func whatIsNoTargetIsNamed() throws {
    try workspace.compileTarget("nothing", "int nothing;")
    try workspace.expectFailure(
      ["infer", "./nothing.so", "-o", "m.h5"],
      "the target ./nothing.so has neither flowkit_target_log_density (see flowkit_target.h) nor bs_log_density_gradient (a model compiled by BridgeStan)"
    )
    let missing = try workspace.run(["infer", "./missing.so", "-o", "m.h5"])
    #expect(
      missing.code == 1 && missing.errors.hasPrefix("flowctl: cannot open the target ./missing.so as a shared object"))
    try workspace.compileTarget("schools_model", eightSchoolsLikeBridgeStan)
    try workspace.expectFailure(
      ["infer", "./schools_model.so", "-o", "m.h5"],
      "the Stan model ./schools_model.so: no data:; the model needs y")
  }

  @Test(arguments: [
    ("exits", "exit(3);", "ended by itself (exit code 3) while it was computed"),
    ("crashes", "*(volatile int *)0 = 1;", "crashed (signal 11)"),
    (
      "loops", "for (volatile int i = 0;; i++) {}",
      "did not come to an end in 1 s of processor time; set FLOWCTL_READ_SECONDS to more seconds if it needs them"
    ),
  ]) func whatGoesWrongInATargetIsOneLine(name: String, fault: String, message: String) throws {
    let source = """
      #include "flowkit_target.h"
      #include <stdlib.h>
      ptrdiff_t flowkit_target_dimension(void) { return 2; }
      const char *flowkit_target_log_density(const double *x, ptrdiff_t n, double *values, double *gradients) { \(fault) return 0; }
      """
    try workspace.compileTarget(name, source)
    let outcome = try workspace.run(
      ["infer", "./\(name).so", "-o", "m.h5"] + short, environment: ["FLOWCTL_READ_SECONDS": "1"])
    #expect(outcome.code == 1 && outcome.errorLines == ["flowctl: the target ./\(name).so \(message)"])
    #expect(!FileManager.default.fileExists(atPath: workspace.path("m.h5")))
  }
}
