import Foundation

/// A JSON schema, as far as docs/schemas uses it: type, enum, const, anyOf, properties, required, additionalProperties, items,
/// minimum, maximum. Any other keyword is a violation, not a rule passed over.
struct JSONSchema {
  private let root: [String: JSONValue]
  private static let known: Set = [
    "$schema", "title", "description", "type", "enum", "const", "anyOf", "properties", "required",
    "additionalProperties", "items", "minimum", "maximum",
  ]

  init(_ command: String) throws {
    let url = URL(filePath: #filePath).appending(path: "../../../../docs/schemas/\(command).json").standardized
    root = try JSONDecoder().decode([String: JSONValue].self, from: Data(contentsOf: url))
  }

  /// What is wrong with a JSON text, a line for each; none where it fits.
  func violations(_ text: String) throws -> [String] {
    Self.violations(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)), root, "")
  }

  private static func violations(_ value: JSONValue, _ schema: [String: JSONValue], _ path: String) -> [String] {
    var result = schema.keys.filter { !known.contains($0) }.map { "\(path): unknown keyword \($0)" }
    if let alternatives = schema["anyOf"]?.array {
      let all = alternatives.map { violations(value, $0.object ?? [:], path) }
      if !all.contains(where: \.isEmpty) { result += all.min { $0.count < $1.count } ?? [] }
    }
    if let type = schema["type"] {
      let types = type.array ?? [type]
      guard types.contains(.text(value.type)) || (value.number != nil && types.contains(.text("number"))) else {
        return result + ["\(path): a value of type \(value.type)"]
      }
    }
    if let values = schema["enum"]?.array, !values.contains(value) { result.append("\(path): none of \(values)") }
    if let constant = schema["const"], constant != value { result.append("\(path): not \(constant)") }
    if let number = value.number {
      if let least = schema["minimum"]?.number, number < least { result.append("\(path): below \(least)") }
      if let most = schema["maximum"]?.number, number > most { result.append("\(path): above \(most)") }
    }
    if let object = value.object { result += ofObject(object, schema, path) }
    if let array = value.array, let items = schema["items"]?.object {
      for (index, item) in array.enumerated() { result += violations(item, items, "\(path)[\(index)]") }
    }
    return result
  }

  private static func ofObject(
    _ object: [String: JSONValue], _ schema: [String: JSONValue], _ path: String
  ) -> [String] {
    var result: [String] = []
    for case .text(let key) in schema["required"]?.array ?? [] where object[key] == nil {
      result.append("\(path): no \(key)")
    }
    for (key, value) in object.sorted(by: { $0.key < $1.key }) {
      if let own = schema["properties"]?.object?[key]?.object {
        result += violations(value, own, "\(path)/\(key)")
      } else if let others = schema["additionalProperties"]?.object {
        result += violations(value, others, "\(path)/\(key)")
      } else if schema["additionalProperties"] == .boolean(false) {
        result.append("\(path): \(key) is not in the schema")
      }
    }
    return result
  }
}
