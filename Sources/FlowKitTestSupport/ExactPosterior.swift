public import FlowKit
internal import Glibc

/// A problem whose posterior is known, on which a ``Calibration`` can be proved: two parameters θ ~ N(0, I), data y = θ + noise of
/// variance 1, so that θ given y is N(y/2, I/2). What is handed to a calibration may be bent.
public struct ExactPosterior: Sendable {
  /// Of the stated standard deviation to the right one.
  public var scale = 1.0
  /// Added to the stated mean of the first parameter.
  public var shift = 0.0
  /// States the prior whatever y is.
  public var ignoresData = false
  /// L.
  public var draws = 100

  public init(scale: Double = 1, shift: Double = 0, ignoresData: Bool = false, draws: Int = 100) {
    (self.scale, self.shift, self.ignoresData, self.draws) = (scale, shift, ignoresData, draws)
  }

  /// Levels of N events, and y.
  public func levels(_ events: Int, seed: UInt64) -> (levels: CalibrationLevels, context: [Double]) {
    var random = NormalNumbers(seed: seed)
    let truths = (0..<(2 * events)).map { _ in random.next() }
    let context = truths.map { $0 + random.next() }
    let spread = scale * (ignoresData ? 1 : 0.5.squareRoot())
    var levels = CalibrationLevels(events: truths, columns: ["a", "b"], seed: seed)
    for event in 0..<events {
      let own = [2 * event, 2 * event + 1]
      let means = own.map { (ignoresData ? 0 : context[$0] / 2) + ($0.isMultiple(of: 2) ? shift : 0) }
      func logDensity(_ point: ArraySlice<Double>) -> Double {
        -zip(point, means).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / (2 * spread * spread)
      }
      let sample = (0..<(2 * draws)).map { means[$0 % 2] + spread * random.next() }
      let densities = (0..<draws).map { logDensity(sample[(2 * $0)..<(2 * $0 + 2)]) }
      levels.add(draws: sample, logDensity: (logDensity(truths[(2 * event)..<(2 * event + 2)]), densities))
    }
    return (levels, context)
  }

  /// The calibration of N events with y as context.
  public func calibration(_ events: Int, seed: UInt64, permutations: Int = 999) throws(FlowError) -> Calibration {
    let (levels, context) = levels(events, seed: seed)
    return try Calibration(
      levels, context: context, contextColumns: ["y1", "y2"], permutations: permutations, threads: 1)
  }
}

/// Standard normal numbers of a seed.
public struct NormalNumbers {
  private var random: RandomStream

  public init(seed: UInt64) { random = RandomStream(seed: seed, purpose: .samples) }

  /// By Marsaglia's polar method (1964).
  public mutating func next() -> Double {
    while true {
      let (x, y) = (2 * random.uniform() - 1, 2 * random.uniform() - 1)
      let square = x * x + y * y
      guard square > 0, square < 1 else { continue }
      return x * (-2 * log(square) / square).squareRoot()
    }
  }

  public mutating func uniform() -> Double { random.uniform() }
}
