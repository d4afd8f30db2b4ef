/// The space in which one feature of an event lives, as the layers see it.
///
/// A layer list is read against the kinds of the features, as it is against their number: couplings, autoregressive and element-wise
/// layers map each feature by its kind, and their networks see it so that nothing happens where it goes once around.
public enum FeatureKind: String, Sendable, Codable {
  /// A number.
  case line
  /// An angle in [−π, π], whose ends are one point.
  case circle

  /// The values that it can have.
  public var domain: Interval {
    switch self {
    case .line: .real
    // The open interval that has ±π inside.
    case .circle: Interval((-Double.pi).nextDown, Double.pi.nextUp)
    }
  }

  /// The rows in which a network sees it: x itself, or (cos x, sin x).
  var seenRows: Int { self == .circle ? 2 : 1 }
}

extension Bijector {
  public func kinds(of input: [FeatureKind]) -> [FeatureKind] { Array(repeating: .line, count: dimension) }
}
