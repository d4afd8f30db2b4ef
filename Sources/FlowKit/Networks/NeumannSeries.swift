/// Unbiased estimates of log det(I + J) and of its gradient from one random vector v per event (Chen et al., "Residual
/// Flows for Invertible Generative Modeling", NeurIPS 2019, equations 6 to 8).
///
/// With E[vvᵀ] = I and a random number N of terms, cₖ = 1 / P(N ≥ k) for k ≤ N and 0 beyond:
///
///     log det(I + J) = E Σₖ (−1)ᵏ cₖ / (k + 1) ⟨vᵀJᵏ, J v⟩
///     ∂ log det(I + J) = E ⟨w, ∂J v⟩,  w = Σₖ (−1)ᵏ cₖ vᵀJᵏ held constant
///
/// The first two terms are always taken; each later one follows with probability q. A term has the size Lᵏ at most, so that
/// q = max(½, L²) keeps the variance of the value finite for every network, and that of the gradient wherever the spectral
/// radius of J stays below L. It takes 2 + q / (1 − q) terms on average: 6 for L = 0.9, 500 for L = 0.999.
struct NeumannSeries {
  /// For each event, k of the last term.
  let lastTerms: [Int]
  /// q, or 1 for a series that is just cut off.
  let survival: Double

  static let exactTerms = 2

  /// N drawn for each event.
  init(drawing random: inout [RandomStream], lipschitz: Double) {
    let survival = max(0.5, lipschitz * lipschitz)
    self.survival = survival
    lastTerms = random.indices.map { event in
      var last = Self.exactTerms - 1
      while random[event].uniform() < survival { last += 1 }
      return last
    }
  }

  /// The same number of terms for every event: biased by what is cut off.
  init(terms: Int, events: Int) {
    precondition(terms > 0, "a series has at least one term")
    lastTerms = Array(repeating: terms - 1, count: events)
    survival = 1
  }

  /// (−1)ᵏ cₖ.
  private func coefficient(_ k: Int, _ event: Int) -> Double {
    guard k <= lastTerms[event] else { return 0 }
    let size = k < Self.exactTerms ? 1 : Double.pow(survival, -Double(k - Self.exactTerms + 1))
    return k.isMultiple(of: 2) ? size : -size
  }

  /// The estimates of log det and w, for the directions v. Pushes v.
  func sum(_ pass: inout TangentPass, along v: Tile) -> (logDeterminants: [Double], w: Tile) {
    let image = pass.push(v)
    var logDeterminants = [Double](repeating: 0, count: v.width)
    var w = Tile(features: v.features, like: v, filledWith: 0)
    var power = v
    var row = Tile(features: 1, like: v)
    for k in 0...lastTerms.max()! {
      row.withMutableRow(0) { row in
        for event in row.indices { row[event] = Scalar(coefficient(k, event)) }
      }
      var term = power
      term.scaleAllDirections(by: row)
      w.add(term)
      for feature in 0..<v.features {
        term.withRow(feature) { term in
          image.withRow(feature) { image in
            for event in term.indices {
              logDeterminants[event] += Double(term[event]) * Double(image[event]) / Double(k + 1)
            }
          }
        }
      }
      if k < lastTerms.max()! { power = pass.pullBackInput(power) }
    }
    return (logDeterminants, w)
  }

  /// One vector of independent signs ±1 for each event, which has the least variance among those with E[vvᵀ] = I for a
  /// trace (Hutchinson 1990).
  static func signs(like x: Tile, drawing random: inout [RandomStream]) -> Tile {
    var v = Tile(features: x.features, like: x)
    for event in random.indices {
      var bits: UInt64 = 0
      for feature in 0..<x.features {
        if feature % 64 == 0 { bits = random[event].next() }
        v[feature, event] = bits & 1 == 0 ? 1 : -1
        bits >>= 1
      }
    }
    return v
  }
}
