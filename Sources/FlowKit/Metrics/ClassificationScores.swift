/// How good probabilities of classes are, on events whose classes are known.
///
///     accuracy          the part of the events whose most probable class is theirs
///     log-loss          −(1/N) Σᵢ log P(classᵢ), in nats; log K where all of K classes are equally probable
///     calibration error Σ_b (n_b/N) |accuracy_b − confidence_b|
///
/// with n_b events in the bin b of their confidence, the largest probability, and the means of these there: the expected calibration error
/// (Guo et al. 2017, arXiv:1706.04599) with 15 bins of equal width. It is 0 where of the events of confidence p the part p is right,
/// and above it for any finite number of events.
public struct ClassificationScores: Sendable, Equatable {
  public static let bins = 15

  /// Events with probabilities.
  public private(set) var count = 0
  /// Events without, whose probabilities are NaN.
  public private(set) var nonFinite = 0
  private var losses = 0.0
  private var confidences = [Double](repeating: 0, count: Self.bins)
  private var (right, counts) = ([Int](repeating: 0, count: Self.bins), [Int](repeating: 0, count: Self.bins))

  public init() {}

  /// Adds an event.
  ///
  /// - Parameters:
  ///   - logProbabilities: log P of each class.
  ///   - truth: the place of the event's class among them.
  public mutating func add(_ logProbabilities: some Collection<Double>, truth: Int) {
    let values = Array(logProbabilities)
    precondition(values.indices.contains(truth), "the class \(truth) of \(values.count)")
    guard !values.contains(where: \.isNaN) else {
      nonFinite += 1
      return
    }
    let best = values.indices.max { values[$0] < values[$1] }!
    let confidence = Double.exp(values[best])
    // Bins are open to the left: a confidence of 1 belongs to the last.
    let bin = min(Self.bins - 1, max(0, Int((confidence * Double(Self.bins)).rounded(.up)) - 1))
    count += 1
    losses -= values[truth]
    counts[bin] += 1
    confidences[bin] += confidence
    if values[best] == values[truth] { right[bin] += 1 }
  }

  /// nil without events.
  public var accuracy: Double? { count > 0 ? Double(right.reduce(0, +)) / Double(count) : nil }
  /// +∞ where a class of probability 0 was an event's; nil without events.
  public var logLoss: Double? { count > 0 ? losses / Double(count) : nil }
  /// From 0 to 1; nil without events.
  public var calibrationError: Double? {
    guard count > 0 else { return nil }
    return (0..<Self.bins).reduce(0) { $0 + abs(Double(right[$1]) - confidences[$1]) } / Double(count)
  }
}
