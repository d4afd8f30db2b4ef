/// Germination of seeds with a random effect for each of 21 plates (Crowder 1978; BUGS Examples I): rᵢ ~ binomial(nᵢ, logit⁻¹(α₀ +
/// α₁x₁ᵢ + α₂x₂ᵢ + α₁₂x₁ᵢx₂ᵢ + bᵢ)), bᵢ ~ N(0, 1/√τ), α ~ N(0, 10), τ ~ Γ(0.01, 0.01), in the coordinates α₀, α₁, α₂, α₁₂, log τ,
/// b₁ … b₂₁. log Z = −73.410 ± 0.004, by quadrature over b and importance sampling of the others.
struct Seeds: PointwiseTarget {
  let columns = ["alpha0", "alpha1", "alpha2", "alpha12", "log tau"] + (1...21).map { "b.\($0)" }
  private static let germinated: [Double] = [
    10, 23, 23, 26, 17, 5, 53, 55, 32, 46, 10, 8, 10, 8, 23, 0, 3, 22, 15, 32, 3,
  ]
  private static let seeds: [Double] = [
    39, 62, 81, 51, 39, 6, 74, 72, 51, 79, 13, 16, 30, 28, 45, 4, 12, 41, 30, 51, 7,
  ]
  private static let isSecondSeed = (0..<21).map { $0 < 11 ? 0.0 : 1.0 }
  private static let isSecondExtract = (0..<21).map { (5..<11).contains($0) || $0 >= 16 ? 1.0 : 0.0 }
  /// Σ log binomial(nᵢ, rᵢ) and the constants of the priors.
  private static let constant =
    zip(seeds, germinated).reduce(0) {
      $0 + .logGamma($1.0 + 1) - .logGamma($1.1 + 1) - .logGamma($1.0 - $1.1 + 1)
    } - 25 * Double.halfLogTwoPi - 4 * Double.log(10) + 0.01 * Double.log(0.01) - .logGamma(0.01)

  func logDensity(_ point: UnsafeBufferPointer<Double>, gradient: UnsafeMutableBufferPointer<Double>) -> Double {
    let (logTau, tau) = (point[4], Double.exp(point[4]))
    var value = Self.constant + 0.01 * (logTau - tau) + 21 * logTau / 2
    gradient[4] = 0.01 - 0.01 * tau + 10.5
    for index in 0..<4 {
      value -= point[index] * point[index] / 200
      gradient[index] = -point[index] / 100
    }
    for plate in 0..<21 {
      let (x1, x2, b) = (Self.isSecondSeed[plate], Self.isSecondExtract[plate], point[5 + plate])
      let logit = point[0] + point[1] * x1 + point[2] * x2 + point[3] * x1 * x2 + b
      let softplus = Double.logAddExp(logit, 0)
      value += Self.germinated[plate] * logit - Self.seeds[plate] * softplus - tau * b * b / 2
      let residual = Self.germinated[plate] - Self.seeds[plate] / (1 + Double.exp(-logit))
      gradient[0] += residual
      gradient[1] += residual * x1
      gradient[2] += residual * x2
      gradient[3] += residual * x1 * x2
      gradient[4] -= tau * b * b / 2
      gradient[5 + plate] = residual - tau * b
    }
    return value
  }
}
