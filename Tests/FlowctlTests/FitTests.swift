import FlowKit
import Foundation
import Testing

@Suite struct FitTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test func printsALineForEachEpochAndOneForTheResult() throws {
    try workspace.writeMoons()
    let printed = try workspace.json(["fit", "data.h5", "-o", "model.h5"] + quick)
    #expect(printed.count == 4)
    for (index, epoch) in printed.dropLast().enumerated() {
      #expect(
        kinds(epoch) == [
          "epoch": "number", "train": "number", "valid": "number", "seconds": "number",
          "eventsPerSecond": "number", "learningRate": "number",
        ])
      #expect(epoch["epoch"] as? Int == index + 1)
    }
    let result = try #require(printed.last)
    #expect(
      kinds(result) == ["model": "text", "bestEpoch": "number", "valid": "number", "stopped": "text"])
    #expect(result["model"] as? String == "model.h5" && result["stopped"] as? String == "epochs")
    let losses = printed.dropLast().compactMap { $0["valid"] as? Double }
    #expect(result["valid"] as? Double == losses.min())
    #expect(result["bestEpoch"] as? Int == losses.firstIndex(of: losses.min()!)! + 1)
  }

  @Test func tellsAPersonTheSame() throws {
    try workspace.writeMoons()
    let outcome = try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5"] + quick)
    let printed = lines(outcome.output)
    #expect(printed[0] == "data   data.h5:/events: 360 events of x, y")
    #expect(printed[1] == "       validation: 40 events of data.h5:/events")
    #expect(printed[2] == "flow   2*[coupling-affine(hidden=8),permute(reverse)], 68 parameters")
    #expect(printed[3].hasPrefix("model  model.h5: epoch "))
    #expect(printed[3].hasSuffix("; stopped by epochs"))
    #expect(outcome.errorLines.count == 3 && outcome.messages == [])
  }

  // MARK: Validation

  private func validation(_ arguments: [String]) throws -> [MetadataValue?] {
    try workspace.expectSuccess(["fit"] + arguments + ["-o", "model.h5", "--force"] + quick)
    let provenance = try workspace.model().provenance
    return [provenance["validation"], provenance["validation_rows"], provenance["training_rows"]]
  }

  @Test func validationIsAFractionAFileOrNone() throws {
    try workspace.writeMoons()
    try workspace.writeMoons("other.h5", 50)
    #expect(try validation(["data.h5"]) == ["data.h5:/events", 40, 360])
    #expect(try validation(["data.h5", "--valid", "0.25"]) == ["data.h5:/events", 100, 300])
    #expect(try validation(["data.h5", "--valid", "other.h5"]) == ["other.h5:/events", 50, 400])
    #expect(try validation(["data.h5", "--valid", "other.h5:/events"]) == ["other.h5:/events", 50, 400])
    #expect(try validation(["data.h5", "--valid", "0"]) == ["none", 0, 400])
  }

  @Test func withoutValidationThereIsNoSuchLoss() throws {
    try workspace.writeMoons()
    let printed = try workspace.json(["fit", "data.h5", "-o", "model.h5", "--valid", "0"] + quick)
    #expect(kind(printed[0]["valid"]) == "null")
    #expect(printed[3]["bestEpoch"] as? Int == 3)
    #expect(kind(printed[3]["valid"]) == "null")
    #expect(printed[3]["train"] as? Double == printed[2]["train"] as? Double)
  }

  @Test func partsOfAFileAreUsedAsSuch() throws {
    try workspace.write(
      "parts.h5",
      ["train": moons(300), "valid": moons(60, seed: 1), "test": moons(70, seed: 2)], columns: ["x", "y"])
    #expect(try validation(["parts.h5"]) == ["parts.h5:/valid", 60, 300])
    #expect(try validation(["parts.h5", "--valid", "0"]) == ["none", 0, 300])
    #expect(try validation(["parts.h5:/test", "--valid", "0.1"]) == ["parts.h5:/test", 7, 63])
    let scored = try workspace.json(["density", "model.h5", "parts.h5"])
    #expect(scored[0]["count"] as? Int == 70)
    #expect(scored[0]["data"] as? String == "parts.h5:/test")
    let outcome = try workspace.expectSuccess(["density", "model.h5", "parts.h5"])
    #expect(outcome.output.hasPrefix("scored parts.h5:/test: 70 events\n"))
  }

  @Test func partsInAGroupOfColumns() throws {
    let outcome = try workspace.run(["fit", reference("groups.h5") + ":columns", "-o", "model.h5"] + quick)
    // Three rows of two columns that are one line: found, so the part was read.
    #expect(outcome.errors.contains("groups.h5:/columns/train: "), "\(outcome.errors)")
  }

  // MARK: Columns

  @Test func columnsAreChosenByNameOrIndex() throws {
    let events = moons(300).enumerated().map { [Double($0.offset % 7), $0.element[0], $0.element[1]] }
    try workspace.write("data.h5", events, columns: ["run", "x", "y"])
    let fit = ["fit", "data.h5", "-o", "model.h5", "--force"] + quick
    for (options, columns, context): ([String], [String], [String]) in [
      ([], ["run", "x", "y"], []), (["--columns", "y,x"], ["y", "x"], []),
      (["--columns", "2,1"], ["y", "x"], []), (["--context", "run"], ["x", "y"], ["run"]),
      (["--columns", "y", "--context", "x,run"], ["y"], ["x", "run"]),
      (["--weights", "run"], ["x", "y"], []),
    ] {
      try workspace.expectSuccess(fit + options)
      let model = try workspace.model()
      #expect(model.columns == columns && model.contextColumns == context, "\(options)")
      try workspace.expectSuccess(["density", "model.h5", "data.h5"])
    }
  }

  @Test func weightsOfZeroLeaveRowsOut() throws {
    // Statistics and losses with weights 1 and 0 are those of the rows with weight 1.
    let far = moons(100, seed: 4).map { [$0[0] + 50, $0[1] - 50, 0] }
    try workspace.write("data.h5", moons(300).map { $0 + [1] } + far, columns: ["x", "y", "w"])
    let fit = ["fit", "data.h5", "-o", "model.h5", "--weights", "w", "--valid", "0", "--layers", "lower"]
    try workspace.expectSuccess(fit + ["--epochs", "200", "--learning-rate", "0.02"])
    let flow = try workspace.model().flow
    let near = flow.logDensity(Array(moons(300).joined())).reduce(0, +) / 300
    #expect(near > -4, "\(near)")
    #expect(flow.logDensity([50, -50])[0] < -100)
  }

  // MARK: Determinism

  private func parameters(_ options: [String]) throws -> [Scalar] {
    let layers = ["--layers", "3*[coupling-affine(hidden=16x16),permute(random)],lower", "--epochs", "4"]
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5", "--force"] + layers + options)
    return try workspace.model().flow.parameters
  }

  @Test func theSameBitsForAnyNumberOfThreads() throws {
    try workspace.writeMoons("data.h5", 3_000)
    let one = try parameters(["--threads", "1", "--batch", "700"])
    #expect(Set(one.map(\.bitPattern)).count > 100)
    for threads in ["2", "3", "7"] {
      #expect(try parameters(["--threads", threads, "--batch", "700"]) == one, "\(threads) threads")
    }
  }

  @Test func theSeedDecides() throws {
    try workspace.writeMoons("data.h5", 500)
    let first = try parameters(["--seed", "5"])
    #expect(try parameters(["--seed", "5"]) == first)
    #expect(try parameters(["--seed", "6"]) != first)
  }

  @Test func aTimeLimitIsKept() throws {
    try workspace.writeMoons()
    let start = ContinuousClock.now
    let printed = try workspace.json(
      ["fit", "data.h5", "-o", "model.h5", "--minutes", "0.03", "--patience", "1000000"]
        + ["--layers", "2*[coupling-affine(hidden=8)]"])
    #expect(ContinuousClock.now - start < .seconds(20))
    #expect(printed.last?["stopped"] as? String == "minutes")
  }

  @Test func patienceEndsAFit() throws {
    try workspace.writeMoons()
    let printed = try workspace.json(
      ["fit", "data.h5", "-o", "model.h5", "--layers", "lower", "--epochs", "100000", "--patience", "5"]
        + ["--learning-rate", "0.1"])
    let result = try #require(printed.last)
    #expect(result["stopped"] as? String == "patience")
    #expect(result["bestEpoch"] as? Int == printed.count - 1 - 5)
  }
}
