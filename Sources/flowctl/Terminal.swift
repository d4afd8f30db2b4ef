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

  static func fail(_ message: String, code: Int32 = 1) -> Never {
    status("")
    note("flowctl: \(message)")
    exit(code)
  }

  private static func write(_ text: String) {
    _ = Glibc.write(STDERR_FILENO, text, text.utf8.count)
  }
}
