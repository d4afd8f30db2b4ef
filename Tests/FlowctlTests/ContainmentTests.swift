import FlowKit
import Foundation
import Testing

/// Data files that make libhdf5 crash, run for ever or take all memory: flowctl says so in one line and lives on.
@Suite struct ContainmentTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Written by Tests/Reference/make_damaged_files.py.
  private func damaged(_ name: String) -> String { reference("../damaged/\(name)") }

  private func run(_ arguments: [String], _ environment: [String: String]) throws -> Outcome {
    try workspace.run(arguments, environment: environment)
  }

  // MARK: Files

  @Test(arguments: [
    ("crash-0", "inspect"), ("crash-0", "convert"), ("crash-0", "fit"), ("crash-0", "density"), ("crash-0", "append"),
    ("crash-1", "inspect"), ("crash-2", "inspect"), ("crash-2", "fit"),
  ])
  func aCrashOfTheLibraryIsOneLine(name: String, command: String) throws {
    let model = damaged("../models/version1.h5")
    let commands = [
      "inspect": ["inspect", "data.h5"], "convert": ["convert", "data.h5", "out.csv"],
      "fit": ["fit", "data.h5", "-o", "out.h5"] + quick, "density": ["density", model, "data.h5", "-o", "out.h5"],
      "append": ["sample", model, "-n", "10", "--append-to", "data.h5:/samples"],
    ]
    try FileManager.default.copyItem(atPath: damaged("\(name).h5"), toPath: workspace.path("data.h5"))
    let before = try workspace.contents()
    let outcome = try workspace.run(try #require(commands[command]))
    #expect(outcome.code == 1 && outcome.messages.count == 1, "\(outcome.errors)")
    #expect(try workspace.contents() == before)
    // Other versions of the library may crash on other files.
    guard HDF5.Version.ofLibrary() == HDF5.Version(1, 10, 8) else { return }
    #expect(
      outcome.messages == [
        "flowctl: data.h5 is probably damaged: the HDF5 library crashed while it read it (signal 11); copy it again, or "
          + "see with h5dump what of it can be read"
      ])
  }

  @Test func aModelWithoutADigestIsReadThereFirst() throws {
    try FileManager.default.copyItem(atPath: damaged("crash-0.h5"), toPath: workspace.path("model.h5"))
    let outcome = try workspace.run(["density", "model.h5", reference("chunked.h5")])
    #expect(outcome.code == 1 && outcome.messages.count == 1, "\(outcome.errors)")
  }

  /// One chunk of zeros, 1.2 GiB unpacked.
  @Test func moreMemoryThanAllowedIsAnError() throws {
    let outcome = try run(["convert", damaged("vast-chunk.h5"), "out.csv"], ["FLOWCTL_READ_GIB": "1"])
    #expect(outcome.code == 1 && outcome.messages.count == 1)
    #expect(
      outcome.errors.contains(
        "a damaged file can ask for any amount of memory; for one that needs so much, set FLOWCTL_READ_GIB to more GiB"),
      "\(outcome.errors)")
    #expect(try workspace.contents().isEmpty)
  }

  @Test func aFileWithoutEndIsGivenUp() throws {
    let outcome = try run(["inspect", damaged("endless.h5")], ["FLOWCTL_READ_SECONDS": "1"])
    #expect(outcome.code == 1 && outcome.messages.count == 1, "\(outcome.errors)")
    guard HDF5.Version.ofLibrary() == HDF5.Version(1, 10, 8) else { return }
    #expect(
      outcome.errors.hasSuffix(
        "endless.h5 is probably damaged: the HDF5 library did not come to an end in 1 s of processor time; copy it "
          + "again, or see with h5dump what of it can be read, or set FLOWCTL_READ_SECONDS to more seconds\n"),
      "\(outcome.errors)")
  }

  /// A small part of what scripts/fuzz.py does.
  @Test func anyDamageIsAResultOrOneLine() throws {
    var random = RandomStream(seed: 7, purpose: .split)
    for name in ["types.h5", "groups.h5", "../layouts/compound.h5", "../layouts/filters.h5"] {
      let whole = try Data(contentsOf: URL(filePath: reference(name)))
      for _ in 0..<15 {
        var bytes = whole
        for _ in 0..<8 {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        try bytes.write(to: URL(filePath: workspace.path("data.h5")))
        // `run` expects an exit, not a signal.
        let outcome = try workspace.run(["inspect", "data.h5"])
        #expect(outcome.code == 0 || outcome.code == 1 && outcome.errorLines.count == 1, "\(outcome.errors)")
      }
    }
  }

  @Test func theLibrarysOwnWordsAreThereOnRequest() throws {
    let arguments = ["inspect", reference("signature-only.h5")]
    let short = try workspace.run(arguments)
    let long = try workspace.run(arguments + ["--verbose"])
    #expect(short.errorLines.count == 1)
    #expect(long.code == short.code && long.errorLines.first == short.errorLines.first)
    #expect(long.errorLines.dropFirst().contains { $0.hasPrefix("  H5Fopen: ") }, "\(long.errors)")
  }

  // MARK: The process that reads

  /// A fit that goes on until it is killed, and the process that has read its data.
  private func startFit() throws -> (fit: Process, reader: Int32) {
    try workspace.writeMoons()
    let fit = workspace.process(["fit", "data.h5", "-o", "model.h5", "--epochs", "1000000", "--patience", "1000000"])
    (fit.standardOutput, fit.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    try fit.run()
    let children = "/proc/\(fit.processIdentifier)/task/\(fit.processIdentifier)/children"
    for _ in 0..<2000 {
      let text = try String(contentsOfFile: children, encoding: .utf8)
      if let reader = text.split(separator: " ").first.flatMap({ Int32($0) }),
        try commandLine(of: reader).contains("serve-tables")
      {
        return (fit, reader)
      }
      usleep(5_000)
    }
    fit.terminate()
    throw FlowError(.file, "flowctl fit has started no process to read its data in")
  }

  private func commandLine(of process: Int32) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: "/proc/\(process)/cmdline")), as: UTF8.self)
  }

  /// Not so if it has ended and its new parent has not looked at it yet (state Z).
  private func isRunning(_ process: Int32) -> Bool {
    let state = FileManager.default.contents(atPath: "/proc/\(process)/stat").map {
      String(decoding: $0, as: UTF8.self)
    }
    return state.map { !$0.contains(") Z ") } ?? false
  }

  @Test func itEndsWithTheProcessThatStartedIt() throws {
    let (fit, reader) = try startFit()
    kill(fit.processIdentifier, SIGKILL)
    fit.waitUntilExit()
    for _ in 0..<2000 where isRunning(reader) { usleep(5_000) }
    #expect(!isRunning(reader))
  }

  @Test func itHasAGroupOfItsOwnAndNoFilesOfTheOther() throws {
    let (fit, reader) = try startFit()
    defer {
      kill(fit.processIdentifier, SIGKILL)
      fit.waitUntilExit()
    }
    // Ctrl-C goes to the group of the process in the foreground.
    #expect(getpgid(reader) == reader)
    usleep(200_000)
    let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(reader)/fd")
    let targets = try open.map { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(reader)/fd/\($0)") }
    #expect(targets.count { $0.hasPrefix("socket:") } == 1, "\(targets)")
    #expect(targets.count { $0.hasPrefix("pipe:") } == 1, "\(targets)")
    #expect(targets.count { $0.hasSuffix("model.h5") || $0.hasSuffix(".partial") } == 0, "\(targets)")
  }
}
