import FlowKit
import Glibc

/// What goes to standard error and standard output besides results.
enum Terminal {
  /// Whether a person reads standard error as it comes.
  static let isInteractive = isatty(STDERR_FILENO) == 1

  /// Prints a line to standard error.
  static func note(_ line: String) { write(line + "\n") }

  /// Replaces the current line of an interactive standard error.
  static func status(_ line: String) {
    guard isInteractive else { return }
    write("\r\u{1B}[2K" + line)
  }

  /// Prints a message as one line, behind it the lines of `detail`, and ends the program.
  static func fail(_ message: String, detail: String? = nil, code: Int32 = 1) -> Never {
    status("")
    // One line, whatever a file's name holds.
    note("flowctl: " + message.split(whereSeparator: \.isNewline).joined(separator: " "))
    for line in (detail ?? "").split(whereSeparator: \.isNewline) { note("  \(line)") }
    exit(code)
  }

  /// Hands what was printed to the system, and says if that failed.
  static func finishOutput() throws(FlowError) {
    guard fflush(nil) == 0 else {
      throw FlowError(.file, "cannot write to standard output: \(String(cString: strerror(errno)))")
    }
  }

  private static func write(_ text: String) {
    _ = Glibc.write(STDERR_FILENO, text, text.utf8.count)
  }
}
