extension Double {
  /// ψ(x) = d log Γ(x) / dx for x > 0, to about 10⁻¹⁵ of max(1, |ψ|).
  ///
  /// ψ(x) = ψ(x + 1) − 1/x until x ≥ 10, then the asymptotic series log x − 1/2x − Σ B₂ₖ / (2k x²ᵏ) (Abramowitz & Stegun
  /// 6.3.18), whose first term left out, B₁₆/16x¹⁶, is below 5·10⁻¹⁷.
  package static func digamma(_ x: Double) -> Double {
    precondition(x > 0, "digamma of \(x)")
    var (x, result) = (x, 0.0)
    while x < 10 {
      result -= 1 / x
      x += 1
    }
    // B₂ₖ / 2k for k = 7 … 1.
    let coefficients = [1.0 / 12, -691.0 / 32_760, 1.0 / 132, -1.0 / 240, 1.0 / 252, -1.0 / 120, 1.0 / 12]
    let inverseSquare = 1 / (x * x)
    let series = coefficients.reduce(0) { ($0 + $1) * inverseSquare }
    return result + log(x) - 0.5 / x - series
  }
}
