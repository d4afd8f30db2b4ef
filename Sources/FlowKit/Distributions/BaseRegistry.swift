/// The base distributions by name: one line adds one.
///
/// A base is written as a layer of a layer list is: a name with arguments, such as `mixture(8)`.
public enum BaseRegistry {
  static let kinds: [any BaseDistribution.Type] = [
    StandardNormal.self,
    Gaussian.self,
    StudentT.self,
    GaussianMixture.self,
    Uniform.self,
    Laplace.self,
    Logistic.self,
    ProductBase.self,
  ]

  /// The names that `make` knows.
  public static var names: [String] { kinds.map { $0.name } }

  /// The base that `text` describes, such as `student-t` or `product(3*normal,uniform(0,1))`.
  ///
  /// - Throws: where the text cannot be read, or describes a base of another dimension, naming the place.
  public static func make(_ text: String, dimension: Int) throws(FlowError) -> any BaseDistribution {
    let base = try read(text, dimension: dimension)
    guard base.dimension == dimension else {
      throw FlowError(
        .architecture,
        "the base \(text) has \(base.dimension) features, but the events have \(dimension): change n*… or dimension=… "
          + "of its parts")
    }
    return base
  }

  /// Throws where `text` describes no base for events of any dimension.
  public static func check(_ text: String) throws(FlowError) {
    _ = try read(text, dimension: 1)
  }

  private static func read(_ text: String, dimension: Int) throws(FlowError) -> any BaseDistribution {
    let items = try LayerList(text, offset: 0, of: .base).namedItems()
    guard items.count == 1 else {
      throw FlowError(
        .architecture, "'\(text)' names \(items.count) bases; put them side by side by product(\(text))")
    }
    return try make(items[0], dimension: dimension)
  }

  /// The parts of a product, in order.
  static func parts(_ arguments: inout LayerArguments) throws(FlowError) -> [any BaseDistribution] {
    var parts: [any BaseDistribution] = []
    for argument in arguments.positionals() {
      for var item in try LayerList(argument.value, offset: argument.offset, of: .base).namedItems() {
        guard item.name != ProductBase.name else {
          throw arguments.error(argument, "a part of a product is no product; write its parts")
        }
        let dimension = try item.takeDimension()
        parts.append(try make(item, dimension: dimension))
      }
    }
    guard 1..<65_536 ~= parts.count else {
      throw FlowError(.architecture, "product(…) takes 1 to 65535 bases, such as product(3*normal,uniform(0,1))")
    }
    return parts
  }

  private static func make(_ item: LayerList.NamedItem, dimension: Int) throws(FlowError) -> any BaseDistribution {
    guard let kind = kinds.first(where: { $0.name == item.name }) else { throw unknown(item.name, at: item.offset) }
    var arguments = LayerArguments(
      layerName: item.name, dimension: dimension, contextDimension: 0, registry: .standard,
      random: RandomStream(seed: 0, purpose: .architecture), item.arguments, of: .base)
    let base = try kind.make(&arguments)
    try arguments.requireAllUsed()
    return base
  }

  private static func unknown(_ name: String, at offset: Int) -> FlowError {
    let place = offset > 0 ? " at character \(offset + 1) of the base" : ""
    return FlowError(
      .architecture, "unknown base distribution '\(name)'\(place): the bases are \(names.joined(separator: ", "))")
  }

  static func kind(_ name: String) throws(FlowError) -> any BaseDistribution.Type {
    guard let kind = kinds.first(where: { $0.name == name }) else { throw unknown(name, at: 0) }
    return kind
  }
}

extension LayerList.NamedItem {
  /// The argument `dimension`, by default 1.
  fileprivate mutating func takeDimension() throws(FlowError) -> Int {
    guard let index = arguments.firstIndex(where: { $0.key == "dimension" }) else { return 1 }
    let argument = arguments.remove(at: index)
    guard let dimension = Int(argument.value), 1...65_536 ~= dimension else {
      throw LayerArguments.error(argument, "dimension takes a whole number above 0", of: .base)
    }
    return dimension
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
    try DescriptionCheck.requireSize(base.dimension, "the base '\(type(of: base).name)'")
    try base.checkDescription()
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(type(of: base).name, forKey: .kind)
    try container.encode(base, forKey: .base)
  }
}
