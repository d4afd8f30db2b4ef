internal import CFlowKernels

/// The uniform density on the box [a, b]ᴰ: log p₀(z) = −D log(b − a) inside, −∞ outside, with gradient 0. Text:
/// `uniform(a,b)`, by default (−1, 1); `pi` and `-pi` are numbers.
///
/// For layers whose values cannot leave the box, such as circular ones on (−π, π). The bounds belong to the box: in
/// Float, a value just below π is the number next to it, which is above π.
public struct Uniform: BaseDistribution {
  public static let name = "uniform"
  public let dimension: Int
  public let lower: Double
  public let upper: Double

  private enum CodingKeys: CodingKey { case dimension, lower, upper }

  public init(dimension: Int, lower: Double = -1, upper: Double = 1) {
    precondition(lower < upper && (upper - lower).isFinite, "a box from \(lower) to \(upper)")
    (self.dimension, self.lower, self.upper) = (dimension, lower, upper)
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(
      lower < upper && (upper - lower).isFinite, "the box of the base goes from \(lower) to \(upper)")
  }

  public var text: String { "\(Self.name)(\(lower),\(upper))" }
  public var support: [Interval] { Array(repeating: Interval(lower, upper), count: dimension) }
  public var traits: BaseTraits {
    BaseTraits(dimension: dimension, isIndependent: true, isHeavy: false, fillsSpace: false)
  }
  public func ofDimension(_ dimension: Int) -> Uniform? {
    Uniform(dimension: dimension, lower: lower, upper: upper)
  }

  public static func make(_ arguments: inout LayerArguments) throws(FlowError) -> any BaseDistribution {
    let lower = try arguments.number("lower", positional: true, default: -1, "a number") { abs($0) <= 1e30 }
    let upper = try arguments.number("upper", positional: true, default: max(1, lower + 2), "a number above \(lower)") {
      Scalar($0) > Scalar(lower) && $0 <= 1e30
    }
    return Uniform(dimension: arguments.dimension, lower: lower, upper: upper)
  }

  public func logDensity(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) {
    z.checkLogDensities(logDensity)
    flowkit_uniform_log_density(
      z.base, logDensity.baseAddress!, z.features, z.width, Scalar(lower), Scalar(upper))
  }

  public func logDensityWithPullback(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> BasePullback {
    self.logDensity(z, parameters, into: logDensity)
    return { _, _ in Tile(features: z.features, like: z, filledWith: 0) }
  }

  public func sample(into z: inout Tile, _ parameters: Parameters, from random: EventRandom) {
    z.fill(from: random, by: flowkit_uniform_fill)
    let (lower, upper) = (Scalar(lower), Scalar(upper))
    for feature in 0..<z.features {
      z.withMutableRow(feature) { row in
        // Rounding must not leave the box.
        for event in row.indices { row[event] = min(lower + (upper - lower) * row[event], upper) }
      }
    }
  }
}

extension BaseDistribution {
  /// The same for numbers, and uniform for angles, whose density has to be periodic, and for what was a category; itself where its features are
  /// not independent.
  func suited(to kinds: [FeatureKind]) -> any BaseDistribution {
    guard kinds.contains(where: { $0 != .line }), let line = ofDimension(1) else { return self }
    let parts = kinds.map { kind -> any BaseDistribution in
      switch kind {
      case .circle: Uniform(dimension: 1, lower: -.pi, upper: .pi)
      case .unit: Uniform(dimension: 1, lower: 0, upper: 1)
      case .line, .categories: line
      }
    }
    // One part of them all is that part.
    let product = ProductBase(parts)
    return product.parts.count == 1 ? product.parts[0] : product
  }
}
