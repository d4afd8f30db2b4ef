extension Double {
  /// P(a, x) = γ(a, x)/Γ(a) and Q = 1 − P, each to about 10⁻¹³ of itself, for a > 0 and x ≥ 0.
  ///
  /// The smaller of the two is computed: P by its power series for x < a + 1, else Q by its continued fraction (Lentz's method).
  /// Source: Abramowitz & Stegun 6.5.29 and 6.5.31; Press et al., Numerical Recipes, 6.2.
  static func incompleteGamma(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
    precondition(a > 0 && x >= 0, "incomplete gamma of (\(a), \(x))")
    guard x > 0 else { return (0, 1) }
    let scale = gammaScale(a, x)
    if x < a + 1 {
      var (term, sum, denominator) = (1 / a, 1 / a, a)
      while term > sum * 1e-17 {
        denominator += 1
        term *= x / denominator
        sum += term
      }
      return (scale * sum, 1 - scale * sum)
    }
    let upper = scale * continuedFraction(a, x)
    return (1 - upper, upper)
  }

  /// xᵃ e⁻ˣ/Γ(a): of large a with Stirling's series, because logarithms of thousands would leave no digits.
  private static func gammaScale(_ a: Double, _ x: Double) -> Double {
    guard a > 50 else { return exp(a * log(x) - x - logGamma(a)) }
    let distance = (x - a) / a
    let series = (1 / 12.0 - (1 / 360.0 - 1 / (1_260 * a * a)) / (a * a)) / a
    return exp(a * (log(onePlus: distance) - distance) - series) * (a / (2 * Double.pi)).squareRoot()
  }

  /// 1/(x + 1 − a − 1(1 − a)/(x + 3 − a − 2(2 − a)/(x + 5 − a − …))).
  private static func continuedFraction(_ a: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    var b = x + 1 - a
    var c = 1 / tiny
    var d = 1 / b
    var result = d
    // Some √a terms suffice near x = a, fewer beyond.
    for n in 1...1_000_000 {
      let numerator = -Double(n) * (Double(n) - a)
      b += 2
      d = numerator * d + b
      d = 1 / (abs(d) < tiny ? tiny : d)
      c = b + numerator / c
      c = abs(c) < tiny ? tiny : c
      let factor = d * c
      result *= factor
      if abs(factor - 1) < 1e-16 { break }
    }
    return result
  }

  /// The two tails of the χ² distribution of k degrees of freedom at x.
  static func chiSquareTails(_ x: Double, degrees k: Double) -> (below: Double, above: Double) {
    let (lower, upper) = incompleteGamma(k / 2, x / 2)
    return (lower, upper)
  }
}
