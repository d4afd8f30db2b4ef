import FlowKit
import Testing

/// Splines and their inverses computed by nflows: L = Σ r y + Σ c log|dy/dx| and its gradients.
private struct SplineCase: Decodable {
  let bins: Int
  let bound: Double
  let isExtreme: Bool
  let phi, r: ReferenceArray
  let forwardInput, forwardC, forwardOutput, forwardLogSlope, forwardGradientInput, forwardGradientPhi: ReferenceArray
  let inverseInput, inverseC, inverseOutput, inverseLogSlope, inverseGradientInput, inverseGradientPhi: ReferenceArray

  /// In Float a knot is known to about ε B, and so a position in a bin of the least width, B/500, to 500 ε ≈ 6e-5;
  /// where slopes go from 10⁻³ to 50 in one bin, gradients make that some fifty times worse. In Double, gradients through nflows' root have lost as much.
  var tolerance: Double {
    MemoryLayout<Scalar>.size == 8 ? (isExtreme ? 1e-9 : 1e-12) : (isExtreme ? 4e-3 : 1e-4)
  }

  var spline: RationalQuadraticSpline { RationalQuadraticSpline(bins: bins, bound: bound) }
}

/// What a spline and its pullback say of some events.
private struct SplineResult {
  let values, logSlopes, inputGradient, φGradient: [Scalar]
}

private enum Direction: CaseIterable {
  case forward, inverse
}

/// One feature, N events; φ and its gradient are N × (3K − 1).
private func evaluate(
  _ spline: RationalQuadraticSpline, _ direction: Direction, _ x: [Scalar], _ φ: [Scalar], r: [Scalar], c: [Scalar]
) throws -> SplineResult {
  let pool = TilePool()
  func tile(_ rows: [Scalar], features: Int) -> Tile {
    var tile = Tile(features: features, width: x.count, pool: pool)
    for event in x.indices {
      for feature in 0..<features { tile[feature, event] = rows[event * features + feature] }
    }
    return tile
  }
  func rows(_ tile: Tile) -> [Scalar] {
    x.indices.flatMap { event in (0..<tile.features).map { tile[$0, event] } }
  }
  let (input, parameters) = (tile(x, features: 1), tile(φ, features: spline.parameterCount))
  let (value, pullback) =
    direction == .forward
    ? spline.forwardWithPullback(input, parameters) : try spline.inverseWithPullback(input, parameters)
  let (x̄, φ̄) = pullback(tile(r, features: 1), tile(c, features: 1))
  return SplineResult(
    values: rows(value.values), logSlopes: x.indices.map { Scalar(value.logDeterminant.value(of: $0)) },
    inputGradient: rows(x̄), φGradient: rows(φ̄))
}

private let ones = [Scalar](repeating: 1, count: 16)

@Suite struct SplineReferenceTests {
  private func cases() throws -> [SplineCase] { try ReferenceFile<SplineCase>.cases("spline.json") }

  @Test func splinesAreThoseOfNflows() throws {
    for each in try cases() {
      let got = try evaluate(
        each.spline, .forward, each.forwardInput.scalars, each.phi.scalars, r: each.r.scalars,
        c: each.forwardC.scalars)
      let name = "K = \(each.bins), extreme \(each.isExtreme)"
      expectClose(got.values, each.forwardOutput, within: each.tolerance, "y, \(name)")
      expectClose(got.logSlopes, each.forwardLogSlope, within: each.tolerance, "log-slope, \(name)")
      expectClose(got.inputGradient, each.forwardGradientInput, within: each.tolerance, "gradient of x, \(name)")
      expectClose(got.φGradient, each.forwardGradientPhi, within: each.tolerance, "gradient of φ, \(name)")
    }
  }

  @Test func inverseSplinesAreThoseOfNflows() throws {
    for each in try cases() {
      let got = try evaluate(
        each.spline, .inverse, each.inverseInput.scalars, each.phi.scalars, r: each.r.scalars,
        c: each.inverseC.scalars)
      let name = "K = \(each.bins), extreme \(each.isExtreme)"
      expectClose(got.values, each.inverseOutput, within: each.tolerance, "x, \(name)")
      expectClose(got.logSlopes, each.inverseLogSlope, within: each.tolerance, "log-slope, \(name)")
      expectClose(got.inputGradient, each.inverseGradientInput, within: each.tolerance, "gradient of y, \(name)")
      expectClose(got.φGradient, each.inverseGradientPhi, within: each.tolerance, "gradient of φ, \(name)")
    }
  }
}

@Suite struct SplineEdgeTests {
  /// Inside, at the box's edges and one step beside them, and far outside.
  private func positions(_ B: Scalar) -> [Scalar] {
    [
      0, 0.3, -B, B, (-B).nextUp, B.nextDown, (-B).nextDown, B.nextUp, 1e30, -1e30, .infinity, -.infinity,
      .greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.7 * B, 0.99 * B,
    ]
  }

