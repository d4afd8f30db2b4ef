internal import Foundation

/// The generalised Pareto distribution with lower end 0, fitted to exceedances by the empirical Bayes rule of Zhang & Stephens
/// (2009), with the weak prior on its shape of Vehtari et al. (2024, appendix C).
struct ParetoTail {
  /// k: moments of order 1/k and above are infinite.
  let shape: Double

  /// - Parameter exceedances: at least five positive numbers, in rising order.
  init(fitting exceedances: [Double]) {
    let count = exceedances.count
    let candidates = 30 + Int(Double(count).squareRoot())
    let quartile = exceedances[Int(Double(count) / 4 + 0.5) - 1]
    // θ = −k/σ, on a grid of the prior's quantiles.
    let thetas = (1...candidates).map { index in
      (1 - (Double(candidates) / (Double(index) - 0.5)).squareRoot()) / (3 * quartile) + 1 / exceedances.last!
    }
    func shape(_ theta: Double) -> Double {
      exceedances.reduce(0) { $0 + Double.log(onePlus: -theta * $1) } / Double(count)
    }
    let logLikelihoods = thetas.map { theta in
      let k = shape(theta)
      return Double(count) * (Double.log(-theta / k) - k - 1)
    }
    let weights = logLikelihoods.map { own in
      1 / logLikelihoods.reduce(0) { $0 + Double.exp($1 - own) }
    }
    let total = weights.reduce(0, +)
    let theta = zip(weights, thetas).reduce(0) { $0 + $1.0 / total * $1.1 }
    self.shape = (Double(count) * shape(theta) + 5) / (Double(count) + 10)
  }

  /// k̂ of importance weights: the shape of the tail of the 3√S largest of S (a fifth of them for small S); −∞ where all are the
  /// same, +∞ where they are no numbers (Vehtari et al. 2024).
  static func shape(ofLogWeights logWeights: [Double]) -> Double {
    let count = logWeights.count
    let length = count > 225 ? Int(3 * Double(count).squareRoot()) : count / 5
    guard length >= 5, let largest = logWeights.max(), largest.isFinite else { return .infinity }
    let sorted = logWeights.sorted().suffix(length + 1).map { Double.exp($0 - largest) }
    let tail = sorted.dropFirst().map { $0 - sorted[0] }
    guard tail.last! > 0 else { return -.infinity }
    // Equal weights, such as of repeated points, are no exceedances.
    let exceedances = tail.filter { $0 > 0 }
    return exceedances.count >= 5 ? ParetoTail(fitting: exceedances).shape : .infinity
  }

  /// The largest k̂ at which S weights can be trusted: min(1 − 1/log₁₀ S, 0.7).
  static func limit(count: Int) -> Double { min(1 - 1 / Foundation.log10(Double(count)), 0.7) }
}
