internal import CFlowKernels

/// z = x + A tanh(Bx + b) with M units, where T = BA is upper triangular: what planar and Sylvester flows share.
///
/// With s = 1 − tanh² and k the diagonal of T, det = det(I + SBA) = Πₘ (1 + kₘ sₘ) (Sylvester's determinant identity), so
/// that kₘ > −1 makes the map invertible. The inverse is found from y = Bx + b: Bz + b = y + T tanh y is solved from the
/// last unit to the first, each by a Newton iteration that cannot overshoot (`flowkit_tanh_solve`). Latents that are not
/// finite lead to events that are not.
struct TanhUnits: Sendable {
  let dimension: Int
  let units: Int

  // MARK: What tiles see: A (D × M), B (M × D), b, T (M × M)

  var preparedCount: Int { biasRange.upperBound + units * units }
  var outRange: Range<Int> { 0..<(dimension * units) }
  var inRange: Range<Int> { (dimension * units)..<(2 * dimension * units) }
  var biasRange: Range<Int> { (2 * dimension * units)..<(2 * dimension * units + units) }
  /// Where T's entry in row `row` and column `column` stands.
  func triangleIndex(_ row: Int, _ column: Int) -> Int { biasRange.upperBound + row * units + column }

  private func matrices(_ prepared: Parameters) -> (A: WeightMatrix, B: WeightMatrix) {
    (
      WeightMatrix(prepared.slice(outRange), rows: dimension, columns: units),
      WeightMatrix(prepared.slice(inRange), rows: units, columns: dimension)
    )
  }

  private func gain(_ unit: Int, _ prepared: Parameters) -> Scalar { prepared[triangleIndex(unit, unit)] }

  // MARK: Forward

  func forwardWithPullback(_ x: Tile, _ prepared: Parameters) -> (value: Transformed, pullback: Pullback) {
    let (A, B) = matrices(prepared)
    var t = Tile(features: units, like: x)
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
    var ȳ = Tile(features: units, like: x)
    A.multiplyTransposed(values, into: &ȳ)
    for unit in 0..<units {
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
    for unit in 0..<units {
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
    var t = Tile(features: units, like: z)
    B.multiply(z, into: &t)
    t.addBias(prepared.slice(biasRange))
    for unit in (0..<units).reversed() {
      for known in (unit + 1)..<max(units, unit + 1) {
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
        var e = Tile(features: units, like: x, filledWith: 0)
        for unit in 0..<units { _ = e.pullBackUnit(unit, t, negative, gain: gain(unit, prepared)) }
        B.multiplyTransposed(e, into: &g, adding: true)
        var p = Tile(features: units, like: x)
        A.multiplyTransposed(g, into: &p)
        for unit in 0..<units {
          // The row becomes −s p.
          p.scaleSolved(row: unit, t, gain: gain(unit, prepared))
          for later in (unit + 1)..<max(units, unit + 1) {
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

// MARK: - The gain of a unit

/// k(v) = 10⁻³ + log(1 + exp(v + c)) − 1 > −0.999 with k(0) = 0: how freely trained numbers keep a unit invertible.
enum UnitGain {
  private static let margin = 1e-3
  /// log(exp(1 − 10⁻³) − 1).
  private static let offset = 0.5397424172369522

  static func value(_ v: Scalar) -> Scalar {
    let shifted = Double(v) + offset
    let tail = Double(Scalar.exp(Scalar(-abs(shifted))))
    return Scalar(max(shifted, 0) + Double.log(1 + tail) - (1 - margin))
  }

  /// dk/dv.
  static func slope(_ v: Scalar) -> Scalar { 1 / (1 + Scalar.exp(-v - Scalar(offset))) }
}
