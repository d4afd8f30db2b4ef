import FlowKit
import Foundation
import Testing

/// Fits that are killed, and go on.
@Suite struct KillAndResumeTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.writeMoons("data.h5", 2_000)
  }

  private func fit(_ output: String, _ more: [String] = [], epochs: Int = 1_000) -> [String] {
    ["fit", "data.h5", "-o", output, "--layers", "2*[coupling-affine(hidden=8),permute(reverse)]"]
      + ["--batch", "50", "--patience", "1000", "--epochs", "\(epochs)", "--seed", "3", "--json"] + more
  }

  /// Starts a fit and kills it when `isDue` says so; whether it was killed before its end.
  private func kill(_ arguments: [String], when isDue: () throws -> Bool) throws -> Bool {
    let process = workspace.process(arguments)
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    try process.run()
    while process.isRunning, try !isDue() { usleep(500) }
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  /// All but times.
  private func contents(_ name: String) throws -> TrainingCheckpoint {
    let model = try Model(reading: workspace.path(name), includingTraining: true)
    var training = try #require(model.training)
    #expect(model.flow.parameters == training.best?.parameters)
    training.seconds = 0
    for index in training.history.indices {
      (training.history[index].seconds, training.history[index].eventsPerSecond) = (0, 0)
    }
    return training
  }

  /// Rows in memory, and read from the file in every epoch.
  @Test(arguments: [["--buffer", "128"], ["--buffer", "0.02"]])
  func aKilledFitGoesOnToTheSameBits(buffer: [String]) throws {
    try workspace.expectSuccess(fit("whole.h5", ["--threads", "2"] + buffer))
    let path = workspace.path("killed.h5")
    var kills = 0
    for threads in 1...4 {
      let before = FileManager.default.contents(atPath: path)
      let resume = ["--resume", "--checkpoint-every", "0.02", "--threads", "\(1 + threads % 3)"] + buffer
      let wasKilled = try kill(fit("killed.h5", resume)) {
        let now = FileManager.default.contents(atPath: path)
        return now != nil && now != before
      }
      kills += wasKilled ? 1 : 0
      if !wasKilled { break }
      // Always whole.
      #expect(try Model(reading: path, includingTraining: true).training != nil)
    }
    #expect(kills > 0)
    try workspace.expectSuccess(fit("killed.h5", ["--resume", "--threads", "1"] + buffer))
    #expect(try contents("killed.h5") == contents("whole.h5"))
  }

  @Test func theFileIsAlwaysTheOldOneOrTheNewOne() throws {
    try workspace.expectSuccess(fit("model.h5", epochs: 1))
    var random = RandomStream(seed: 1, purpose: .split)
    for _ in 0..<12 {
      let delay = 0.02 + 0.3 * random.uniform()
      let started = ContinuousClock.now
      let again = fit("model.h5", ["--force", "--checkpoint-every", "0.001"], epochs: 1_000_000)
      #expect(try kill(again) { ContinuousClock.now - started > .seconds(delay) })
      #expect(try workspace.json(["inspect", "model.h5"])[0]["columns"] as? [String] == ["x", "y"])
    }
  }

  // MARK: Refusals

  @Test func resumesOnlyWhatIsTheSame() throws {
    try workspace.expectSuccess(fit("model.h5", epochs: 2))
    func refused(_ arguments: [String], _ what: String) throws {
      try workspace.expectFailure(
        arguments + ["--resume"],
        "model.h5 cannot be resumed: \(what); give what it was begun with, or begin anew with --force")
    }
    try workspace.expectFailure(
      fit("model.h5", ["--resume"], epochs: 3),
      "model.h5 cannot be resumed: it was begun with epochs 2, not 3; fit with --keep-state to go on later, or begin anew "
        + "with --force")
    try refused(fit("model.h5", epochs: 1), "it was begun with epochs 2, not 1")
    try refused(
      fit("model.h5", ["--learning-rate", "0.5"], epochs: 2), "it was begun with learningRate 0.003, not 0.5")
    try refused(
      ["fit", "data.h5", "-o", "model.h5", "--layers", "lower", "--batch", "50", "--patience", "1000"]
        + ["--epochs", "2", "--seed", "3"], "its layers are 2*[coupling-affine(hidden=8),permute(reverse)]")
    try refused(
      fit("model.h5", ["--columns", "y,x"], epochs: 2), "it was fitted to other columns (x, y)")
    try refused(
      fit("model.h5", ["--valid", "0.2"], epochs: 2),
      "its training data were others (rows, columns or contents differ)")
    var rows = moons(2_000)
    rows[1_234][1] += 1e-9
    try workspace.write("data.h5", rows, columns: ["x", "y"])
    let outcome = try workspace.run(fit("model.h5", ["--resume"], epochs: 2))
    #expect(outcome.code == 1 && outcome.errors.contains("data were others"), "\(outcome.errors)")
  }

  @Test func whatHasEndedIsNotResumed() throws {
    try workspace.expectSuccess(fit("model.h5", epochs: 2))
    let before = try workspace.contents()
    let outcome = try workspace.expectSuccess(fit("model.h5", ["--resume"], epochs: 2))
    #expect(outcome.messages == ["model.h5: training has ended already (epochs); there is nothing to resume"])
    #expect(try workspace.contents() == before)
    let begun = try workspace.expectSuccess(fit("new.h5", ["--resume"], epochs: 1))
    #expect(begun.messages == ["new.h5 does not exist; training begins anew"])
  }

  @Test func anInterruptedFitGoesOnToTheSameBits() throws {
    let endless = fit("part.h5", epochs: 400)
    let process = workspace.process(endless)
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    try process.run()
    usleep(300_000)
    process.interrupt()
    process.waitUntilExit()
    guard FileManager.default.fileExists(atPath: workspace.path("part.h5")) else { return }
    try workspace.expectSuccess(fit("part.h5", ["--resume"], epochs: 400))
    try workspace.expectSuccess(fit("whole.h5", epochs: 400))
    #expect(try contents("part.h5") == contents("whole.h5"))
  }
}
