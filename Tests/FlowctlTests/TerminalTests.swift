import FlowKit
import Foundation
import Testing

/// What flowctl shows on a terminal, and nowhere else.
@Suite(
  .enabled("script(1) is not installed: terminals are not tested") { isInstalled("script", "terminals are not tested") }
)
struct TerminalTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Runs flowctl with a terminal at its output and errors; what it showed there.
  private func onTerminal(_ arguments: String, _ environment: [String: String] = [:]) throws -> String {
    let process = Process()
    process.currentDirectoryURL = workspace.folder
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["script", "-qec", "stty cols 80; '\(flowctl.path)' \(arguments)", "/dev/null"]
    process.environment = ProcessInfo.processInfo.environment.merging(["TERM": "xterm"]) { $1 }.merging(environment) {
      $1
    }
    let outcome = try finished(process)
    #expect(outcome.code == 0, "\(outcome.output)")
    return outcome.output
  }

  @Test func colourOnTerminalsAlone() throws {
    try workspace.writeMoons()
    #expect(try onTerminal("inspect data.h5").contains("\u{1B}[1mx"))
    #expect(try !onTerminal("inspect data.h5", ["NO_COLOR": "1"]).contains("\u{1B}["))
    #expect(try !onTerminal("inspect data.h5", ["TERM": "dumb"]).contains("\u{1B}["))
    #expect(try !workspace.expectSuccess(["inspect", "data.h5"]).output.contains("\u{1B}["))
  }

  @Test func aFitShowsItsLossesAndTheTimeLeft() throws {
    try workspace.writeMoons("data.h5", 2_000)
    let layers = "'4*[coupling-affine(hidden=32),permute(reverse)]'"
    let shown = try onTerminal("fit data.h5 -o model.h5 --layers \(layers) --epochs 40 --batch 16 --threads 1")
    let lines = shown.split(separator: "\u{1B}[2K").map(String.init)
    let live = lines.filter { $0.hasPrefix("epoch ") && $0.contains(" left  train ") }
    #expect(!live.isEmpty, "\(shown.suffix(300))")
    #expect(live.contains { line in line.contains { "▁▂▃▄▅▆▇█".contains($0) } })
    #expect(live.allSatisfy { $0.prefix { $0 != "\r" }.count < 80 })
    // Elsewhere a line for each epoch, as ever.
    let plain = try workspace.expectSuccess(["fit", "data.h5", "-o", "other.h5"] + quick)
    #expect(plain.errorLines.count { $0.hasPrefix("epoch ") } == 3 && !plain.errors.contains("▁"))
  }
}
