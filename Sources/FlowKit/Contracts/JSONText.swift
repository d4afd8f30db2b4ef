internal import FoundationEssentials

// The only file that needs Foundation: an architecture's text form in checkpoints is JSON, and so are messages between
// processes.

extension Encodable {
  /// This value as JSON with sorted keys: equal values give equal text.
  package func jsonText() throws(FlowError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      throw FlowError(.numerics, "a description holds a value that JSON cannot express: \(error)")
    }
  }
}

extension Decodable {
  /// Reads a value from JSON; `what` names it in errors.
  package init(jsonText: String, _ what: String, registry: Registry = .standard) throws(FlowError) {
    let decoder = JSONDecoder()
    decoder.userInfo[Registry.userInfoKey] = registry
    do {
      self = try decoder.decode(Self.self, from: Data(jsonText.utf8))
    } catch let error as FlowError {
      throw error
    } catch {
      throw FlowError(.format, "\(what) cannot be understood; the file is damaged or was edited", detail: "\(error)")
    }
  }
}
