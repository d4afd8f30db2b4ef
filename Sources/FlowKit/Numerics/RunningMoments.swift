/// The mean and standard error of numbers that come one at a time, in Double (Welford 1962). Numbers that are not
/// finite are counted apart.
public struct RunningMoments: Sendable {
  /// How many numbers were finite.
  public private(set) var finiteCount = 0
  public private(set) var nonFiniteCount = 0
  private var runningMean = 0.0
  private var squares = 0.0

  public init() {}

  public mutating func add(_ value: Double) {
    guard value.isFinite else {
      nonFiniteCount += 1
      return
    }
    finiteCount += 1
    let difference = value - runningMean
    runningMean += difference / Double(finiteCount)
    squares += difference * (value - runningMean)
  }

  /// The mean of the finite numbers; nil without any.
  public var mean: Double? { finiteCount > 0 ? runningMean : nil }

  /// s = √(Σ (x − x̄)²/(n − 1)); nil for fewer than two finite numbers.
  var standardDeviation: Double? {
    finiteCount > 1 ? (squares / Double(finiteCount - 1)).squareRoot() : nil
  }

  /// √(s²/n), with s² = Σ (x − x̄)²/(n − 1); nil for fewer than two finite numbers.
  public var standardError: Double? {
    finiteCount > 1 ? (squares / Double(finiteCount - 1) / Double(finiteCount)).squareRoot() : nil
  }
}
