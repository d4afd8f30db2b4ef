extension Double {
  /// Φ(z), the probability that a standard normal number is at most z.
  static func normalProbability(below z: Double) -> Double { complementaryErrorFunction(-z * 0.5.squareRoot()) / 2 }

  /// Φ⁻¹(p) for 0 < p < 1, to about 10⁻¹⁵ of max(1, |z|).
  ///
  /// From a rational approximation (Abramowitz & Stegun 26.2.23, error below 4.5·10⁻⁴) by two of Halley's steps, each of which cubes the
  /// error. The tail is the smaller one, so that p near 1 loses nothing that p itself has not lost.
  static func normalQuantile(_ p: Double) -> Double {
    precondition(p > 0 && p < 1, "a quantile of \(p)")
    let tail = min(p, 1 - p)
    let t = (-2 * log(tail)).squareRoot()
    var z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    for _ in 0..<2 {
      // f = Φ(−z) − tail, f′ = −φ(z), f″ = zφ(z); relative to φ.
      let step = (normalProbability(below: -z) - tail) * (2 * Double.pi).squareRoot() * exp(z * z / 2)
      z += step / (1 - z * step / 2)
    }
    return p < 0.5 ? -z : z
  }
}
