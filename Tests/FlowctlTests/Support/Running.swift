import Foundation
import Synchronization
import Testing

/// What a finished flowctl left behind.
struct Outcome {
  let code: Int32
  let output: String
  let errors: String

  var errorLines: [String] { lines(errors) }
  /// Error lines that are not the progress of a fit.
  var messages: [String] { errorLines.filter { !$0.hasPrefix("epoch ") } }
}

func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

/// The program that was built beside these tests.
let flowctl = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "flowctl")

/// Runs a process to its end.
func finished(_ process: Process) throws -> Outcome {
  let (output, errors) = (Pipe(), Pipe())
  (process.standardOutput, process.standardError) = (output, errors)
  try process.run()
  let (text, errorText) = try contents(of: output, and: errors)
  process.waitUntilExit()
  #expect(process.terminationReason == .exit, "\(process.arguments ?? []) ended by a signal")
  return Outcome(
    code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
    errors: String(decoding: errorText, as: UTF8.self))
}

/// Reads two pipes to their ends at once: a child that fills the one waits until somebody reads it.
private func contents(of first: Pipe, and second: Pipe) throws -> (Data, Data) {
  let ofSecond = Mutex(Result<Data, any Error>.success(Data()))
  let isRead = DispatchSemaphore(value: 0)
  let descriptor = second.fileHandleForReading.fileDescriptor
  Thread.detachNewThread {
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    ofSecond.withLock { result in result = Result { try handle.readToEnd() ?? Data() } }
    isRead.signal()
  }
  let data = try first.fileHandleForReading.readToEnd() ?? Data()
  isRead.wait()
  return (data, try ofSecond.withLock { try $0.get() })
}

extension Workspace {
  /// A process in this folder that has not been started.
  func process(_ arguments: [String], fileSizeLimit blocks: Int? = nil) -> Process {
    let process = Process()
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    if let blocks {
      // Writes beyond the limit fail as they do on a full disk.
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-c", "trap '' XFSZ; ulimit -f \(blocks); exec \"$@\"", "sh", flowctl.path] + arguments
    } else {
      process.executableURL = flowctl
      process.arguments = arguments
    }
    return process
  }

  /// Runs flowctl to its end.
  func run(
    _ arguments: [String], fileSizeLimit: Int? = nil, environment: [String: String] = [:]
  ) throws -> Outcome {
    let process = process(arguments, fileSizeLimit: fileSizeLimit)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    return try finished(process)
  }

  @discardableResult
  func expectSuccess(
    _ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    let outcome = try run(arguments)
    #expect(outcome.code == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
    return outcome
  }

  /// Runs flowctl, which must fail with exactly the line `message` and change no file. Paths of reference files are
  /// shortened in the message.
  func expectFailure(
    _ arguments: [String], _ message: String, code: Int32 = 1, fileSizeLimit: Int? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = try contents()
    let outcome = try run(arguments, fileSizeLimit: fileSizeLimit)
    let messages = outcome.messages.map { $0.replacing(reference("") + "/", with: "") }
    #expect(outcome.code == code, sourceLocation: sourceLocation)
    #expect(messages == ["flowctl: " + message], sourceLocation: sourceLocation)
    let after = try contents()
    #expect(after.keys.sorted() == before.keys.sorted(), sourceLocation: sourceLocation)
    #expect(after == before, "a file was changed", sourceLocation: sourceLocation)
  }

  /// The objects that a command prints, one per line.
  func json(_ arguments: [String]) throws -> [[String: Any]] {
    let outcome = try expectSuccess(arguments + ["--json"])
    #expect(outcome.errors == "")
    return try jsonLines(outcome.output)
  }
}

func jsonLines(_ text: String) throws -> [[String: Any]] {
  try lines(text).map { try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
}

/// The type of a JSON value, by name: `JSONSerialization` tells whole numbers from others and Booleans only on Apple's
/// systems, so a number is a number.
func kind(_ value: Any?) -> String {
  switch value {
  case is String: "text"
  case is NSNumber: "number"
  case is [Any]: "array"
  case is [String: Any]: "object"
  case is NSNull: "null"
  default: "missing"
  }
}

func kinds(_ object: [String: Any]) -> [String: String] { object.mapValues { kind($0) } }
