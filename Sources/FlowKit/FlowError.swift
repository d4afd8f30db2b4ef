/// What went wrong with a file, an input, a model or a number: never a programmer's mistake, which traps.
///
/// `message` is one line that says what was met, where (file, dataset, row, layer) and what to do.
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
  /// More for an expert, such as the error stack of a library underneath; not part of the message.
  public var detail: String?
  /// Which choice of the caller's the end of the message advises to make differently: a program that has a name of its
  /// own for that choice, such as an option, can add it there.
  public var remedy: Remedy?

  public init(_ kind: Kind, _ message: String, detail: String? = nil, remedy: Remedy? = nil) {
    (self.kind, self.message, self.detail, self.remedy) = (kind, message, detail, remedy)
  }

  public var description: String { message }
}

/// A choice that whoever calls the library has made, and can make differently.
public enum Remedy: String, Sendable, Codable {
  /// Which columns are events, or context.
  case columns, context
  /// Whether rows with values that are not finite are left out.
  case skippingNonFinite
  /// Which events are for validation.
  case validation
  /// How columns are scaled.
  case scaling
}

/// Calls `body`, whose error is said of `place`.
func saying<Result>(_ place: String, _ body: () throws(FlowError) -> Result) throws(FlowError) -> Result {
  do throws(FlowError) { return try body() } catch {
    throw FlowError(error.kind, "\(place): \(error.message)", detail: error.detail, remedy: error.remedy)
  }
}
