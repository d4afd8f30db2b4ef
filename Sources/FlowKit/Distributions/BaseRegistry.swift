/// The base distributions by name: one line adds one.
public enum BaseRegistry {
  static let kinds: [any BaseDistribution.Type] = [StandardNormal.self]

  /// The names that `make` knows.
  public static var names: [String] { kinds.map { $0.name } }

  /// The base called `name`.
  public static func make(_ name: String, dimension: Int) throws(FlowError) -> any BaseDistribution {
    try kind(name).init(dimension: dimension)
  }

  static func kind(_ name: String) throws(FlowError) -> any BaseDistribution.Type {
    guard let kind = kinds.first(where: { $0.name == name }) else {
      throw FlowError(
        .architecture, "unknown base distribution '\(name)': the bases are \(names.joined(separator: ", "))")
    }
    return kind
  }
}

/// A base beside its name: how checkpoints hold `any BaseDistribution`.
struct EncodedBase: Codable {
  let base: any BaseDistribution

  private enum CodingKeys: CodingKey { case kind, base }

  init(base: any BaseDistribution) {
    self.base = base
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    base = try container.decode(BaseRegistry.kind(container.decode(String.self, forKey: .kind)), forKey: .base)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(type(of: base).name, forKey: .kind)
    try container.encode(base, forKey: .base)
  }
}
