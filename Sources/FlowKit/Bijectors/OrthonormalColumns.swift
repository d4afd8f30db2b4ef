/// The first M columns Q of a product of M Householder reflections of ℝᴰ, H₁ … H_M with Hᵣ = I − 2 v vᵀ/|v|².
///
/// A trainable parametrisation of all D × M matrices of orthonormal columns, up to signs. Row-major arrays; for matrices
/// that are made once per step.
struct OrthonormalColumns {
  let dimension: Int
  let count: Int

  /// Q (D × M) from the vectors v (M × D).
  func matrix(_ vectors: [Scalar]) -> [Scalar] {
    var Q = [Scalar](repeating: 0, count: dimension * count)
    for column in 0..<count { Q[column * count + column] = 1 }
    for reflection in (0..<count).reversed() { reflect(&Q, vectors, reflection) }
    return Q
  }

  /// Y ← H Y.
  private func reflect(_ Y: inout [Scalar], _ vectors: [Scalar], _ reflection: Int) {
    let v = vectors[(reflection * dimension)..<((reflection + 1) * dimension)]
    let w = products(Y, v)
    let τ = factor(v)
    for (row, entry) in v.enumerated() {
      for column in 0..<count { Y[row * count + column] -= τ * entry * w[column] }
    }
  }

  /// ∂L/∂v (M × D) from Q and ∂L/∂Q.
  ///
  /// With Y′ = HY, w = Yᵀv and u = Ȳ′ᵀv: Ȳ = HȲ′ and v̄ = −τ (Ȳ′w + Yu) + τ² (u·w) v, τ = 2/|v|².
  func pullBack(_ vectors: [Scalar], _ Q: [Scalar], _ Q̄: [Scalar]) -> [Scalar] {
    var (Y, Ȳ) = (Q, Q̄)
    var result = [Scalar](repeating: 0, count: vectors.count)
    for reflection in 0..<count {
      let v = vectors[(reflection * dimension)..<((reflection + 1) * dimension)]
      let (τ, u) = (factor(v), products(Ȳ, v))
      let after = Ȳ
      reflect(&Y, vectors, reflection)
      reflect(&Ȳ, vectors, reflection)
      let w = products(Y, v)
      let dot = zip(u, w).reduce(Scalar(0)) { $0 + $1.0 * $1.1 }
      for (row, entry) in v.enumerated() {
        var sum: Scalar = 0
        for column in 0..<count {
          sum += after[row * count + column] * w[column] + Y[row * count + column] * u[column]
        }
        result[reflection * dimension + row] = -τ * sum + τ * τ * dot * entry
      }
    }
    return result
  }

  /// Yᵀv.
  private func products(_ Y: [Scalar], _ v: ArraySlice<Scalar>) -> [Scalar] {
    var w = [Scalar](repeating: 0, count: count)
    for (row, entry) in v.enumerated() {
      for column in 0..<count { w[column] += entry * Y[row * count + column] }
    }
    return w
  }

  private func factor(_ v: ArraySlice<Scalar>) -> Scalar {
    // v = 0 reflects nothing.
    2 / max(v.reduce(0) { $0 + $1 * $1 }, .leastNormalMagnitude)
  }
}
