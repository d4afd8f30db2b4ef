/// The compact text form of a chain, such as `4*[coupling-affine(hidden=128x128),permute(reverse)],leaky-relu(0.1)`.
///
/// Read from the data to the base. `n*[…]` (or `n*layer`) repeats, drawing anew what is random; brackets nest at most 32
/// deep.
///
///     list  = item {"," item}
///     item  = [number "*"] (layer | "[" list "]")
///     layer = name ["(" argument {"," argument} ")"]
public struct LayerList: Sendable {
  private indirect enum Item {
    case layer(name: String, offset: Int, arguments: [LayerArguments.Argument])
    case repeated(Int, [Item])
  }

  private let items: [Item]
  private let text: ListedText
  private static let maximumCount = 10_000
  private static let maximumDepth = 32

  /// Parses a layer list; an error says at which character it stopped and what it expected.
  public init(_ text: String) throws(FlowError) {
    try self.init(text, offset: 0)
  }

  /// Parses a list that starts `offset` characters into the whole one, from which errors count.
  init(_ text: String, offset: Int, of kind: ListedText = .layers) throws(FlowError) {
    var parser = Parser(text, offset: offset, of: kind)
    items = try parser.list(end: nil)
    self.text = kind
  }

  /// What the list names, repetitions expanded.
  struct NamedItem {
    let name: String
    let offset: Int
    var arguments: [LayerArguments.Argument]
  }

  func namedItems() throws(FlowError) -> [NamedItem] {
    var found: [NamedItem] = []
    for item in items { try append(item, to: &found) }
    return found
  }

  private func append(_ item: Item, to found: inout [NamedItem]) throws(FlowError) {
    switch item {
    case .repeated(let count, let items):
      for _ in 0..<count {
        for item in items { try append(item, to: &found) }
      }
    case .layer(let name, let offset, let arguments):
      guard found.count < Self.maximumCount else {
        throw FlowError(
          .architecture,
          "\(text.rawValue) has more than \(Self.maximumCount) parts at character \(offset + 1); repeat less")
      }
      found.append(NamedItem(name: name, offset: offset, arguments: arguments))
    }
  }

  /// The chain that the list describes.
  ///
  /// - Parameters:
  ///   - kinds: of each feature as it reaches the first layer; all are numbers where omitted.
  ///   - random: draws random permutations.
  public func chain(
    dimension: Int, contextDimension: Int = 0, kinds: [FeatureKind]? = nil, registry: Registry = .standard,
    using random: inout RandomStream
  ) throws(FlowError) -> Chain {
    var layers: [any Bijector] = []
    var kinds = kinds
    for item in try namedItems() {
      guard let kind = registry.layers[item.name] as? any ListedLayer.Type else {
        throw FlowError(
          .architecture,
          "unknown layer '\(item.name)' at character \(item.offset + 1) of \(text.rawValue): the layers are "
            + registry.listedNames.joined(separator: ", "))
      }
      var arguments = LayerArguments(
        layerName: item.name, dimension: dimension, contextDimension: contextDimension, kinds: kinds,
        registry: registry, random: random, item.arguments)
      let layer = try kind.fromLayerList(&arguments)
      layers.append(layer)
      kinds = kinds.map { layer.kinds(of: $0) }
      try arguments.requireAllUsed()
      random = arguments.random
    }
    return try Chain(layers, dimension: dimension, contextDimension: contextDimension)
  }
}

// MARK: - Writing

extension LayerList {
  /// The list that describes `layers`, repetitions folded.
  public static func describing(_ layers: [any Bijector]) -> String {
    folded(layers.map(\.layerList)).joined(separator: ",")
  }

  /// Replaces, from the left, each longest repetition of a shortest pattern by `n*[…]`.
  private static func folded(_ names: [String]) -> [String] {
    var result: [String] = []
    var start = 0
    while start < names.count {
      var best = (period: 1, count: 1)
      for period in 1...max(1, (names.count - start) / 2) {
        let count = repetitions(in: names[start...], period: period)
        if count > 1, count * period > best.count * best.period || best.count == 1 { best = (period, count) }
      }
      let pattern = names[start..<(start + best.period)].joined(separator: ",")
      result.append(best.count == 1 ? pattern : "\(best.count)*[\(pattern)]")
      start += best.period * best.count
    }
    return result
  }

