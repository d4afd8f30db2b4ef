// Base distributions as texts: a name with arguments, such as `mixture(8)`, as a layer of a layer list is written.

extension Registry {
  /// The base that `text` describes, such as `student-t` or `product(3*normal,uniform(0,1))`.
  ///
  /// - Throws: where the text cannot be read, or describes a base of another dimension, naming the place.
  public func base(_ text: String, dimension: Int) throws(FlowError) -> any BaseDistribution {
    let base = try readBase(text, dimension: dimension)
    guard base.dimension == dimension else {
      throw FlowError(
        .architecture,
        "the base \(text) has \(base.dimension) features, but the events have \(dimension): change n*… or dimension=… "
          + "of its parts")
    }
    return base
  }

  /// Throws where `text` describes no base for events of any dimension.
  public func check(base text: String) throws(FlowError) {
    _ = try readBase(text, dimension: 1)
  }

  private func readBase(_ text: String, dimension: Int) throws(FlowError) -> any BaseDistribution {
    let items = try LayerList(text, offset: 0, of: .base).namedItems()
    guard items.count == 1 else {
      throw FlowError(
        .architecture, "'\(text)' names \(items.count) bases; put them side by side by product(\(text))")
    }
    return try makeBase(items[0], dimension: dimension)
  }

  /// The parts of a product, in order.
  func parts(_ arguments: inout LayerArguments) throws(FlowError) -> [any BaseDistribution] {
    var parts: [any BaseDistribution] = []
    for argument in arguments.positionals() {
      for var item in try LayerList(argument.value, offset: argument.offset, of: .base).namedItems() {
        guard item.name != ProductBase.name else {
          throw arguments.error(argument, "a part of a product is no product; write its parts")
        }
        let dimension = try item.takeDimension()
        parts.append(try makeBase(item, dimension: dimension))
      }
    }
    guard 1..<65_536 ~= parts.count else {
      throw FlowError(.architecture, "product(…) takes 1 to 65535 bases, such as product(3*normal,uniform(0,1))")
    }
    return parts
  }

  private func makeBase(_ item: LayerList.NamedItem, dimension: Int) throws(FlowError) -> any BaseDistribution {
    guard let kind = bases[item.name] else {
      let place = item.offset > 0 ? " at character \(item.offset + 1) of the base" : ""
      throw FlowError(
        .architecture,
        "unknown base distribution '\(item.name)'\(place): the bases are \(baseNames.joined(separator: ", "))")
    }
    var arguments = LayerArguments(
      layerName: item.name, dimension: dimension, contextDimension: 0, registry: self,
      random: RandomStream(seed: 0, purpose: .architecture), item.arguments, of: .base)
    let base = try kind.make(&arguments)
    try arguments.requireAllUsed()
    return base
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
