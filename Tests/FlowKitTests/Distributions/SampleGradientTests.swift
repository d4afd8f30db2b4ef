import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

private let isDouble = MemoryLayout<Scalar>.size == 8

/// Implicit derivatives by root finding, one row of parameters per event.
private struct GradientReference: Decodable {
  let components, dimension: Int
  let z, weights, parameters, gradients: ReferenceArray
}

/// A learned base that has no derivative of its samples.
private struct OneWay: BaseDistribution {
  static let name = "one-way"
  let dimension: Int
  var parameterShapes: [ParameterShape] { [ParameterShape("mean", [1])] }

  static func make(_ arguments: inout LayerArguments) throws(FlowError) -> any BaseDistribution {
    OneWay(dimension: arguments.dimension)
  }

  func logDensityWithPullback(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> BasePullback {
    StandardNormal(dimension: dimension).logDensityWithPullback(z, parameters, into: logDensity)
  }

  func sample(into z: inout Tile, _ parameters: Parameters, from random: EventRandom) {
    StandardNormal(dimension: dimension).sample(into: &z, parameters, from: random)
  }
}

@Suite struct SampleGradientTests {
  private func base(_ text: String, _ dimension: Int) throws -> any BaseDistribution {
    try Registry.standard.base(text, dimension: dimension)
  }

  // MARK: At fixed random numbers

  /// Draws that are smooth functions of θ: the pullback against central differences of the draws themselves.
  @Test(arguments: [
    ("gaussian", 3), ("gaussian(full)", 4), ("student-t", 5),
    ("product(gaussian(full,dimension=2),3*student-t,gaussian)", 6),
  ])
  func drawsMoveAsTheirPullbackSays(_ text: String, _ dimension: Int) throws {
    let base = try base(text, dimension)
    var random = RandomStream(seed: 6, purpose: .parameters)
    let parameters = (0..<base.parameterCount).map { _ in Scalar(1.5 * random.uniform() - 0.5) }
    let count = 40
    let weights = (0..<(count * dimension)).map { _ in Scalar(2 * random.uniform() - 1) }
    func loss(_ parameters: [Scalar]) -> Double {
      let rows = BaseProbe(base, parameters: parameters).sample(count, seed: 9)
      return zip(rows, weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let gradient = try BaseProbe(base, parameters: parameters).pullBackSample(count, seed: 9) { _ in weights }
      .parameters
    let step: Scalar = isDouble ? 0x1p-11 : 0x1p-5
    for index in parameters.indices {
      func moved(_ offset: Scalar) -> Double {
        var parameters = parameters
        parameters[index] += offset
        return loss(parameters)
      }
      let near = moved(step) - moved(-step)
      let expected = (8 * near - (moved(2 * step) - moved(-2 * step))) / (12 * Double(step))
      #expect(
        abs(Double(gradient[index]) - expected) < (isDouble ? 1e-8 : 2e-3) * max(1, abs(expected)),
        "parameter \(index): \(gradient[index]), not \(expected)")
    }
  }

  /// Many degrees of freedom, where the draw hardly depends on them: 1 − x/(1 − exp(−x)) by its series.
  @Test(.enabled(if: isDouble), arguments: [-2.0, 2, 5, 9, 13])
  func studentDrawsMoveForAllDegreesOfFreedom(_ n: Double) throws {
    let base = try base("student-t", 1)
    let ones = [Scalar](repeating: 1, count: 64)
    func loss(_ n: Double) -> Double {
      BaseProbe(base, parameters: [Scalar(n)]).sample(64, seed: 2).reduce(0) {
        $0 + Double($1) * Double($1) * Double($1)
      }
    }
    let gradient = try BaseProbe(base, parameters: [Scalar(n)]).pullBackSample(64, seed: 2) { rows in
      zip(rows, ones).map { 3 * $0 * $0 * $1 }
    }.parameters
    let step = 0x1p-6
    let expected = (8 * (loss(n + step) - loss(n - step)) - (loss(n + 2 * step) - loss(n - 2 * step))) / (12 * step)
    #expect(
      abs(Double(gradient[0]) - expected) < 1e-6 * abs(expected) + 1e-11 * loss(n), "\(gradient[0]), not \(expected)")
  }

