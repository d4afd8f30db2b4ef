/// The Gauss–Legendre rule of n nodes on [0, 1]: ∫₀¹ f = Σᵢ wᵢ f(uᵢ), exact for polynomials up to degree 2n − 1.
///
/// The nodes are the roots of the Legendre polynomial Pₙ, by Newton steps from cos π(i + 3/4)/(n + 1/2); errors are an ulp or two of
/// Double. Source: Abramowitz & Stegun, "Handbook of Mathematical Functions", 25.4.30.
struct GaussLegendre: Sendable {
  let nodes, weights: [Double]

  init(count n: Int) {
    var (nodes, weights): ([Double], [Double]) = ([], [])
    for index in (0..<n).reversed() {
      var u = Double.cos(.pi * (Double(index) + 0.75) / (Double(n) + 0.5))
      for _ in 0..<8 {
        let (value, slope) = Self.legendre(n, u)
        u -= value / slope
      }
      let slope = Self.legendre(n, u).slope
      nodes.append((1 + u) / 2)
      weights.append(1 / ((1 - u * u) * slope * slope))
    }
    (self.nodes, self.weights) = (nodes, weights)
  }

  /// Pₙ(u) and its derivative.
  private static func legendre(_ n: Int, _ u: Double) -> (value: Double, slope: Double) {
    var (before, value) = (0.0, 1.0)
    for k in 0..<n { (before, value) = (value, (Double(2 * k + 1) * u * value - Double(k) * before) / Double(k + 1)) }
    return (value, Double(n) * (u * value - before) / (u * u - 1))
  }
}
