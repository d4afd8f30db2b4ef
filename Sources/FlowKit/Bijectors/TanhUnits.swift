internal import CFlowKernels

/// A layer z = x + A tanh(Bx + b) that prepares A, B, b and T = BA, laid out as its `units` say: what planar and Sylvester
/// flows share.
protocol TanhUnitLayer: InvertiblyDifferentiable {
  var units: TanhUnits { get }
}

extension TanhUnitLayer {
  public var structure: JacobianStructure { .full(dimension, isAffine: false) }
  public var traits: LayerTraits { .smallSteps(lipschitz: nil) }
  public var weightCount: Int { 2 * units.dimension * units.count }
  public var preparedCount: Int? { units.preparedCount }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    units.forwardWithPullback(x, pass.parameters)
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) -> Transformed { units.inverse(z, pass.parameters) }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    units.inverseWithPullback(z, pass.parameters)
  }
}

/// z = x + A tanh(Bx + b) with M units, where T = BA is upper triangular with a diagonal above −1.
///
/// With s = 1 − tanh² and k the diagonal of T, det = det(I + SBA) = Πₘ (1 + kₘ sₘ) (Sylvester's determinant identity), so
/// that kₘ > −1 makes the map invertible. The inverse is found from y = Bx + b: Bz + b = y + T tanh y is solved from the
/// last unit to the first, each by a Newton iteration that cannot overshoot (`flowkit_tanh_solve`). Latents that are not
/// finite lead to events that are not.
struct TanhUnits: Sendable {
  /// D.
  let dimension: Int
  /// M.
  let count: Int

  // MARK: What tiles see

  var preparedCount: Int { triangleRange.upperBound }
  /// A, D × M, row-major as B and T.
  var outRange: Range<Int> { 0..<(dimension * count) }
  /// B, M × D.
  var inRange: Range<Int> { (dimension * count)..<(2 * dimension * count) }
  /// b.
  var biasRange: Range<Int> { (2 * dimension * count)..<(2 * dimension * count + count) }
  /// T, M × M. Pullbacks give the gradient of its diagonal only: what depends on the rest shows in A and B.
  var triangleRange: Range<Int> { biasRange.upperBound..<(biasRange.upperBound + count * count) }

  /// Where T's entry in row `row` and column `column` stands.
  func triangleIndex(_ row: Int, _ column: Int) -> Int { triangleRange.lowerBound + row * count + column }

  private func matrices(_ prepared: Parameters) -> (A: WeightMatrix, B: WeightMatrix) {
    (
      WeightMatrix(prepared.slice(outRange), rows: dimension, columns: count),
      WeightMatrix(prepared.slice(inRange), rows: count, columns: dimension)
    )
  }

  private func gain(_ unit: Int, _ prepared: Parameters) -> Scalar { prepared[triangleIndex(unit, unit)] }

  // MARK: Forward

  func forwardWithPullback(_ x: Tile, _ prepared: Parameters) -> (value: Transformed, pullback: Pullback) {
    let (A, B) = matrices(prepared)
    var t = Tile(features: count, like: x)
    B.multiply(x, into: &t)
    t.applyTanh(addingBias: prepared.slice(biasRange))
    var z = x
    A.multiply(t, into: &z, adding: true)
    return (
      Transformed(z, LogDeterminant(perEvent: logDeterminant(t, prepared, sign: 1))),
      { [t] values, logDeterminant, gradient in
        pullBack(values, logDeterminant, at: x, t, prepared, to: &gradient)
      }
    )
  }

  private func pullBack(
    _ values: consuming Tile, _ logDeterminant: Tile, at x: Tile, _ t: Tile, _ prepared: Parameters,
    to gradient: inout Gradient
  ) -> Tile {
    let (A, B) = matrices(prepared)
    var ȳ = Tile(features: count, like: x)
    A.multiplyTransposed(values, into: &ȳ)
    for unit in 0..<count {
      let k = gain(unit, prepared)
      gradient[triangleIndex(unit, unit)] += ȳ.pullBackUnit(unit, t, logDeterminant, gain: k)
    }
    gradient.withSlice(outRange) { A.addOuterProduct(values, t, to: &$0) }
    gradient.withSlice(inRange) { B.addOuterProduct(ȳ, x, to: &$0) }
    gradient.withSlice(biasRange) { ȳ.addRowSums(to: &$0) }
    B.multiplyTransposed(ȳ, into: &values, adding: true)
    return values
  }