  // MARK: Implicitly

  @Test func mixturesMoveAsRootFindingSays() throws {
    let cases = try ReferenceFile<GradientReference>.cases("sample-gradients.json")
    #expect(cases.count == 4)
    for each in cases {
      let mixture = GaussianMixture(dimension: each.dimension, components: each.components)
      let probe = BaseProbe(mixture, parameters: each.parameters.scalars)
      for event in 0..<each.z.shape[0] {
        let own = (event * each.dimension)..<((event + 1) * each.dimension)
        let gradient = probe.pullBackSample(at: each.z.scalars[own], cotangents: each.weights.scalars[own])
        let size = each.parameters.values.count
        let expected = Array(each.gradients.values[(event * size)..<((event + 1) * size)])
        // 1/density amplifies the rounding of z where draws are rare.
        let largest = expected.reduce(1) { max($0, abs($1)) }
        for (index, (got, expected)) in zip(gradient, expected).enumerated() {
          #expect(
            abs(Double(got) - expected) < (isDouble ? 1e-12 : 2e-4) * largest,
            "K = \(each.components), event \(event), parameter \(index): \(got), not \(expected)")
        }
      }
    }
  }

  /// A draw far in the tail of all components, and one between two that are far from each other.
  @Test func rareDrawsOfMixturesHaveFiniteDerivatives() {
    let probe = BaseProbe(
      GaussianMixture(dimension: 2, components: 2), parameters: [0, -3, -6, -6, 6, 6, 0, 0, 0, 0])
    for z: [Scalar] in [[13, 6], [0, 0], [-12, 6], [1e4, 1e12]] {
      let gradient = probe.pullBackSample(at: z[...], cotangents: [1, -2])
      #expect(gradient.allSatisfy { $0.isFinite }, "\(z)")
    }
    // In the tail of one component, the draw moves with its mean and its scale, whatever the other one does.
    let gradient = probe.pullBackSample(at: [12, 6], cotangents: [1, 0]).map { Double($0) }
    #expect(abs(gradient[4] - 1) < 1e-5 && abs(gradient[8] - 6) < 1e-4 && abs(gradient[2]) < 1e-5, "\(gradient)")
  }

  // MARK: On average

  /// E f of a normal mixture is Σ wₖ (aᵀμₖ + μₖᵀBμₖ + Σ Bᵢᵢσₖᵢ²) for f = aᵀz + zᵀBz: its derivatives are exact.
  @Test(arguments: [(3, 3), (1, 2), (5, 2), (2, 6)])
  func quadraticMeansOfMixtures(_ components: Int, _ dimension: Int) throws {
    let mixture = GaussianMixture(dimension: dimension, components: components)
    var random = RandomStream(seed: 8, purpose: .parameters)
    func numbers(_ count: Int, _ size: Double) -> [Double] {
      (0..<count).map { _ in size * (2 * random.uniform() - 1) }
    }
    let size = components * dimension
    let (logits, means, logScales) = (numbers(components, 1), numbers(size, 2), numbers(size, 0.5))
    let form = QuadraticForm(linear: numbers(dimension, 1), quadratic: numbers(dimension * dimension, 1))
    let exact = form.derivativesOfMean(logits, means, logScales)
    let probe = BaseProbe(mixture, parameters: (logits + means + logScales).map { Scalar($0) })
    try expectMean(of: probe, exact, tiles: 400) { form.gradients($0) }
  }

  /// E Σ aᵢzᵢ² of independent Student numbers is Σ aᵢ ν/(ν − 2); ν > 8, so that a variance of squares exists.
  @Test func quadraticMeansOfStudentNumbers() throws {
    let freedom = [9.5, 12, 30]
    let probe = BaseProbe(try base("student-t", 3), parameters: freedom.map { Scalar(log($0 - 1)) })
    let a = [1, -0.5, 2]
    let exact = zip(a, freedom).map { -2 * $0 / (($1 - 2) * ($1 - 2)) * ($1 - 1) }
    try expectMean(of: probe, exact, tiles: 400) { rows in
      rows.enumerated().map { Scalar(2 * a[$0 % 3]) * $1 }
    }
  }

