/// The distribution of the sum of squares of k independent standard normal numbers.
enum ChiSquare {
  /// The probability of at most x with `degrees` of freedom: P(k/2, x/2), the regularized incomplete gamma function, to about 1e-14.
  ///
  /// A series below a + 1 and Lentz's continued fraction above it (Press et al., Numerical Recipes, section 6.2).
  static func distribution(_ x: Double, degrees: Int) -> Double {
    guard x > 0 else { return 0 }
    guard x < .infinity else { return 1 }
    let (a, x) = (Double(degrees) / 2, x / 2)
    let front = Double.exp(a * Double.log(x) - x - Double.logGamma(a))
    return x < a + 1 ? front * series(a, x) : 1 - front * fraction(a, x)
  }

  private static func series(_ a: Double, _ x: Double) -> Double {
    var (term, sum, n) = (1 / a, 1 / a, a)
    while term > sum * 1e-17 {
      n += 1
      term *= x / n
      sum += term
    }
    return sum
  }

  private static func fraction(_ a: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    var b = x + 1 - a
    var (c, d) = (1 / tiny, 1 / b)
    var result = d
    // It converges the faster the larger x is; 10,000 are enough for every number of features that fits in memory.
    for n in 1...10_000 {
      let term = -Double(n) * (Double(n) - a)
      b += 2
      d = term * d + b
      d = 1 / (d.magnitude < tiny ? tiny : d)
      c = b + term / c
      if c.magnitude < tiny { c = tiny }
      result *= d * c
      if (d * c - 1).magnitude < 1e-16 { break }
    }
    return result
  }
}