  /// ± Σₘ log(1 + kₘ sₘ).
  private func logDeterminant(_ t: Tile, _ prepared: Parameters, sign: Scalar) -> Tile {
    var result = Tile(features: 1, like: t, filledWith: 0)
    for unit in 0..<count {
      let k = gain(unit, prepared)
      let factors = t.rows(unit..<(unit + 1)).mapped { 1 + k * (1 - $0) * (1 + $0) }
      result.add(factors.logarithms, scaledBy: sign)
    }
    return result
  }

  // MARK: Inverse

  func inverse(_ z: Tile, _ prepared: Parameters) -> Transformed { solved(z, prepared).value }

  private func solved(_ z: Tile, _ prepared: Parameters) -> (value: Transformed, t: Tile) {
    let (A, B) = matrices(prepared)
    var t = Tile(features: count, like: z)
    B.multiply(z, into: &t)
    t.addBias(prepared.slice(biasRange))
    for unit in (0..<count).reversed() {
      for known in (unit + 1)..<max(count, unit + 1) {
        t.addRow(known, to: unit, scaledBy: -prepared[triangleIndex(unit, known)])
      }
      t.solveTanh(row: unit, gain: gain(unit, prepared))
    }
    var x = z
    A.multiply(t.negated, into: &x, adding: true)
    return (Transformed(x, LogDeterminant(perEvent: logDeterminant(t, prepared, sign: -1))), t)
  }

  /// By the implicit function theorem: with g the cotangent of x, the log-determinant's part included, that of z is
  /// v = J⁻ᵀg = g − BᵀSp, where (I + TᵀS) p = Aᵀg, and θ gets what the forward pullback makes of −v.
  func inverseWithPullback(_ z: Tile, _ prepared: Parameters) -> (value: Transformed, pullback: Pullback) {
    let (value, t) = solved(z, prepared)
    let x = value.values
    return (
      value,
      { values, logDeterminant, gradient in
        let (A, B) = matrices(prepared)
        let negative = logDeterminant.negated
        var g = values
        var e = Tile(features: count, like: x, filledWith: 0)
        for unit in 0..<count { _ = e.pullBackUnit(unit, t, negative, gain: gain(unit, prepared)) }
        B.multiplyTransposed(e, into: &g, adding: true)
        var p = Tile(features: count, like: x)
        A.multiplyTransposed(g, into: &p)
        for unit in 0..<count {
          // The row becomes −s p.
          p.scaleSolved(row: unit, t, gain: gain(unit, prepared))
          for later in (unit + 1)..<max(count, unit + 1) {
            p.addRow(unit, to: later, scaledBy: prepared[triangleIndex(unit, later)])
          }
        }
        B.multiplyTransposed(p, into: &g, adding: true)
        _ = pullBack(g.negated, negative, at: x, t, prepared, to: &gradient)
        return g
      }
    )
  }
}

// MARK: - Rows of units

extension Tile {
  fileprivate mutating func applyTanh(addingBias bias: Parameters) {
    flowkit_bias_tanh(mutableBase(), bias.base, features, width)
  }

  /// Row `target` += a · row `source`.
  fileprivate mutating func addRow(_ source: Int, to target: Int, scaledBy a: Scalar) {
    let base = mutableBase()
    flowkit_axpy(a, base + source * width, base + target * width, width)
  }

  /// The row c becomes tanh y with y + k tanh y = c.
  fileprivate mutating func solveTanh(row: Int, gain k: Scalar) {
    let start = mutableBase() + row * width
    flowkit_tanh_solve(start, k, start, width)
  }

  /// One row t̄ becomes ȳ = (t̄ − 2 k t l̄ / (1 + k s)) s; returns k̄ = Σ l̄ s / (1 + k s).
  fileprivate mutating func pullBackUnit(_ unit: Int, _ t: Tile, _ logDeterminant: Tile, gain k: Scalar) -> Scalar {
    var sum: Scalar = 0
    t.withRow(unit) { t in
      logDeterminant.withRow(0) { l̄ in
        withMutableRow(unit) { row in
          for event in row.indices {
            let s = (1 - t[event]) * (1 + t[event])
            let change = l̄[event] / (1 + k * s)
            row[event] = (row[event] - 2 * k * t[event] * change) * s
            sum += change * s
          }
        }
      }
    }
    return sum
  }

  /// One row r becomes −s r / (1 + k s).
  fileprivate mutating func scaleSolved(row: Int, _ t: Tile, gain k: Scalar) {
    t.withRow(row) { t in
      withMutableRow(row) { row in
        for event in row.indices {
          let s = (1 - t[event]) * (1 + t[event])
          row[event] *= -s / (1 + k * s)
        }
      }
    }
  }
}
