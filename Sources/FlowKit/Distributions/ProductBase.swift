/// Bases side by side, each for a run of consecutive features: log p₀(z) is the sum of theirs.
///
/// Text: `product(part,…)`, such as `product(3*normal,student-t,mixture(4,dimension=2))`. A part has one feature unless
/// `dimension=` says otherwise, and `n*` repeats it; together the parts have D features.
public struct ProductBase: BaseDistribution, Composite {
  public static let name = "product"
  public let parts: [any BaseDistribution]
  public let dimension: Int
  let layout: ParameterLayout

  /// Neighbours of the same text whose features are independent become one part.
  public init(_ parts: [any BaseDistribution]) {
    var merged: [any BaseDistribution] = []
    for part in parts {
      if let last = merged.last, last.text == part.text,
        let both = last.ofDimension(last.dimension + part.dimension)
      {
        merged[merged.count - 1] = both
      } else {
        merged.append(part)
      }
    }
    self.init(merged: merged)
  }

  private init(merged parts: [any BaseDistribution]) {
    precondition(1..<65_536 ~= parts.count, "a product of \(parts.count) bases")
    self.parts = parts
    dimension = parts.reduce(0) { $0 + $1.dimension }
    layout = ParameterLayout(
      parts.enumerated().map { (($0 < 10 ? "0" : "") + "\($0)-\(type(of: $1).name)", $1) })
  }

  public var text: String { "\(Self.name)(\(parts.map(Self.text).joined(separator: ",")))" }
  public var support: [Interval] { parts.flatMap(\.support) }
  public var traits: BaseTraits {
    let traits = parts.map(\.traits)
    var result = BaseTraits(
      dimension: dimension, isNormal: traits.allSatisfy(\.isNormal),
      isIndependent: traits.allSatisfy { $0.isIndependent == true }, isHeavy: nil,
      fillsSpace: traits.allSatisfy(\.fillsSpace))
    result.isHeavy = traits.flatMap(\.isHeavy)
    return result
  }

  private static func text(of part: any BaseDistribution) -> String {
    if part.dimension == 1 { return part.text }
    if part.ofDimension(1) != nil { return "\(part.dimension)*\(part.text)" }
    let argument = "dimension=\(part.dimension))"
    return part.text.hasSuffix(")") ? "\(part.text.dropLast()),\(argument)" : "\(part.text)(\(argument)"
  }

  public static func make(_ arguments: inout LayerArguments) throws(FlowError) -> any BaseDistribution {
    ProductBase(try arguments.registry.parts(&arguments))
  }

  private func features(of index: Int) -> Range<Int> {
    let start = parts[..<index].reduce(0) { $0 + $1.dimension }
    return start..<(start + parts[index].dimension)
  }

  // MARK: Parameters: those of the parts

  public func initialParameters(
    for sample: Tile, given context: Tile?, using random: inout RandomStream
  ) -> [Scalar] {
    var values: [Scalar] = []
    for (index, part) in parts.enumerated() {
      values += part.initialParameters(for: sample.rows(features(of: index)), given: context, using: &random)
    }
    return values
  }

  // MARK: The density

  public func logDensity(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) {
    addUp(z, into: logDensity) { index, z, place in
      parts[index].logDensity(z, parameters.slice(layout.parts[index].prepared), into: place)
    }
  }

  public func logDensityWithPullback(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> BasePullback {
    var pullbacks: [BasePullback] = []
    addUp(z, into: logDensity) { index, z, place in
      pullbacks.append(
        parts[index].logDensityWithPullback(z, parameters.slice(layout.parts[index].prepared), into: place))
    }
    return { [pullbacks] cotangent, gradient in
      var result = Tile(features: dimension, like: cotangent)
      for (index, pullback) in pullbacks.enumerated() {
        let part = gradient.withSlice(layout.parts[index].prepared) { pullback(cotangent, &$0) }
        result.write(part, toRow: features(of: index).lowerBound)
      }
      return result
    }
  }

  private func addUp(
    _ z: Tile, into logDensity: UnsafeMutableBufferPointer<Double>,
    _ compute: (_ part: Int, _ z: Tile, _ place: UnsafeMutableBufferPointer<Double>) -> Void
  ) {
    logDensity.update(repeating: 0)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: logDensity.count) { part in
      for index in parts.indices {
        compute(index, z.rows(features(of: index)), part)
        for event in logDensity.indices { logDensity[event] += part[event] }
      }
    }
  }

  public func sample(into z: inout Tile, _ parameters: Parameters, from random: EventRandom) {
    for (index, part) in parts.enumerated() {
      var drawn = Tile(features: part.dimension, like: z)
      part.sample(into: &drawn, parameters.slice(layout.parts[index].prepared), from: random.part(index))
      z.write(drawn, toRow: features(of: index).lowerBound)
    }
  }

  public func sampleWithPullback(
    into z: inout Tile, _ parameters: Parameters, from random: EventRandom
  ) throws(FlowError) -> SamplePullback {
    var pullbacks: [SamplePullback] = []
    for (index, part) in parts.enumerated() {
      var drawn = Tile(features: part.dimension, like: z)
      pullbacks.append(
        try part.sampleWithPullback(
          into: &drawn, parameters.slice(layout.parts[index].prepared), from: random.part(index)))
      z.write(drawn, toRow: features(of: index).lowerBound)
    }
    return { [pullbacks] cotangent, gradient in
      for (index, pullback) in pullbacks.enumerated() {
        gradient.withSlice(layout.parts[index].prepared) { pullback(cotangent.rows(features(of: index)), &$0) }
      }
    }
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case parts }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let parts = try container.decode([EncodedBase].self, forKey: .parts).map(\.base)
    try DescriptionCheck.require(1..<65_536 ~= parts.count, "a product has \(parts.count) parts")
    self.init(merged: parts)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(parts.map(EncodedBase.init), forKey: .parts)
  }
}
