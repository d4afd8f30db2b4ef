import ArgumentParser
import FlowKit
import Glibc

@main
struct Flowctl: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flowctl",
    abstract: "Fits densities to events in HDF5 files with normalizing flows, scores with them and draws from them.",
    version: flowKitVersion,
    subcommands: [
      Fit.self, Infer.self, Sample.self, Density.self, Encode.self, Decode.self, Calibrate.self, Compare.self,
      Reweight.self, Plot.self,
      Report.self, Inspect.self, Check.self, Diff.self, Convert.self,
    ])

  /// Every failure is one line on standard error and an exit code other than 0: 1, or 130 (128 + SIGINT) where somebody asked to stop,
  /// also if what there was could still be written. Findings are 2 (`ExitCode.findings`).
  static func main() {
    // A file that outgrows a limit is an error of the write, like a full disk, and no reason to die.
    signal(SIGXFSZ, SIG_IGN)
    if CommandLine.arguments.dropFirst().first == ReaderService.command { ReaderService.run() }
    if CommandLine.arguments.dropFirst().first == TargetService.command { TargetService.run() }
    JobProcess.keepStillUnlessFirst()
    var isVerbose = false
    do {
      var command = try parseAsRoot()
      isVerbose = (command as? any Diagnosing)?.diagnostics.verbose ?? false
      try JobProcess.run(&command)
      try Terminal.finishOutput()
      JobProcess.leave()
      if Interrupts.isPending { Glibc.exit(128 + SIGINT) }
    } catch let error as FlowError {
      Terminal.fail(
        error.line, detail: isVerbose ? error.detail : nil, code: Interrupts.isPending ? 128 + SIGINT : 1)
    } catch let code as ExitCode {
      JobProcess.leave()
      exit(withError: code)
    } catch {
      guard exitCode(for: error) != .success else {
        JobProcess.leave()
        exit(withError: error)
      }
      let line = message(for: error).split(separator: "\n").first.map(String.init) ?? "\(error)"
      Terminal.fail("\(line) (flowctl --help shows the usage)")
    }
  }
}

extension ExitCode {
  /// The command did what it was asked for, and found what a script may want to stop at.
  static let findings = ExitCode(2)
}
