import FlowKit
import Foundation
import Testing

/// Mixtures of flows, and what follows a fit.
@Suite struct EnsembleTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.writeMoons()
  }

  private func fit(_ output: String, _ more: [String] = []) -> [String] {
    ["fit", "data.h5", "-o", output] + quick + more
  }

  @Test func aModelOfThreeFlows() throws {
    let printed = try workspace.json(fit("model.h5", ["--ensemble", "3"]))
    #expect(printed.count == 10)
    let epochs = printed.dropLast().compactMap { $0["member"] as? Int }
    #expect((0..<3).allSatisfy { member in epochs.count { $0 == member } == 3 })
    let result = try #require(printed.last)
    #expect(
      kinds(result) == [
        "model": "text", "valid": "number", "validStandardError": "number", "stopped": "text", "members": "array",
      ])
    let members = try #require(result["members"] as? [[String: Any]])
    #expect(members.count == 3 && members[0]["seed"] as? Int == 0 && result["stopped"] as? String == "epochs")
    let valid = try #require(result["valid"] as? Double)
    let losses = members.compactMap { $0["valid"] as? Double }
    #expect(losses.count == 3 && valid < losses.reduce(0, +) / 3 + 1e-5)

    // Member 0 is the plain fit, and the density that of the mixture.
    try workspace.expectSuccess(fit("plain.h5"))
    let model = try workspace.model()
    #expect(model.members.count == 3)
    #expect(try model.members[0].flow.parameters == workspace.model("plain.h5").flow.parameters)
    #expect(model.provenance["stopped"] == "complete" && model.provenance["ensemble"] == 3)
    try workspace.expectSuccess(["density", "model.h5", "data.h5", "-o", "scores.h5", "--threads", "2"])
    #expect(try workspace.numbers("scores.h5") == model.ensemble.logDensity(Array(moons(400).joined())))
    try workspace.expectSuccess(["sample", "model.h5", "-n", "500", "-o", "samples.h5", "--seed", "5"])
    #expect(try workspace.numbers("samples.h5") == model.ensemble.sample(500, seed: 5))
    try workspace.expectSuccess(["sample", "model.h5", "-n", "100", "-o", "fewer.h5", "--seed", "5", "--threads", "3"])
    #expect(try workspace.numbers("fewer.h5") == Array(workspace.numbers("samples.h5")[..<200]))
    let text = try workspace.expectSuccess(fit("again.h5", ["--ensemble", "3"])).output
    let last = try #require(lines(text).last)
    #expect(last.hasPrefix("model  again.h5: mixture of 3 flows, validation loss "), "\(last)")
    #expect(last.contains(" ± ") && last.hasSuffix(" nats; stopped by epochs"), "\(last)")
    #expect(
      try workspace.expectSuccess(["diff", "model.h5", "again.h5"]).output
        == "model.h5 and again.h5 hold the same flows: equal architecture, equal parameters of each\n")
  }

  @Test func inspectDiffAndCheckShowEachMember() throws {
    try workspace.expectSuccess(fit("two.h5", ["--ensemble", "2"]))
    let text = try workspace.expectSuccess(["inspect", "two.h5"]).output
    #expect(text.contains("ensemble    2 flows, of equal weight\n"), "\(text)")
    #expect(text.contains("member 1    68 parameters; 3 epochs, "), "\(text)")
    #expect(text.contains("; best ") && text.contains("  ensemble: 2\n"), "\(text)")
    let printed = try workspace.json(["inspect", "two.h5"])[0]
    #expect(printed["formatVersion"] as? Int == 3 && printed["dimension"] as? Int == 2)
    let members = try #require(printed["members"] as? [[String: Any]])
    #expect(members.count == 2 && (members[1]["history"] as? [Any])?.count == 3)
    let tensors = try #require(members[1]["tensors"] as? [[String: Any]])
    #expect(tensors[0]["name"] as? String == "/members/01/flow/00-coupling-affine/conditioner/weight0")

    try workspace.expectSuccess(fit("one.h5"))
    let difference = try workspace.expectSuccess(["diff", "two.h5", "one.h5"]).output
    #expect(lines(difference).contains("members             2 | 1"), "\(difference)")
    try workspace.expectSuccess(fit("other.h5", ["--ensemble", "2", "--seed", "3"]))
    let other = try workspace.json(["diff", "two.h5", "other.h5"])[0]
    let whats = try #require(other["differences"] as? [[String: Any]]).compactMap { $0["what"] as? String }
    #expect(whats.contains("member 0: parameters") && whats.contains("member 1: losses"), "\(whats)")
    #expect(kind(other["parameterDistance"]) == "number")
    let check = try workspace.run(["check", "two.h5"])
    #expect(check.output.contains("member 1 of an ensemble of 2\n"), "\(check.output)")
  }

  // MARK: Going on

  /// All but times.
  private func states(_ name: String) throws -> [TrainingCheckpoint?] {
    try Model(reading: workspace.path(name), includingTraining: true).members.map { member in
      var training = member.training
      training?.seconds = 0
      for index in (training?.history ?? []).indices {
        (training!.history[index].seconds, training!.history[index].eventsPerSecond) = (0, 0)
      }
      return training
    }
  }

  @Test(arguments: [[], ["--refit"]]) func aKilledFitGoesOnToTheSameBits(options: [String]) throws {
    let slow = ["--ensemble", "3", "--batch", "20", "--patience", "1000", "--epochs", "150"] + options
    func fit(_ output: String, _ more: [String]) -> [String] {
      ["fit", "data.h5", "-o", output, "--layers", "2*[coupling-affine(hidden=8),permute(random)]"] + slow + more
    }
    try workspace.expectSuccess(fit("whole.h5", []))
    let path = workspace.path("killed.h5")
    var kills = 0
    for threads in 1...6 {
      let before = FileManager.default.contents(atPath: path)
      let process = workspace.process(
        fit("killed.h5", ["--resume", "--checkpoint-every", "0.02", "--threads", "\(1 + threads % 2)"]))
      (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
      try process.run()
      func isNew() -> Bool { FileManager.default.contents(atPath: path).map { $0 != before } ?? false }
      while process.isRunning, !isNew() { usleep(500) }
      Foundation.kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      guard process.terminationReason == .uncaughtSignal else { break }
      kills += 1
      // Always whole, and a density.
      let model = try workspace.model("killed.h5")
      #expect(model.ensemble.logDensity([0, 0])[0].isFinite)
    }
    #expect(kills > 0)
    try workspace.expectSuccess(fit("killed.h5", ["--resume", "--threads", "1"]))
    #expect(try states("killed.h5") == states("whole.h5"))
    #expect(
      try workspace.model("killed.h5").members.map(\.flow.parameters)
        == workspace.model("whole.h5").members.map(\.flow.parameters))
  }

  @Test func membersAreAddedToWhatThereIs() throws {
    try workspace.expectSuccess(fit("model.h5"))
    try workspace.expectSuccess(fit("model.h5", ["--resume", "--ensemble", "2"]))
    try workspace.expectSuccess(fit("whole.h5", ["--ensemble", "2"]))
    #expect(try states("model.h5") == states("whole.h5"))
    let ended = try workspace.expectSuccess(fit("model.h5", ["--resume", "--ensemble", "2"]))
    #expect(ended.messages == ["model.h5: training has ended already (2 members); there is nothing to resume"])
    try workspace.expectFailure(
      fit("model.h5", ["--resume"]),
      "model.h5 cannot be resumed: it was begun as an ensemble of 2 (--ensemble 2); give what it was begun with, or begin "
        + "anew with --force")
    // What was selected can be fitted again later, to the same bits as at once.
    try workspace.expectSuccess(fit("model.h5", ["--resume", "--ensemble", "2", "--refit"]))
    try workspace.expectSuccess(fit("refit.h5", ["--ensemble", "2", "--refit"]))
    #expect(try states("model.h5") == states("refit.h5"))
    try workspace.expectFailure(
      fit("model.h5", ["--resume", "--ensemble", "2"]),
      "model.h5 cannot be resumed: it was begun with --refit; give what it was begun with, or begin anew with --force")
  }

  @Test func anInterruptedEnsembleIsAModel() throws {
    let arguments =
      ["fit", "data.h5", "-o", "model.h5", "--layers", "2*[coupling-affine(hidden=8)]", "--ensemble", "2"]
      + ["--epochs", "1000000", "--patience", "1000000", "--checkpoint-every", "0.02", "--threads", "1"]
    let process = workspace.process(arguments)
    let errors = Pipe()
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, errors)
    try process.run()
    while process.isRunning, !FileManager.default.fileExists(atPath: workspace.path("model.h5")) { usleep(1_000) }
    process.interrupt()
    let text = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(text.contains("flowctl: interrupted; wrote 1 of 2 members so far, of epoch "), "\(text.suffix(300))")
    #expect(try workspace.model().provenance["stopped"] == "interrupted")
    try workspace.expectSuccess(["density", "model.h5", "data.h5"])
  }

  // MARK: What follows a fit

  @Test func aRefitIsToAllRows() throws {
    let outcome = try workspace.expectSuccess(fit("model.h5", ["--refit", "--ensemble", "2"]))
    let said = lines(outcome.output).filter { $0.hasPrefix("refit") }
    #expect(said.count == 1)
    #expect(said[0].hasPrefix("refit  fits again from the start to all 400 training and validation rows, for the "))
    #expect(said[0].hasSuffix(" epochs that were best for each; nothing stops it early"))
    #expect(lines(outcome.output).last?.contains("nats before they were fitted again to all rows") == true)
    let model = try Model(reading: workspace.path("model.h5"), includingTraining: true)
    for member in model.members {
      let epochs = try #require(member.provenance["refit_epochs"]?.integer)
      #expect(member.history.count == epochs && member.history.allSatisfy { $0.valid == nil })
      #expect(member.selectionHistory.count == 3 && member.training?.stopped == .epochs)
    }
    // Of one flow the file is as of any other fit.
    let one = try workspace.json(fit("one.h5", ["--refit"]))
    #expect(one.dropLast().contains { $0["refit"] as? Bool == true })
    #expect(one.last?["refit"] as? Bool == true && kind(one.last?["valid"]) == "number")
    #expect(try workspace.json(["inspect", "one.h5"])[0]["formatVersion"] as? Int == 2)
    try workspace.expectFailure(
      fit("none.h5", ["--refit", "--valid", "0"]),
      "--refit takes the number of epochs that validation rows choose; there are none; give another --valid, or 0 for none"
    )
  }

  @Test func aStateThatIsKeptGoesOn() throws {
    func fit(_ output: String, epochs: Int, _ more: [String] = []) -> [String] {
      ["fit", "data.h5", "-o", output, "--layers", "coupling-affine(hidden=8)", "--epochs", "\(epochs)"] + more
    }
    try workspace.expectSuccess(fit("plain.h5", epochs: 2))
    try workspace.expectSuccess(fit("kept.h5", epochs: 2, ["--keep-state"]))
    let sizes = try ["plain.h5", "kept.h5"].map { try AtomicFile.read(workspace.path($0)).count }
    #expect(sizes[0] < sizes[1])
    let outcome = try workspace.expectSuccess(fit("kept.h5", epochs: 5, ["--resume", "--keep-state"]))
    #expect(outcome.output.contains("       goes on after 2 epochs"), "\(outcome.output)")
    let model = try Model(reading: workspace.path("kept.h5"), includingTraining: true)
    #expect(model.history.count == 5 && model.training?.plan.startEpoch == 2)
    #expect(model.history.map(\.epoch) == [1, 2, 3, 4, 5])
    try workspace.expectSuccess(fit("kept.h5", epochs: 6, ["--resume"]))
    #expect(try workspace.model("kept.h5").history.count == 6)
    try workspace.expectFailure(
      fit("kept.h5", epochs: 7, ["--resume"]),
      "kept.h5 cannot be resumed: it was begun with epochs 6, not 7; fit with --keep-state to go on later, or begin anew "
        + "with --force")
  }

  @Test func allMembersGoOn() throws {
    func fit(_ epochs: Int) -> [String] {
      [
        "fit", "data.h5", "-o", "model.h5", "--layers", "coupling-affine(hidden=8)", "--epochs", "\(epochs)",
        "--ensemble", "2",
      ]
    }
    try workspace.expectSuccess(fit(2) + ["--keep-state"])
    let before = try workspace.model().provenance["validation_log_density"]
    try workspace.expectSuccess(fit(4) + ["--resume"])
    let model = try workspace.model()
    #expect(model.members.allSatisfy { $0.history.count == 4 })
    #expect(model.provenance["validation_log_density"] != before)
  }

  @Test func numbersThatMeanNothing() throws {
    try workspace.expectFailure(fit("model.h5", ["--ensemble", "0"]), "--ensemble is a number above 0, got 0")
    try workspace.expectFailure(fit("model.h5", ["--ensemble", "1001"]), "--ensemble is at most 1000, got 1001")
  }
}
