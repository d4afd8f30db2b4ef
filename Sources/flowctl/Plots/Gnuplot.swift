import Dispatch
import FlowKit
import Glibc
import Subprocess
import Synchronization

/// The program that draws: it is given a script with its data, and gives back the picture. The script is a file without a name: no
/// folder has it, and a gnuplot that ends before it has read all leaves nobody writing.
enum Gnuplot {
  /// What a picture may be long at most.
  private static let limit = 256 << 20

  /// Throws where it is not there, or does not run.
  static func checkInstalled() throws(FlowError) { _ = try run("set print '-'; print 'here'") }

  /// Runs a script.
  ///
  /// - Returns: what it has written to its standard output.
  static func run(_ script: String) throws(FlowError) -> [UInt8] {
    let outcome = Mutex<Result<[UInt8], FlowError>?>(nil)
    let isDone = DispatchSemaphore(value: 0)
    guard let file = tmpfile() else {
      throw failure("there is no room for its script in the folder of temporary files")
    }
    defer { fclose(file) }
    let bytes = Array(script.utf8)
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count, fflush(file) == 0 else {
      throw failure("there is no room for its script in the folder of temporary files")
    }
    let path = "/proc/\(getpid())/fd/\(fileno(file))"
    // Commands are not asynchronous: this thread waits for the one picture that it needs.
    Task.detached {
      let result = await drawn(path)
      outcome.withLock { $0 = result }
      isDone.signal()
    }
    isDone.wait()
    return try outcome.withLock { $0! }.get()
  }

  private static func drawn(_ path: String) async -> Result<[UInt8], FlowError> {
    do {
      // Without the user's own start-up file: pictures are the same everywhere.
      let result = try await Subprocess.run(
        .name("gnuplot"), arguments: ["-d", path], input: .none, output: .bytes(limit: limit),
        error: .string(limit: 1 << 20))
      let complaint = firstLine(result.standardError.replacing(path, with: "-"))
      guard result.terminationStatus.isSuccess else { return .failure(failure(complaint)) }
      guard !result.standardOutput.isEmpty else { return .failure(failure(complaint)) }
      return .success(result.standardOutput)
    } catch let error as SubprocessError {
      if error.code == .executableNotFound {
        let message = "pictures are drawn by gnuplot, which is not installed"
        return .failure(FlowError(.file, "\(message); on Debian and Ubuntu: apt-get install gnuplot-nox"))
      }
      return .failure(failure("\(error)"))
    } catch {
      return .failure(failure("\(error)"))
    }
  }

  private static func failure(_ reason: String?) -> FlowError {
    FlowError(.file, "gnuplot could not draw the picture: \(reason ?? "it wrote nothing and says nothing")")
  }

  /// What it says, without the script's line, which it quotes first, and the mark below it.
  private static func firstLine(_ text: String) -> String? {
    let lines = text.split(separator: "\n").map { String($0.drop(while: \.isWhitespace)) }
    return lines.first { $0.contains("line ") && $0.contains(":") } ?? lines.first { !$0.isEmpty }
  }
}
