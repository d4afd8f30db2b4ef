import Foundation
import Testing

/// Outputs on a file system that is full: one error, nothing half-written, and what was there as it was.
///
/// The file system is a tmpfs in a mount namespace of its own, which needs user namespaces or root.
@Suite(.enabled(if: TinyFileSystem.isAvailable, "neither user namespaces nor root to mount a tmpfs"))
struct TinyFileSystemTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.fitMoons()
  }

  /// Commands that write more than is free, in kilobytes.
  @Test(arguments: [
    (["sample", "model.h5", "-n", "200000", "-o", "out.h5"], [0, 4, 64, 512]),
    (["sample", "model.h5", "-n", "200000", "-o", "there.h5", "--force"], [0, 64]),
    (["sample", "model.h5", "-n", "200000", "--append-to", "there.h5:/x"], [0, 8, 512]),
    (["density", "model.h5", "data.h5", "-o", "out.h5"], [0, 4]),
    (["fit", "data.h5", "-o", "model.h5", "--force"] + quick, [0, 4, 16]),
    (["convert", "data.h5", "out.csv"], [0, 4]),
    (["convert", "data.h5", "out.npy"], [0, 4]),
    (["convert", "data.h5", "there.h5", "--force"], [0, 4]),
  ]) func aFullFileSystem(command: [String], free: [Int]) throws {
    for free in free {
      let outcome = try TinyFileSystem.run(command, in: workspace, free: free)
      #expect(outcome.code == 1, "\(command), \(free) KB free: \(outcome.errors)")
      #expect(outcome.messages.count == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains(": No space left on device"), "\(outcome.errors)")
      #expect(outcome.errors.contains(command.contains("--append-to") ? "there.h5" : output(of: command)))
      #expect(lines(outcome.output).last == "unchanged", "\(command), \(free) KB free: \(outcome.output)")
    }
  }

  /// With room enough the same commands end well: it is the size that they fail of.
  @Test func aFileSystemWithRoom() throws {
    let outcome = try TinyFileSystem.run(
      ["sample", "model.h5", "-n", "20000", "-o", "there.h5", "--force"], in: workspace, free: 8192)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("wrote there.h5") && lines(outcome.output).last == "changed", "\(outcome.output)")
  }

  private func output(of command: [String]) -> String {
    command.firstIndex(of: "-o").map { command[$0 + 1] } ?? command[2]
  }
}

enum TinyFileSystem {
  /// How a command gets a mount namespace of its own here: in a user namespace, or as root.
  private static let namespace: [String]? = [["-rm"], ["-m"]].first { options in
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["unshare"] + options + ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/tmp"]
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  static var isAvailable: Bool { namespace != nil }

  /// Runs flowctl beside copies of the workspace's files and an other file, there.h5, with so many kilobytes free.
  ///
  /// - Returns: behind what flowctl prints, whether any file changed.
  static func run(_ command: [String], in workspace: Workspace, free: Int) throws -> Outcome {
    let script = """
      mkdir tiny && mount -t tmpfs -o size=16m tmpfs tiny || exit 99
      cp data.h5 model.h5 tiny && cp data.h5 tiny/there.h5 && cd tiny || exit 99
      head -c $(( $(df -k --output=avail . | tail -1) * 1024 - $1 * 1024 )) /dev/zero > filler
      shift
      digests() { find . -type f -exec sha256sum {} + | sort; }
      before=$(digests)
      "$@"
      code=$?
      if [ "$before" = "$(digests)" ]; then echo unchanged; else echo changed; fi
      exit $code
      """
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.currentDirectoryURL = workspace.folder
    process.standardInput = FileHandle.nullDevice
    process.arguments =
      ["unshare"] + (namespace ?? []) + ["sh", "-c", script, "sh", "\(free)", flowctl.path] + command
    defer { _ = rmdir(workspace.path("tiny")) }
    return try finished(process)
  }
}
