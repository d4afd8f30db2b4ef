/// The coefficients of the explicit Runge–Kutta method of order 5 with an error estimate of order 4 by Dormand & Prince (1980; Hairer,
/// Nørsett & Wanner, "Solving Ordinary Differential Equations I", table II.5.2).
///
/// A step from y at t with the size h has the stages kᵢ = f(y + h Σⱼ aᵢⱼ kⱼ, t + cᵢ h). The last of seven is f at the end of the step,
/// which is the first of the next.
enum DormandPrince {
  /// cᵢ.
  static let nodes: [Double] = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1]
  /// aᵢⱼ for j < i.
  static let couplings: [[Double]] = [
    [],
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
  ]
  /// bᵢ: y + h Σ bᵢ kᵢ is the result. The last row of the couplings, and 0 for the last stage.
  static let weights: [Double] = couplings[6] + [0]
  /// bᵢ − b̂ᵢ: h Σ of these times kᵢ estimates the error.
  static let errors: [Double] = [
    71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40,
  ]
}
