/// What FlowKit writes beside models says of itself in the attribute `format`, so that it is never taken for data unless it
/// is named: samples and log-densities that were added to a file of data are not more data.
public enum OutputMark: String, Sendable, Codable {
  case samples = "FlowKit samples"
  case logDensities = "FlowKit log-densities"
  /// The rows of context that samples were drawn for.
  case context = "FlowKit context"
  /// Latents that an encoder made of events, and events that its decoder made of latents.
  case latents = "FlowKit latents"
  case decoded = "FlowKit events"

  /// The attribute, on a dataset or on a file that holds nothing else.
  public static let key = "format"
  /// The attribute of samples M x N x D in which the path of their M rows of context stands.
  public static let contextKey = "context"

  /// The mark as an attribute.
  public var attribute: [String: MetadataValue] { [Self.key: .text(rawValue)] }

  /// The mark of an object; also of what versions before the mark added to a file.
  static func of<Object: HDF5.Object & ~Copyable>(_ object: borrowing Object) throws(FlowError) -> OutputMark? {
    let names = Set(try object.attributeNames())
    if names.contains(key), let text = text(key, of: object), let mark = OutputMark(rawValue: text) { return mark }
    guard names.isSuperset(of: ["model_digest", "program", "command"]) else { return nil }
    return names.contains("seed") ? .samples : .logDensities
  }

  /// What is no text is no mark.
  private static func text<Object: HDF5.Object & ~Copyable>(_ name: String, of object: borrowing Object) -> String? {
    do throws(FlowError) { return try object.attribute(name)?.text } catch { return nil }
  }
}
