/// An open interval of the real line, in which a feature of an event lies.
public struct Interval: Sendable, Codable, Hashable {
  public let lower: Double
  public let upper: Double

  private enum CodingKeys: CodingKey { case lower, upper }

  public init(_ lower: Double, _ upper: Double) {
    precondition(lower < upper, "an interval from \(lower) to \(upper)")
    (self.lower, self.upper) = (lower, upper)
  }

  /// (−∞, ∞).
  public static let real = Interval(-.infinity, .infinity)

  public func contains(_ x: Double) -> Bool { lower < x && x < upper }
  public func contains(_ other: Interval) -> Bool { lower <= other.lower && other.upper <= upper }
}
