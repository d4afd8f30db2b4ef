/// Easy events first: until half of the training is over, event x counts with
///
///     w_t(x) = min(1, exp((ℓ(x) − c_t) / T))
///
/// of its weight, where ℓ is the log-density by the flow that the first tenth of the training, a plain one, has made, T the
/// distance of ℓ's quartiles, and c_t falls from the median of ℓ through its quantiles. What follows is plain training: w = 1.
/// Where somebody knows how easy events are, ℓ is that, and no plain tenth comes first.
///
/// As c_t falls each w_t(x) grows, those of rare events most: Σ w_t and the entropy of q_t ∝ w_t p rise.
package struct Curriculum {
  /// Its end, and its begin after a warm-up, in parts of the training.
  static let (warmUp, end) = (0.1, 0.5)
  /// How often c_t falls.
  package static let stages = 32

  private let scores: [Double]
  private let weights: [Double]
  /// Finite scores, in order.
  private let sorted: [Double]
  private let spread: Double

  /// One stage: w_t by place, divided by their mean, so that a loss stays a mean; and what is said of it.
  package struct Stage {
    package let factors: [Double]
    /// Σ w_t as a part of all weight.
    package let share: Double
    /// Of q_t, and of all weights, in nats.
    package let entropy, fullEntropy: Double

    var note: String {
      func text(_ value: Double) -> String { "\((100 * value).rounded() / 100)" }
      return
        "curriculum: events count with \(text(share)) of their weight; entropy \(text(entropy)) of \(text(fullEntropy)) nats"
    }
  }

  /// - Parameters:
  ///   - scores: ℓ of each event.
  ///   - weights: its own weight, relative to the mean.
  package init(scores: [Double], weights: [Double]) {
    (self.scores, self.weights) = (scores, weights)
    let finite = scores.filter(\.isFinite).sorted()
    sorted = finite
    spread = finite.isEmpty ? 1 : max(Self.quantile(0.75, finite) - Self.quantile(0.25, finite), 1e-6)
  }

  private static func quantile(_ part: Double, _ sorted: [Double]) -> Double {
    sorted[Int(part * Double(sorted.count - 1))]
  }

  /// The stage at `progress`; nil where events count as they are.
  ///
  /// - Parameter begin: where the first one begins.
  package static func stage(at progress: Double, from begin: Double = warmUp) -> Int? {
    begin..<end ~= progress ? Int((progress - begin) / (end - begin) * Double(stages)) : nil
  }

  package func stage(_ number: Int) -> Stage {
    let part = 0.5 * (1 - Double(number) / Double(Self.stages))
    let limit = sorted.isEmpty ? -.infinity : Self.quantile(part, sorted)
    let factors = scores.map { score in
      guard score.isFinite else { return 0.0 }
      return score >= limit ? 1 : Double.exp((score - limit) / spread)
    }
    var (sum, all, logs, fullLogs) = (0.0, 0.0, 0.0, 0.0)
    for (factor, weight) in zip(factors, weights) {
      let own = factor * weight
      (sum, all) = (sum + own, all + weight)
      if own > 0 { logs += own * Double.log(own) }
      if weight > 0 { fullLogs += weight * Double.log(weight) }
    }
    let scale = all / max(sum, .leastNormalMagnitude)
    return Stage(
      factors: factors.map { $0 * scale }, share: sum / all, entropy: Double.log(sum) - logs / sum,
      fullEntropy: Double.log(all) - fullLogs / all)
  }
}
