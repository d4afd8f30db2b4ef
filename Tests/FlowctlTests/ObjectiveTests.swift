import FlowKit
import Foundation
import Testing

/// `fit --objective`.
@Suite struct ObjectiveTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.writeMoons()
  }

  private func fit(_ objective: String, _ options: [String] = []) -> [String] {
    ["fit", "data.h5", "-o", "model.h5", "--force", "--objective", objective] + options + quick
  }

  @Test(arguments: [
    "energy", "mmd(kernel=laplace)", "sinkhorn(epsilon=0.5,sweeps=500)", "wasserstein(hidden=16)",
    "gan(loss=saturating,hidden=16)",
  ])
  func linesNameTheObjective(objective: String) throws {
    let name = String(objective.prefix { $0 != "(" })
    let printed = try workspace.json(fit(objective, ["--likelihood-weight", "0.1"]))
    #expect(printed.count == 4)
    for epoch in printed.dropLast() {
      #expect(
        kinds(epoch) == [
          "epoch": "number", "objective": "text", "train": "number", "valid": "number", "validObjective": "number",
          "seconds": "number", "eventsPerSecond": "number", "learningRate": "number",
        ])
      #expect(epoch["objective"] as? String == name)
    }
    let result = try #require(printed.last)
    #expect(
      kinds(result) == [
        "model": "text", "objective": "text", "bestEpoch": "number", "valid": "number", "stopped": "text",
      ])
    // The best epoch is that of the objective; what is reported of it is its likelihood.
    let losses = printed.dropLast().compactMap { $0["validObjective"] as? Double }
    let best = try #require(result["bestEpoch"] as? Int)
    // A game is as good as its last epoch.
    #expect(["wasserstein", "gan"].contains(name) ? best == 3 : losses[best - 1] == losses.min())
    #expect(result["valid"] as? Double == printed[best - 1]["valid"] as? Double)
    #expect(try workspace.model().provenance["objective"] == .text("\(objective) + 0.1 likelihood"))
  }

  @Test func aPersonReadsTheObjectiveAndItsUnit() throws {
    let outcome = try workspace.expectSuccess(fit("energy"))
    let printed = lines(outcome.output)
    #expect(printed[3] == "loss   energy, in units of the preprocessed columns")
    #expect(printed[4].hasPrefix("model  model.h5: epoch ") && printed[4].contains(", validation energy "))
    #expect(printed[4].contains(", -log p ") && printed[4].hasSuffix(" nats; stopped by epochs"))
    #expect(outcome.errorLines.allSatisfy { $0.contains("  energy: train ") && $0.contains("  -log p ") })
  }

  @Test func likelihoodByNameIsThatWithoutOne() throws {
    let named = try workspace.json(fit("likelihood"))
    let parameters = try workspace.model().flow.parameters
    #expect(named[0]["validObjective"] as? Double == named[0]["valid"] as? Double)
    #expect(named.allSatisfy { $0["objective"] as? String == "likelihood" })
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5", "--force"] + quick)
    #expect(try workspace.model().flow.parameters == parameters)
  }

  @Test func withoutValidationThereIsNoSuchLoss() throws {
    let printed = try workspace.json(fit("energy", ["--valid", "0"]))
    #expect(kind(printed[0]["valid"]) == "null" && kind(printed[0]["validObjective"]) == "null")
    #expect(kind(printed[3]["valid"]) == "null")
  }

  @Test func whatDoesNotConvergeIsSaid() throws {
    let outcome = try workspace.expectSuccess(fit("sinkhorn(epsilon=0.0001,sweeps=1)"))
    let notes = outcome.messages.filter { $0.hasPrefix("sinkhorn: ") }
    #expect(notes.count == 3 && notes[0].contains(" transports did not converge in 1 sweeps"), "\(outcome.errors)")
  }

  /// A critic that weighs much at once makes a flow collapse: that its likelihood is lost is said in a line, also beside JSON.
  @Test func anAdversarialFitThatRuinsTheLikelihoodSaysSo() throws {
    let arguments = [
      "fit", "data.h5", "-o", "model.h5", "--force", "--objective",
      "wasserstein(constraint=clip,limit=1,hidden=16,critic-rate=0.1)", "--layers",
      "2*[coupling-affine(hidden=8),permute(reverse)]",
      "--epochs", "12", "--batch", "100", "--learning-rate", "0.3",
    ]
    for json in [[], ["--json"]] {
      let outcome = try workspace.expectSuccess(arguments + json)
      let lines = outcome.messages.filter { $0.contains("ruined") }
      #expect(
        lines.count == 1 && lines[0].hasPrefix("wasserstein has ruined the likelihood: -log p is "), "\(outcome.errors)"
      )
      #expect(lines.first?.hasSuffix("; --likelihood-weight mixes it in") == true)
    }
    let quiet = try workspace.expectSuccess(fit("wasserstein(hidden=16)", ["--likelihood-weight", "1"]))
    #expect(!quiet.messages.contains { $0.contains("ruined") })
  }

  @Test func wrongUseIsOneLine() throws {
    try workspace.expectFailure(
      fit("wishes"),
      "unknown objective 'wishes': the objectives are likelihood, energy, mmd, sinkhorn, wasserstein, gan, flow-matching"
    )
    try workspace.expectFailure(
      fit("sinkhorn(epsilon=-1)"),
      "'epsilon=-1' at character 10 of the objective: epsilon takes a number above 0")
    try workspace.expectFailure(
      fit("mmd", ["--batch", "1"]),
      "mmd compares pairs of points: it needs 2 events or more at once, but a batch has 1")
    try workspace.expectFailure(
      fit("likelihood", ["--likelihood-weight", "1"]),
      "likelihood is the objective already; mix it into one of samples, such as energy")
    try workspace.expectFailure(
      ["fit", "data.h5", "-o", "model.h5", "--likelihood-weight", "1"],
      "--likelihood-weight mixes the likelihood into an objective on samples; give one with --objective")
    try workspace.expectFailure(
      fit("energy", ["--likelihood-weight", "-1"]), "the weight of the likelihood is a number of at least 0, got -1.0")
  }

  @Test func onlyTheSameObjectiveIsResumed() throws {
    let interrupted = ["fit", "data.h5", "-o", "model.h5", "--objective", "energy", "--seed", "3"] + quick
    try workspace.expectSuccess(interrupted)
    var other = interrupted
    other[5] = "mmd"
    try workspace.expectFailure(
      other + ["--resume"],
      "model.h5 cannot be resumed: it was begun with the objective energy, not mmd; give what it was begun with, or begin "
        + "anew with --force")
  }
}
