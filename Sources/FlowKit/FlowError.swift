/// What went wrong with a file, an input, a model or a number: never a programmer's mistake, which traps.
///
/// `message` is one line that says what was met, where (file, dataset, row, layer) and what to do, unless `fix` says that
/// in a form that a program can word for its own users.
public struct FlowError: Error, Sendable, Equatable, Codable, CustomStringConvertible {
  /// The kind of failure, for a program that reacts differently to each.
  public enum Kind: String, Sendable, Codable {
    /// A file or folder that cannot be found, opened, created or written.
    case file
    /// A file that can be read but holds something else than asked for: a missing dataset, a wrong rank or type.
    case format
    /// Values that a flow cannot be fitted to or evaluated on.
    case data
    /// A layer list, recipe or option that describes no flow.
    case architecture
    /// A computation that left the finite numbers or did not converge.
    case numerics
  }

  public var kind: Kind
  public var message: String
  /// What to do, where that depends on how the library is used.
  public var fix: Remedy?
  /// More for an expert, such as the error stack of a library underneath; not part of the message.
  public var detail: String?

  public init(_ kind: Kind, _ message: String, fix: Remedy? = nil, detail: String? = nil) {
    self.kind = kind
    self.message = message
    self.fix = fix
    self.detail = detail
  }

  /// The message and, where there is one, the remedy, named by this library's API.
  public var description: String { fix.map { "\(message); \($0)" } ?? message }

  /// This error, said of a place: a file, a layer.
  package func at(_ place: String) -> FlowError {
    var error = self
    error.message = "\(place): \(message)"
    return error
  }
}

/// Calls `body`, whose error is said of `place`.
func saying<Result>(_ place: String, _ body: () throws(FlowError) -> Result) throws(FlowError) -> Result {
  do throws(FlowError) { return try body() } catch { throw error.at(place) }
}
