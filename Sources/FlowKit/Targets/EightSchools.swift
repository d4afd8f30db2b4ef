/// The eight schools (Rubin 1981; Gelman et al., Bayesian Data Analysis, section 5.5), not centred, as posteriordb has them:
/// y_j ~ N(μ + τ t_j, σ_j), t_j ~ N(0, 1), μ ~ N(0, 5), τ ~ Cauchy(0, 5) on τ > 0, not renormalised, in the coordinates
/// t₁ … t₈, μ, log τ. log Z = −32.004494532853, by quadrature.
struct EightSchools: PointwiseTarget {
  let columns = (1...8).map { "theta_trans.\($0)" } + ["mu", "log tau"]
  private static let effects: [Double] = [28, 8, -3, 7, -1, 1, 18, 12]
  private static let errors: [Double] = [15, 10, 16, 11, 9, 11, 10, 18]

  static let logNormalizer = -32.004494532853

  func logDensity(_ point: UnsafeBufferPointer<Double>, gradient: UnsafeMutableBufferPointer<Double>) -> Double {
    let (mu, logTau, tau) = (point[8], point[9], Double.exp(point[9]))
    var value = -mu * mu / 50 - Double.log(5) - 17 * Double.halfLogTwoPi
    (gradient[8], gradient[9]) = (-mu / 25, 1)
    for school in 0..<8 {
      let (t, error) = (point[school], Self.errors[school])
      let residual = (Self.effects[school] - mu - tau * t) / error
      value -= (t * t + residual * residual) / 2 + Double.log(error)
      gradient[school] = -t + residual / error * tau
      gradient[8] += residual / error
      gradient[9] += residual / error * tau * t
    }
    let ratio = tau / 5
    gradient[9] -= 2 * ratio * ratio / (1 + ratio * ratio)
    return value + logTau - Double.log(5 * .pi) - Double.log(1 + ratio * ratio)
  }
}
