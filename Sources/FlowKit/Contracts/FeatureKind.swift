/// The space in which one feature of an event lives, as the layers see it.
///
/// A layer list is read against the kinds of the features, as it is against their number: couplings, autoregressive and element-wise
/// layers map each feature by its kind, and their networks see it so that nothing happens where it goes once around.
public enum FeatureKind: Sendable, Hashable {
  /// A number.
  case line
  /// An angle in [−π, π], whose ends are one point.
  case circle
  /// k + u for the number k of one of so many categories, from 0 on, and any u in [0, 1).
  case categories(Int)
  /// A number in [0, 1] whose density is uniform where nothing else is known: what becomes of a category.
  case unit

  /// How many categories a feature may have.
  public static let counts = 2...64

  /// The values that it can have.
  public var domain: Interval {
    switch self {
    case .line: .real
    // Open intervals that have their ends inside.
    case .circle: Interval((-Double.pi).nextDown, Double.pi.nextUp)
    case .categories(let count): Interval(-Double.leastNonzeroMagnitude, Double(count))
    case .unit: Interval(-Double.leastNonzeroMagnitude, (1.0).nextUp)
    }
  }

  /// The rows in which a network sees it: x itself, (cos x, sin x), or one row for each category, of which one is 1.
  var seenRows: Int {
    switch self {
    case .line, .unit: 1
    case .circle: 2
    case .categories(let count): count
    }
  }

  /// Whether it is a category.
  var isCategory: Bool { if case .categories = self { true } else { false } }
}

/// As a word: `line`, `circle`, `unit`, `categories(3)`.
extension FeatureKind: Codable {
  private static let words: [(FeatureKind, String)] = [(.line, "line"), (.circle, "circle"), (.unit, "unit")]

  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    if let (kind, _) = Self.words.first(where: { $0.1 == text }) {
      self = kind
    } else if text.hasPrefix("categories("), let count = Int(text.dropFirst(11).dropLast()), Self.counts ~= count {
      self = .categories(count)
    } else {
      throw DescriptionCheck.error("a feature of the kind '\(text)'")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if case .categories(let count) = self { return try container.encode("categories(\(count))") }
    try container.encode(Self.words.first { $0.0 == self }!.1)
  }
}

extension Bijector {
  public func kinds(of input: [FeatureKind]) -> [FeatureKind] { Array(repeating: .line, count: dimension) }
}
