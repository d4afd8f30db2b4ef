import FlowKit
internal import Glibc

// Laws of the derivative of samples.

extension BaseExamination {
  /// Whether the base says that its samples have no derivative.
  private var hasNoSamplePullback: Bool {
    do {
      _ = try probe.pullBackSample(16, seed: 0) { $0 }
      return false
    } catch {
      return true
    }
  }

  mutating func examinePlainSample() {
    guard !hasNoSamplePullback else { return }
    let cotangents = random.normals(100 * dimension)
    do {
      let zero = try probe.pullBackSample(100, first: 28, seed: 3) { _ in cotangents }
      expectSame(
        zero.rows.map { Double($0) }, probe.sample(128, seed: 3).suffix(100 * dimension).map { Double($0) }, "number")
      let three = try probe.pullBackSample(100, first: 28, seed: 3, startingFrom: 3) { _ in cotangents }.parameters
      let size = 3 + zero.parameters.reduce(0) { max($0, Double(abs($1))) }
      for (index, value) in three.enumerated() {
        expect(
          Double(value) - Double(zero.parameters[index]), 3, within: 6_400 * Double(Scalar.ulpOfOne) * size,
          "parameter \(index)")
      }
    } catch {
      expect(.nan, 0, within: 0, "thrown: \(error)")
    }
  }

  mutating func examineSampleGradient() {
    guard dimension <= 2, base.parameterCount > 0, !hasNoSamplePullback else { return }
    let function = BoundedFunction(dimension, &random)
    let exact = exactGradient(function)
    var means = exact.map { _ in RunningMean() }
    do {
      for tile in 0..<128 {
        let gradient = try probe.pullBackSample(
          256, first: tile * 256, seed: laws.seed, cotangents: { function.gradients($0) }
        ).parameters
        for (index, value) in gradient.enumerated() { means[index].add(Double(value) / 256) }
      }
    } catch {
      return expect(.nan, 0, within: 0, "thrown: \(error)")
    }
    for (index, mean) in means.enumerated() {
      expect(
        mean.value, exact[index], within: 4.5 * mean.standardError + 1e-4 * (1 + abs(exact[index])),
        "parameter \(index)")
    }
  }

  /// ∂/∂θ ∫ f p = ∫ f p ∂log p/∂θ, by the midpoint rule on a grid z = sinh t.
  private func exactGradient(_ function: BoundedFunction) -> [Double] {
    let limit = asinh(dimension == 1 ? laws.range : laws.range.squareRoot())
    let points = dimension == 1 ? 4_096 : 512
    let step = 2 * limit / Double(points)
    let axis = (0..<points).map { (Double($0) + 0.5) * step - limit }
    var total = [Double](repeating: 0, count: base.parameterCount)
    for first in dimension == 1 ? [0] : axis {
      let rows = axis.flatMap { dimension == 1 ? [Scalar(sinh($0))] : [Scalar(sinh(first)), Scalar(sinh($0))] }
      let factor = dimension == 1 ? step : step * step * cosh(first)
      let logDensities = probe.logDensity(rows)
      let weights = axis.indices.map { index in
        let own = Array(rows[(index * dimension)..<((index + 1) * dimension)])
        return Scalar(function.value(own) * exp(logDensities[index]) * factor * cosh(axis[index]))
      }
      for (index, value) in probe.pullBack(at: rows, cotangents: weights).parameters.enumerated() {
        total[index] += Double(value)
      }
    }
    return total
  }
}

/// The mean of numbers and its standard error.
private struct RunningMean {
  private var count = 0.0
  private var sum = 0.0
  private var squares = 0.0

  mutating func add(_ value: Double) {
    count += 1
    sum += value
    squares += value * value
  }

  var value: Double { sum / count }
  var standardError: Double { (max(0, squares / count - value * value) / (count - 1)).squareRoot() }
}

/// f(z) = Σᵢ aᵢuᵢ + bᵢuᵢ² + c u₀u₁ with u = z/√(1 + z²): bounded, smooth, and slow in the tails.
private struct BoundedFunction {
  private let linear, quadratic: [Double]
  private let product: Double

  init(_ dimension: Int, _ random: inout RandomStream) {
    linear = (0..<dimension).map { _ in random.normal() }
    quadratic = (0..<dimension).map { _ in random.normal() }
    product = dimension == 2 ? random.normal() : 0
  }

  private func bounded(_ z: [Scalar]) -> [Double] { z.map { Double($0) / hypot(1, Double($0)) } }

  func value(_ z: [Scalar]) -> Double {
    let u = bounded(z)
    return u.indices.reduce(product * u[0] * u[u.count - 1]) { $0 + (linear[$1] + quadratic[$1] * u[$1]) * u[$1] }
  }

  /// ∂f/∂z of each row.
  func gradients(_ rows: [Scalar]) -> [Scalar] {
    let dimension = linear.count
    return rows.indices.map { index in
      let (event, feature) = (index / dimension, index % dimension)
      let u = bounded(Array(rows[(event * dimension)..<((event + 1) * dimension)]))
      let slope = linear[feature] + 2 * quadratic[feature] * u[feature] + product * u[dimension - 1 - feature]
      let z = Double(rows[index])
      return Scalar(slope / (1 + z * z) / hypot(1, z))
    }
  }
}
