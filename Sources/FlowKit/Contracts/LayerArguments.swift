/// What is written as a layer list is, as errors name it.
enum ListedText: String, Sendable {
  case layers = "the layer list"
  case base = "the base"
  case embedding = "the context's embedding"
  case objective = "the objective"
  case encoder = "the encoder's network"
}

/// What a layer list gives to one layer: `name(value, key=value, …)`, together with the flow's dimensions.
///
/// A layer takes what it knows; what is left over is an error that points at it.
public struct LayerArguments {
  /// One argument, with or without a key.
  public struct Argument: Sendable {
    /// What stands before `=`; nil without.
    public let key: String?
    public let value: String
    /// Where it begins in the whole list, counted from 0.
    public let offset: Int

    init(_ text: String, offset: Int) {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.trimmed)
      let bracket = text.firstIndex { $0 == "(" || $0 == "[" } ?? text.endIndex
      let isKeyed = parts.count == 2 && text.firstIndex(of: "=")! < bracket
      key = isKeyed ? parts[0] : nil
      value = isKeyed ? parts[1] : Self.trimmed(text[...])
      // Blanks before the argument are not what an error should point at.
      self.offset = offset + text.prefix(while: \.isWhitespace).count
    }

    private static func trimmed(_ text: Substring) -> String {
      var text = text.drop(while: \.isWhitespace)
      while text.last?.isWhitespace == true { text.removeLast() }
      return String(text)
    }
  }

  public let layerName: String
  public let dimension: Int
  public let contextDimension: Int
  /// Of each feature as it reaches the layer; nil where all are numbers.
  public let kinds: [FeatureKind]?
  /// What the list may name.
  public let registry: Registry
  /// Draws what is random in the layer.
  public var random: RandomStream
  private var remaining: [Argument]
  private let text: ListedText

  init(
    layerName: String, dimension: Int, contextDimension: Int, kinds: [FeatureKind]? = nil, registry: Registry,
    random: RandomStream, _ arguments: [Argument], of text: ListedText = .layers
  ) {
    self.text = text
    (self.layerName, self.dimension, self.contextDimension) = (layerName, dimension, contextDimension)
    self.kinds = kinds
    (self.registry, self.random, remaining) = (registry, random, arguments)
  }

  /// The argument of `key`, or the first one without a key if `positional`; nil where none is left.
  public mutating func take(_ key: String, positional: Bool) -> Argument? {
    guard let index = remaining.firstIndex(where: { $0.key == key || (positional && $0.key == nil) }) else {
      return nil
    }
    return remaining.remove(at: index)
  }

  /// A finite number for which `accepts` holds.
  public mutating func number(
    _ key: String, positional: Bool = false, default: Double, _ requirement: String, where accepts: (Double) -> Bool
  ) throws(FlowError) -> Double {
    guard let argument = take(key, positional: positional) else { return `default` }
    guard let value = Self.number(argument.value), value.isFinite, accepts(value) else {
      throw error(argument, "\(key) takes \(requirement)")
    }
    return value
  }

  /// A decimal number, or π as `pi` or `-pi`.
  private static func number(_ text: String) -> Double? {
    switch text {
    case "pi": .pi
    case "-pi": -.pi
    default: Double(text)
    }
  }

  /// Layer widths such as `128x128`, or `none`, for which `accepts` holds; by default at least one.
  public mutating func widths(
    _ key: String, default: [Int], _ requirement: String = "widths such as 128x128",
    where accepts: ([Int]) -> Bool = { !$0.isEmpty }
  ) throws(FlowError) -> [Int] {
    guard let argument = take(key, positional: false) else { return `default` }
    let parts = argument.value.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    let widths = argument.value == "none" ? [] : parts
    guard widths.allSatisfy({ 1...65_536 ~= $0 }), accepts(widths) else {
      throw error(argument, "\(key) takes \(requirement)")
    }
    return widths
  }

  /// Layer widths as a layer list writes them.
  public static func text(ofWidths widths: [Int]) -> String {
    widths.isEmpty ? "none" : widths.map(String.init).joined(separator: "x")
  }

  /// One of several words.
  public mutating func choice<Choice>(
    _ key: String, default: Choice, from choices: [(name: String, value: Choice)]
  ) throws(FlowError) -> Choice {
    guard let argument = take(key, positional: false) else { return `default` }
    guard let choice = choices.first(where: { $0.name == argument.value }) else {
      throw error(argument, "\(key) takes one of \(choices.map(\.name).joined(separator: ", "))")
    }
    return choice.value
  }

  /// A permutation of the features as arguments without a key: `reverse`, `random`, which draws it, or π(0), π(1), ….
  public mutating func permutation(default: String) throws(FlowError) -> (indices: [Int], isRandom: Bool) {
    let given = positionals()
    let texts = given.isEmpty ? [`default`] : given.map(\.value)
    guard let indices = permutation(texts) else {
      throw error(given[0], "\(layerName) takes reverse, random, or each of 0 to \(dimension - 1) once")
    }
    return (indices, texts == ["random"])
  }

  /// The permutation of the features that `reverse`, `random` or π(0), π(1), … name; nil where they name none.
  mutating func permutation(_ texts: [String]) -> [Int]? {
    switch texts {
    case ["reverse"]: return (0..<dimension).reversed()
    case ["random"]: return random.permutation(of: dimension)
    default:
      let indices = texts.compactMap { Int($0) }
      return indices.count == texts.count && indices.sorted() == Array(0..<dimension) ? indices : nil
    }
  }

  /// All arguments without a key.
  public mutating func positionals() -> [Argument] {
    let found = remaining.filter { $0.key == nil }
    remaining.removeAll { $0.key == nil }
    return found
  }

  /// Whether any argument is left; it names the offender.
  func requireAllUsed() throws(FlowError) {
    guard let argument = remaining.first else { return }
    throw error(argument, "\(layerName) takes no such argument")
  }

  /// The error of an argument that cannot be used: what it is, where it stands, and `reason`, which says what is taken.
  public func error(_ argument: Argument, _ reason: String) -> FlowError {
    Self.error(argument, reason, of: text)
  }

  static func error(_ argument: Argument, _ reason: String, of text: ListedText) -> FlowError {
    let written = (argument.key.map { "\($0)=" } ?? "") + argument.value
    return FlowError(
      .architecture, "'\(written)' at character \(argument.offset + 1) of \(text.rawValue): \(reason)")
  }
}
