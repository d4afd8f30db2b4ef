import FlowKit
import Foundation
import Testing

/// Ctrl-C: the first stops in good order, a second one leaves at once.
@Suite struct InterruptTests {
  private let workspace: Workspace
  private let output = Pipe()
  private let errors = Pipe()
  private let stopping = "flowctl: stopping in good order; a second Ctrl-C leaves at once"

  init() throws { workspace = try Workspace() }

  private func start(_ arguments: [String]) throws -> Process {
    let process = workspace.process(arguments)
    (process.standardOutput, process.standardError) = (output, errors)
    try process.run()
    return process
  }

  /// Reads from a pipe up to the end of a line that begins with `beginning`.
  private func wait(for beginning: String, from pipe: Pipe) throws -> String {
    var text = ""
    while true {
      let byte = try #require(try pipe.fileHandleForReading.read(upToCount: 1), "no '\(beginning)' in: \(text)")
      guard !byte.isEmpty else { continue }
      text += String(decoding: byte, as: UTF8.self)
      if text.hasSuffix("\n"), lines(text).last?.hasPrefix(beginning) == true { return text }
    }
  }

  private func rest(of pipe: Pipe) throws -> String {
    String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
  }

  private let endless = ["--epochs", "1000000000", "--patience", "1000000000", "--learning-rate", "0.001"]

  @Test(arguments: [SIGINT, SIGTERM]) func afterAnEpoch(signal: Int32) throws {
    try workspace.writeMoons()
    let fit = ["fit", "data.h5", "-o", "model.h5", "--json", "--layers", "2*[coupling-affine(hidden=8)]"]
    let process = try start(fit + endless)
    var text = try wait(for: #"{"epoch":2,"#, from: output)
    kill(process.processIdentifier, signal)
    text += try rest(of: output)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 128 + SIGINT)

    let result = try #require(try jsonLines(text).last)
    #expect(result["stopped"] as? String == "interrupted")
    let best = try #require(result["bestEpoch"] as? Int)
    #expect(
      lines(try rest(of: errors)) == [
        stopping, "flowctl: interrupted; wrote the best model so far, of epoch \(best), to model.h5",
      ])
    #expect(try workspace.contents().keys.sorted() == ["data.h5", "model.h5"])
    let model = try workspace.model()
    #expect(model.provenance["stopped"] == "interrupted")
    #expect(model.history.count >= 2 && model.history.count >= best)
    try workspace.expectSuccess(["density", "model.h5", "data.h5"])
  }

  /// The model is worth keeping also where the first epoch would take hours.
  @Test func duringTheFirstEpoch() throws {
    try workspace.writeMoons("data.h5", 100_000)
    let process = try start(
      ["fit", "data.h5", "-o", "model.h5", "--batch", "1", "--valid", "0.0001", "--checkpoint-every", "0.001"]
        + ["--layers", "4*[coupling-affine]"] + endless)
    // A checkpoint is of a step that was made.
    while process.isRunning, !FileManager.default.fileExists(atPath: workspace.path("model.h5")) { usleep(1_000) }
    process.interrupt()
    let text = try rest(of: output)
    process.waitUntilExit()
    #expect(process.terminationStatus == 128 + SIGINT)
    #expect(text.contains("model  model.h5: epoch 1, validation loss "), "\(text)")
    #expect(text.contains("; stopped by interrupted"), "\(text)")
    #expect(try workspace.model().history.count == 1)
  }

  @Test func theSecondLeavesAtOnce() throws {
    try workspace.writeMoons("data.h5", 60_000)
    // One step takes far longer than this test.
    let layers = ["--layers", "40*[coupling-affine(hidden=256x256),permute(reverse)]"]
    let fit = ["fit", "data.h5", "-o", "model.h5", "--batch", "1000000", "--valid", "0"] + layers + endless
    let process = try start(fit)
    _ = try wait(for: "flow", from: output)
    try wait(forProcessorTimeOf: process, above: 0.5)
    process.interrupt()
    let text = try wait(for: stopping, from: errors)
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 128 + SIGINT)
    #expect(text + (try rest(of: errors)) == stopping + "\n")
    #expect(try workspace.contents().keys.sorted() == ["data.h5"])
  }

  @Test func aSampleThatIsInterruptedLeavesNothing() throws {
    try workspace.fitMoons()
    let before = try workspace.contents()
    let process = try start(["sample", "model.h5", "-n", "200000000", "-o", "out.h5"])
    while process.isRunning, try workspace.names().count == before.count { usleep(1_000) }
    process.interrupt()
    let text = try rest(of: errors)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 128 + SIGINT)
    #expect(lines(text) == [stopping, "flowctl: interrupted: nothing was written to out.h5"])
    #expect(try workspace.contents() == before)
  }

  /// Training has begun when the process has worked for longer than reading the data takes.
  private func wait(forProcessorTimeOf process: Process, above seconds: Double) throws {
    let path = "/proc/\(process.processIdentifier)/stat"
    while process.isRunning {
      let text = String(decoding: try AtomicFile.read(path), as: UTF8.self)
      // Past the program's name in brackets, user time is field 12, in ticks of a hundredth.
      let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
      if fields.count > 11, let ticks = Double(fields[11]), ticks > 100 * seconds { return }
      usleep(5_000)
    }
  }
}
