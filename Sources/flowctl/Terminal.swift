import FlowKit
import Glibc

extension [String] {
  /// As a line names them: the first dozen, and how many there are beyond.
  var listed: String {
    let shown = prefix(count > 16 ? 12 : 16).joined(separator: ", ")
    return count > 16 ? "\(shown) and \((count - 12).grouped) more" : shown
  }
}

/// What goes to standard error and standard output besides results.
enum Terminal {
  /// Whether a person reads standard error as it comes.
  static let isInteractive = isatty(STDERR_FILENO) == 1

  /// Whether a person reads standard error, or standard output, in colour: on a terminal that has some, unless `NO_COLOR` is set to
  /// something (https://no-color.org).
  static let hasColourOnErrors = isInteractive && wantsColour
  static let hasColourOnOutput = isatty(STDOUT_FILENO) == 1 && wantsColour

  private static var wantsColour: Bool {
    func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
    return variable("NO_COLOR").isEmpty && variable("TERM") != "dumb"
  }

  enum Style: String { case bold = "1", dim = "2", blue = "34", yellow = "33" }

  /// Text in a style, where `isOn`.
  static func styled(_ text: String, _ style: Style, if isOn: Bool) -> String {
    isOn ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// The columns of the terminal at standard error; 80 where nothing says how many.
  static var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Joins parts of a status line as far as they fit in the terminal: what comes first matters most.
  static func fitting(_ parts: [String], width: Int = width) -> String {
    var line = ""
    for part in parts where !part.isEmpty && line.count + part.count + 2 < width {
      line += (line.isEmpty ? "" : "  ") + part
    }
    return line
  }

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
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    note("flowctl: " + line)
    for line in (detail ?? "").split(whereSeparator: \.isNewline) { note("  \(line)") }
    JobProcess.fail(line, code: code)
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
