import Foundation
import Testing

/// Outputs that cannot or must not be written: found out before the work where possible, nothing left behind.
@Suite struct BadOutputTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.fitMoons()
  }

  /// Each command that writes, without its output. The fit would take days: what is found before training ends at once.
  private static let commands = [
    ["fit", "data.h5", "--epochs", "100000000", "--valid", "0"],
    ["sample", "model.h5", "-n", "1000000000000"],
    ["density", "model.h5", "data.h5"],
  ]

  @Test(arguments: commands) func refusesToReplaceWithoutForce(command: [String]) throws {
    try workspace.writeMoons("there.h5", 3)
    try workspace.expectFailure(
      command + ["-o", "there.h5"],
      "there.h5 exists already; choose another name, or replace it with --force")
  }

  @Test func replacesWithForce() throws {
    try workspace.expectSuccess(["fit", "data.h5", "-o", "model.h5", "--force", "--seed", "9"] + quick)
    #expect(try workspace.contents().keys.sorted() == ["data.h5", "model.h5"])
    try workspace.expectSuccess(["sample", "model.h5", "-n", "3", "-o", "out.h5"])
    try workspace.expectSuccess(["sample", "model.h5", "-n", "4", "-o", "out.h5", "--force"])
    #expect(try workspace.numbers("out.h5").count == 8)
    try workspace.expectSuccess(["density", "model.h5", "data.h5", "-o", "out.h5", "--force"])
    #expect(try workspace.numbers("out.h5").count == 400)
  }

  @Test(arguments: commands) func neverReplacesAnInput(command: [String]) throws {
    try FileManager.default.createSymbolicLink(atPath: workspace.path("link.h5"), withDestinationPath: command[1])
    for output in [command[1], "./" + command[1], "link.h5"] {
      try workspace.expectFailure(
        command + ["-o", output, "--force"],
        "\(output) is a file to read from, and would be replaced; choose another name for the output")
    }
  }

  @Test(arguments: commands) func aFolderThatDoesNotExist(command: [String]) throws {
    try workspace.expectFailure(
      command + ["-o", "no/out.h5"],
      "cannot write no/out.h5: the folder no does not exist; create it first")
  }

  @Test(arguments: commands) func aFolder(command: [String]) throws {
    try FileManager.default.createDirectory(atPath: workspace.path("sub"), withIntermediateDirectories: true)
    let outcome = try workspace.run(command + ["-o", "sub"])
    #expect(outcome.code == 1)
    #expect(outcome.messages == ["flowctl: sub is a folder; give the path of a file to write"])
  }

  /// /sys refuses new files even to root.
  @Test(arguments: commands) func aFolderThatCannotBeWrittenTo(command: [String]) throws {
    let before = try workspace.contents()
    let outcome = try workspace.run(command + ["-o", "/sys/flowctl-test.h5"])
    #expect(outcome.code == 1 && outcome.messages.count == 1)
    #expect(outcome.errors.hasPrefix("flowctl: cannot write /sys/flowctl-test.h5: "), "\(outcome.errors)")
    #expect(try workspace.contents() == before)
  }

  // MARK: A full disk

  @Test(arguments: [0, 1, 8]) func fullDiskDuringFit(blocks: Int) throws {
    let fit = ["fit", "data.h5", "-o", "model.h5", "--force"] + quick
    try workspace.expectFailure(fit, "cannot write model.h5: File too large", fileSizeLimit: blocks)
  }

  @Test(arguments: [0, 4, 40, 400]) func fullDiskDuringSample(blocks: Int) throws {
    try workspace.writeMoons("there.h5", 3)
    let before = try workspace.contents()
    let sample = ["sample", "model.h5", "-n", "200000", "-o", "there.h5", "--force"]
    try expectFullDisk(workspace.run(sample, fileSizeLimit: blocks), before)
  }

  @Test(arguments: [0, 4, 40]) func fullDiskDuringDensity(blocks: Int) throws {
    try workspace.writeMoons("many.h5", 20_000)
    let before = try workspace.contents()
    let density = ["density", "model.h5", "many.h5", "-o", "out.h5"]
    try expectFullDisk(workspace.run(density, fileSizeLimit: blocks), before)
  }

  private func expectFullDisk(_ outcome: Outcome, _ before: [String: Data]) throws {
    #expect(outcome.code == 1)
    #expect(outcome.messages.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(".h5"), "\(outcome.errors)")
    #expect(outcome.errors.contains("File too large"), "\(outcome.errors)")
    #expect(try workspace.contents() == before)
  }

  @Test(arguments: [["density", "model.h5", "data.h5"], ["inspect", "model.h5", "--json"], ["inspect", "data.h5"]])
  func standardOutputThatIsFull(command: [String]) throws {
    let process = workspace.process(command)
    let errors = Pipe()
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    process.standardError = errors
    try process.run()
    let text = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(text == "flowctl: cannot write to standard output: No space left on device\n")
  }
}
