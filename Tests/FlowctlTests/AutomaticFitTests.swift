import Foundation
import Testing

@Suite struct AutomaticFitTests {
  private let workspace: Workspace
  private let layers = ["--layers", "lu,2*[coupling-affine(hidden=8),permute(reverse)]"]

  init() throws { workspace = try Workspace() }

  @Test func aFitSaysWhatItDecidesAndReaches() throws {
    try workspace.writeMoons()
    let fit = try workspace.expectSuccess(["fit", "data.h5", "-o", "m.h5", "--minutes", "0.05", "--explain"] + layers)
    for what in ["preprocessing", "layers", "batch", "rate", "broad component"] {
      #expect(lines(fit.output).contains { $0.hasPrefix("plan   \(what): ") }, "\(fit.output)")
    }
    #expect(fit.output.contains("standard error"))
    #expect(fit.output.contains("a normal density of the same covariance"))
    let scored = try workspace.json(["density", "m.h5", "data.h5"])
    #expect(scored.last?["mean"] is Double)
    let model = try workspace.json(["inspect", "m.h5"])
    let members = model.last?["members"] as? [[String: Any]]
    #expect((members?.first?["broad"] ?? model.last?["broad"]) as? Double == 0.001)
  }

  @Test func aDryRunWritesNothing() throws {
    try workspace.writeMoons()
    let before = try workspace.contents()
    let outcome = try workspace.expectSuccess(["fit", "data.h5", "-o", "m.h5", "--dry-run"])
    #expect(outcome.output.contains("plan   layers: lu,5*[autoregressive-rqs("))
    #expect(try workspace.contents() == before)
  }

  @Test func aFitThatHasEndedIsNotResumed() throws {
    try workspace.writeMoons()
    let fit = ["fit", "data.h5", "-o", "m.h5", "--minutes", "0.02"] + layers
    try workspace.expectSuccess(fit)
    let before = try workspace.contents()
    let again = try workspace.expectSuccess(fit + ["--resume"])
    #expect(again.errorLines.contains("m.h5: the fit has ended already; there is nothing to resume"))
    #expect(try workspace.contents() == before)
    try workspace.expectFailure(
      fit + ["--resume", "--broad", "0"],
      "m.h5 cannot be resumed: it was begun with other options; "
        + "give what it was begun with, or begin anew with --force")
  }

  @Test func contradictionsAreTold() throws {
    try workspace.writeMoons()
    let fit = ["fit", "data.h5", "-o", "m.h5"]
    try workspace.expectFailure(
      fit + ["--quick", "--thorough"], "--quick and --thorough both say how long to look; give one of them")
    try workspace.expectFailure(
      fit + ["--quick", "--epochs", "3"],
      "--quick is about a fit whose plan is chosen from the data; leave out --epochs, --patience, --objective, --noise and --curriculum"
    )
    try workspace.expectFailure(fit + ["--broad", "1"], "--broad is a number from 0 to below 1, got 1.0")
  }
}
