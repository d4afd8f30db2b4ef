/// Leads periodic features to angles in [−π, π): z = 2π (x − m)/(b − a) for a period from a to b with the middle m, after
/// x is moved into [a, b) by whole periods. Other features are left alone. log|det| = Σ log(2π/(b − a)).
///
/// Defined for every x, and a bijection of one period: the density of x is that of x moved into [a, b), and integrates to
/// 1 over one period. The inverse lies in [a, b). An angle stays inside the open interval (−π, π) also after it is rounded
/// to ``Scalar``, which moves one next to its ends by at most an ulp. `flowctl fit --circular column=a..b`.
public struct Circular: ElementwisePreprocessing {
  public static let layerName = "circular"
  /// (a, b) of each periodic feature; nil for others.
  public let periods: [Interval?]

  private enum CodingKeys: CodingKey { case periods }

  public init(periods: [Interval?]) {
    precondition(
      periods.allSatisfy { $0 == nil || $0!.lower.isFinite && $0!.upper.isFinite }, "a period has two finite ends")
    self.periods = periods
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(
      periods.allSatisfy { $0 == nil || $0!.lower < $0!.upper && $0!.lower.isFinite && $0!.upper.isFinite },
      "\(Self.layerName) has a period that does not rise")
  }

  public var dimension: Int { periods.count }
  /// Within one period.
  public var isAffine: Bool { true }

  public func image(of input: [Interval]) -> [Interval] {
    zip(periods, input).map { $0 == nil ? $1 : Interval(-.pi, .pi) }
  }

  public func kinds(of input: [FeatureKind]) -> [FeatureKind] {
    zip(periods, input).map { $0 == nil ? $1 : .circle }
  }

  public func forward(_ x: Double, feature: Int) -> ElementwiseValue {
    guard let period = periods[feature] else { return .identity(x) }
    let length = period.upper - period.lower
    let z = 2 * .pi * (Self.wrapped(x - Self.middle(period), length) / length)
    return .linear(min(max(z, -Self.limit), Self.limit), slope: 2 * .pi / length)
  }

  public func inverse(_ z: Double, feature: Int) -> ElementwiseValue {
    guard let period = periods[feature] else { return .identity(z) }
    let length = period.upper - period.lower
    let x = Self.middle(period) + Self.wrapped(z, 2 * .pi) / (2 * .pi) * length
    // Rounding may lead to b or just below a: on the circle, both are a.
    let isInside = period.lower <= x && x < period.upper
    return .linear(isInside ? x : period.lower, slope: length / (2 * .pi))
  }

  /// The largest number below π in the precision of the flow's layers.
  private static let limit = Double(Scalar.pi.nextDown)

  private static func middle(_ period: Interval) -> Double { period.lower + (period.upper - period.lower) / 2 }

  /// x less the nearest whole number of lengths, in [−length/2, length/2).
  private static func wrapped(_ x: Double, _ length: Double) -> Double {
    let half = length / 2
    guard x < -half || x >= half else { return x }
    let rest = x - (x / length).rounded() * length
    return -half <= rest && rest < half ? rest : -half
  }

  public func summary(columns: [String]) -> String {
    "circular "
      + columns.indices.compactMap { feature in
        periods[feature].map { "\(columns[feature]) (\(rangeText($0.lower, $0.upper)!))" }
      }.joined(separator: ", ")
  }
}