  private static func repetitions(in names: ArraySlice<String>, period: Int) -> Int {
    let pattern = names.prefix(period)
    var count = 1
    while names.dropFirst(count * period).prefix(period).elementsEqual(pattern) { count += 1 }
    return count
  }
}

// MARK: - Reading

extension LayerList {
  private struct Parser {
    private let text: [Character]
    private let origin: Int
    private let kind: ListedText
    private var position = 0
    /// How many brackets and repetitions are open.
    private var depth = 0

    init(_ text: String, offset: Int, of kind: ListedText) {
      (self.text, origin, self.kind) = (Array(text), offset, kind)
    }

    mutating func list(end: Character?) throws(FlowError) -> [Item] {
      var items: [Item] = []
      repeat { items.append(try item()) } while take(",")
      if let end {
        guard take(end) else { throw unexpected("',' or '\(end)'") }
      } else if position < text.count {
        throw unexpected("',' or the end")
      }
      return items
    }

    private mutating func item() throws(FlowError) -> Item {
      skipSpaces()
      let start = position
      let digits = takeWhile(\.isNumber)
      if !digits.isEmpty {
        guard take("*") else { throw unexpected("'*' after the number \(digits)") }
        guard let count = Int(digits), 1...10_000 ~= count else {
          position = start
          throw unexpected("a number of repetitions from 1 to 10000")
        }
        try open()
        defer { depth -= 1 }
        return .repeated(count, take("[") ? try list(end: "]") : [try item()])
      }
      return try layer()
    }

    /// Counts one more bracket or repetition, which whoever reads it closes: deeper lists would exhaust the stack.
    private mutating func open() throws(FlowError) {
      depth += 1
      guard depth <= maximumDepth else {
        throw FlowError(
          .architecture,
          "\(kind.rawValue) nests more than \(maximumDepth) deep at character \(origin + position + 1); nest less")
      }
    }

    private mutating func layer() throws(FlowError) -> Item {
      skipSpaces()
      let offset = position
      let name = takeWhile { $0.isLetter || $0.isNumber || $0 == "-" }
      guard !name.isEmpty else {
        throw unexpected(kind == .layers ? "a layer's name, such as coupling-affine" : "a base's name, such as normal")
      }
      return .layer(name: name, offset: origin + offset, arguments: take("(") ? try arguments() : [])
    }

    /// Arguments are separated by commas outside brackets, so that `inverse(…)` can hold a list.
    private mutating func arguments() throws(FlowError) -> [LayerArguments.Argument] {
      var found: [LayerArguments.Argument] = []
      try open()
      let outside = depth
      var start = position
      while position < text.count {
        let character = text[position]
        if depth == outside, character == "," || character == ")" {
          let argument = LayerArguments.Argument(String(text[start..<position]), offset: origin + start)
          let isNothing = argument.key == nil && argument.value.isEmpty
          if !(isNothing && found.isEmpty && character == ")") { found.append(argument) }
          position += 1
          start = position
          guard character == "," else {
            depth -= 1
            return found
          }
          continue
        }
        position += 1
        if character == "(" || character == "[" { try open() }
        if character == ")" || character == "]" { depth -= 1 }
      }
      throw unexpected("')'")
    }

    private mutating func skipSpaces() {
      while position < text.count, text[position].isWhitespace { position += 1 }
    }

    private mutating func take(_ character: Character) -> Bool {
      skipSpaces()
      guard position < text.count, text[position] == character else { return false }
      position += 1
      return true
    }

    private mutating func takeWhile(_ matches: (Character) -> Bool) -> String {
      let start = position
      while position < text.count, matches(text[position]) { position += 1 }
      return String(text[start..<position])
    }

    private func unexpected(_ expected: String) -> FlowError {
      let met = position < text.count ? "'\(text[position])'" : "the end"
      return FlowError(
        .architecture,
        "\(kind.rawValue) has \(met) at character \(origin + position + 1), where \(expected) is expected")
    }
  }
}