  /// Expects the mean gradient over tiles of 512 samples within 4.5 standard errors.
  private func expectMean(
    of probe: BaseProbe, _ exact: [Double], tiles: Int, cotangents: ([Scalar]) -> [Scalar]
  ) throws {
    let width = 512
    var gradients: [[Double]] = []
    for tile in 0..<tiles {
      let sums = try probe.pullBackSample(width, first: tile * width, seed: 5, cotangents: cotangents).parameters
      gradients.append(sums.map { Double($0) / Double(width) })
    }
    #expect(gradients[0].count == exact.count)
    for (index, expected) in exact.enumerated() {
      let mean = gradients.reduce(0) { $0 + $1[index] } / Double(tiles)
      let variance = gradients.reduce(0) { $0 + ($1[index] - mean) * ($1[index] - mean) } / Double(tiles - 1)
      let error = (variance / Double(tiles)).squareRoot() + (isDouble ? 1e-12 : 1e-5)
      #expect(abs(mean - expected) < 4.5 * error, "parameter \(index): \(mean) ± \(error), not \(expected)")
    }
  }

  // MARK: Bases without

  @Test func basesWithoutParametersAddNothing() throws {
    for text in ["normal", "laplace", "logistic", "uniform", "product(normal,uniform)"] {
      let probe = BaseProbe(try base(text, 2), parameters: [])
      let (rows, gradient) = try probe.pullBackSample(20, seed: 1) { $0 }
      #expect(rows == probe.sample(20, seed: 1) && gradient.isEmpty)
    }
  }

  @Test func aLearnedBaseWithoutDerivativeIsNamed() throws {
    let product = ProductBase([StandardNormal(dimension: 1), OneWay(dimension: 1)])
    for probe in [BaseProbe(OneWay(dimension: 2), parameters: [0]), BaseProbe(product, parameters: [0])] {
      let error = #expect(throws: FlowError.self) { _ = try probe.pullBackSample(16, seed: 1) { $0 } }
      #expect(error?.kind == .architecture && error?.message.contains("the base one-way") == true)
    }
  }
}

/// f = aᵀz + zᵀBz.
private struct QuadraticForm {
  let linear, quadratic: [Double]
  private var dimension: Int { linear.count }

  /// a + (B + Bᵀ) z.
  private func gradient(_ z: [Double]) -> [Double] {
    linear.indices.map { i in
      z.indices.reduce(linear[i]) {
        $0 + (quadratic[i * dimension + $1] + quadratic[$1 * dimension + i]) * z[$1]
      }
    }
  }

  func gradients(_ rows: [Scalar]) -> [Scalar] {
    stride(from: 0, to: rows.count, by: dimension).flatMap { start in
      gradient(rows[start..<(start + dimension)].map { Double($0) }).map { Scalar($0) }
    }
  }

  /// ∂E f/∂(logits, means, log-scales).
  func derivativesOfMean(_ logits: [Double], _ means: [Double], _ logScales: [Double]) -> [Double] {
    let total = logits.reduce(0) { $0 + exp($1) }
    let weights = logits.map { exp($0) / total }
    let (ofMeans, ofScales) = (weights.indices.map { row(means, $0) }, weights.indices.map { row(logScales, $0) })
    let parts = zip(ofMeans, ofScales).map { mean, logScale in
      linear.indices.reduce(0) { sum, i in
        let products = linear.indices.reduce(linear[i] * mean[i]) {
          $0 + mean[i] * quadratic[i * dimension + $1] * mean[$1]
        }
        return sum + products + quadratic[i * dimension + i] * exp(2 * logScale[i])
      }
    }
    let mean = zip(weights, parts).reduce(0) { $0 + $1.0 * $1.1 }
    return zip(weights, parts).map { $0 * ($1 - mean) }
      + zip(weights, ofMeans).flatMap { weight, mean in gradient(mean).map { weight * $0 } }
      + zip(weights, ofScales).flatMap { weight, logScale in
        linear.indices.map { 2 * weight * quadratic[$0 * dimension + $0] * exp(2 * logScale[$0]) }
      }
  }

  private func row(_ values: [Double], _ component: Int) -> [Double] {
    Array(values[(component * dimension)..<((component + 1) * dimension)])
  }
}
