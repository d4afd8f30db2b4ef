// How files hold `any Bijector` and `any BaseDistribution`: as a value beside the name of its kind.

/// A layer beside the name of its kind: `{"kind": "shift", "layer": {…}}`.
struct EncodedLayer: Codable {
  let layer: any Bijector

  init(layer: any Bijector) {
    self.layer = layer
  }

  init(from decoder: any Decoder) throws {
    layer = try decoder.value("layer", in: \.layers) { try $0.decode($1, forKey: $2) }
    try DescriptionCheck.requireSize(layer.dimension, "a layer of kind '\(type(of: layer).layerName)'")
    try layer.checkDescription()
  }

  func encode(to encoder: any Encoder) throws {
    try encoder.encode(layer, "layer", kind: type(of: layer).layerName)
  }
}

/// A base beside its name: `{"kind": "normal", "base": {…}}`.
struct EncodedBase: Codable {
  let base: any BaseDistribution

  init(base: any BaseDistribution) {
    self.base = base
  }

  init(from decoder: any Decoder) throws {
    base = try decoder.value("base", in: \.bases) { try $0.decode($1, forKey: $2) }
    try DescriptionCheck.requireSize(base.dimension, "the base '\(type(of: base).name)'")
    try base.checkDescription()
  }

  func encode(to encoder: any Encoder) throws {
    try encoder.encode(base, "base", kind: type(of: base).name)
  }
}

extension Decoder {
  /// The registry that whoever decodes has passed.
  var registry: Registry { userInfo[Registry.userInfoKey] as? Registry ?? .standard }

  /// What stands under `key` beside the name of its kind, one of `kinds`.
  func value<Kind, Value>(
    _ key: String, in kinds: KeyPath<Registry, Kinds<Kind>>,
    decode: (KeyedDecodingContainer<TextKey>, Kind, TextKey) throws -> Value
  ) throws -> Value {
    let container = try container(keyedBy: TextKey.self)
    let name = try container.decode(String.self, forKey: .kind)
    let kinds = registry[keyPath: kinds]
    guard let kind = kinds[name] else {
      throw FlowError(
        .format,
        "the model has a \(key) of kind '\(name)', which this program does not know (it knows "
          + "\(kinds.names.joined(separator: ", "))): use a newer version, or register the kind")
    }
    return try decode(container, kind, TextKey(stringValue: key))
  }
}

extension Encoder {
  /// Writes a value under `key` beside the name of its kind.
  func encode(_ value: some Encodable, _ key: String, kind: String) throws {
    var container = container(keyedBy: TextKey.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(value, forKey: TextKey(stringValue: key))
  }
}

/// A key that is any text.
struct TextKey: CodingKey {
  static let kind = TextKey(stringValue: "kind")
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