  @Test(arguments: [2, 8, 64], [Scalar(0), 50, 1000, -1000])
  func nothingOverflows(bins: Int, size: Scalar) throws {
    let spline = RationalQuadraticSpline(bins: bins, bound: 3)
    var random = RandomStream(seed: 9, purpose: .samples)
    let φ = (0..<(16 * spline.parameterCount)).map { _ in random.uniform() < 0.5 ? size : -size }
    let x = positions(3)
    for direction in Direction.allCases {
      let got = try evaluate(spline, direction, x, φ, r: ones, c: ones)
      for (input, value) in zip(x, got.values) {
        #expect(abs(input) <= 3 ? abs(value) <= Scalar(3).nextUp : value == input)
      }
      let others = got.logSlopes + got.inputGradient + got.φGradient
      #expect(others.allSatisfy { $0.isFinite })
    }
  }

  /// The outer knots stand at ±B with slope 1, for any parameters: each side of an edge says nearly the same.
  @Test func joinsItsTailsSmoothly() throws {
    let spline = RationalQuadraticSpline(bins: 5, bound: 2)
    var random = RandomStream(seed: 10, purpose: .samples)
    let row = (0..<spline.parameterCount).map { _ in Scalar(4 * random.uniform() - 2) }
    let φ = ones.flatMap { _ in row }
    let x: [Scalar] = [2, Scalar(2).nextUp, -2, Scalar(-2).nextDown] + ones.dropFirst(4)
    for direction in Direction.allCases {
      let got = try evaluate(spline, direction, x, φ, r: ones, c: ones.map { 0 * $0 })
      for event in 0..<4 {
        #expect(abs(got.values[event] - x[event]) <= 4 * Scalar.ulpOfOne)
        #expect(abs(got.logSlopes[event]) <= 64 * Scalar.ulpOfOne)
        #expect(abs(got.inputGradient[event] - 1) <= 64 * Scalar.ulpOfOne)
      }
    }
  }

  /// f(f⁻¹(y)) = y as closely as knots that are known to a few ε B allow, however bent the bins are.
  @Test func inverseIsAsExactAsItsSlopeAllows() throws {
    let spline = RationalQuadraticSpline(bins: 4, bound: 3)
    var random = RandomStream(seed: 12, purpose: .samples)
    var worst = 0.0
    for _ in 0..<2000 {
      // Widths, heights and slopes that differ by up to e⁸.
      let φ = (0..<(16 * spline.parameterCount)).map { _ in Scalar(16 * random.uniform() - 8) }
      let y = (0..<16).map { _ in Scalar(6 * random.uniform() - 3) }
      let x = try evaluate(spline, .inverse, y, φ, r: ones, c: ones).values
      let back = try evaluate(spline, .forward, x, φ, r: ones, c: ones.map { 0 * $0 })
      for event in 0..<16 {
        let slope = Double(abs(back.inputGradient[event]))
        worst = max(worst, Double(abs(back.values[event] - y[event])) / (1 + slope))
      }
    }
    #expect(worst <= 4 * 3 * Double(Scalar.ulpOfOne), "\(worst / (3 * Double(Scalar.ulpOfOne))) ε B")
  }

  @Test func nanStaysInItsEvent() throws {
    let spline = RationalQuadraticSpline(bins: 4, bound: 3)
    var random = RandomStream(seed: 11, purpose: .samples)
    let count = spline.parameterCount
    let φ = (0..<(16 * count)).map { _ in Scalar(2 * random.uniform() - 1) }
    let x = (0..<16).map { _ in Scalar(6 * random.uniform() - 3) }
    var (spoiltX, spoiltφ) = (x, φ)
    spoiltX[3] = .nan
    for parameter in 0..<count { spoiltφ[7 * count + parameter] = .nan }
    for direction in Direction.allCases {
      let clean = try evaluate(spline, direction, x, φ, r: ones, c: ones)
      let spoilt = try evaluate(spline, direction, spoiltX, spoiltφ, r: ones, c: ones)
      #expect(spoilt.values[3].isNaN && spoilt.values[7].isNaN && spoilt.logSlopes[7].isNaN)
      for event in 0..<16 where event != 3 && event != 7 {
        let range = event * count..<(event + 1) * count
        #expect(spoilt.values[event] == clean.values[event] && spoilt.logSlopes[event] == clean.logSlopes[event])
        #expect(spoilt.inputGradient[event] == clean.inputGradient[event])
        #expect(spoilt.φGradient[range] == clean.φGradient[range])
      }
    }
  }
}
