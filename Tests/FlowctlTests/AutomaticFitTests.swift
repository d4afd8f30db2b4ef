import FlowKit
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
    #expect(fit.output.contains("than a normal density"))
    #expect(fit.output.contains("than a mixture of eight"))
    #expect(fit.output.contains("worst rows of data.h5:/events: "))
    let scored = try workspace.json(["density", "m.h5", "data.h5"])
    #expect(scored.last?["mean"] is Double)
    let model = try workspace.json(["inspect", "m.h5"])
    let members = model.last?["members"] as? [[String: Any]]
    #expect((members?.first?["broad"] ?? model.last?["broad"]) as? Double == 0.001)
  }

  @Test func columnsThatOthersDetermineComeBackInSamples() throws {
    let rows = moons(400).map { [$0[0], 5, $0[1], 2 * $0[0] + $0[1]] }
    try workspace.write("data.h5", rows, columns: ["x", "five", "y", "sum"])
    let fit = try workspace.expectSuccess(["fit", "data.h5", "-o", "m.h5", "--minutes", "0.02"] + layers)
    #expect(
      fit.errorLines.contains(
        "flowctl: 'five' is 5 in every row: set aside from the density, and given back in samples"))
    #expect(
      fit.errorLines.contains(
        "flowctl: 'sum' = 2·'x' + 'y': set aside from the density, and given back in samples"))
    try workspace.expectSuccess(["sample", "m.h5", "-n", "50", "-o", "s.h5"])
    let samples = try workspace.numbers("s.h5:/samples")
    for row in 0..<50 {
      let event = samples[(4 * row)..<(4 * row + 4)].map { $0 }
      #expect(event[1] == 5)
      #expect(abs(event[3] - 2 * event[0] - event[2]) < 1e-5)
    }
    var changed = rows
    changed[3][1] = 4
    try workspace.write("other.h5", changed, columns: ["x", "five", "y", "sum"])
    let scored = try workspace.expectSuccess(["density", "m.h5", "other.h5"])
    #expect(scored.output.contains("1 of 400 events have density 0"), "\(scored.output)")
    #expect(scored.errors.contains("1 rows are outside the model's domain"), "\(scored.errors)")
    let model = try workspace.model("m.h5")
    #expect(model.columns == ["x", "y"] && model.allColumns == ["x", "five", "y", "sum"])
    let copy = workspace.path("copy.h5")
    try model.write(to: copy)
    #expect(try Model(reading: copy).dependent == model.dependent)
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
      "--quick is about a fit whose plan is chosen from the data; leave out --epochs, --patience, --objective, --noise, --curriculum and --curriculum-by"
    )
    try workspace.expectFailure(fit + ["--broad", "1"], "--broad is a number from 0 to below 1, got 1.0")
  }
}
