import FlowKit
import FlowKitTestSupport
import Testing

/// One base of the table and how it is to be examined.
struct BaseCase: Sendable, CustomTestStringConvertible {
  let text: String
  let dimension: Int
  var laws: [BaseLaw] = BaseLaw.allCases
  var settings = BaseLaws()

  init(_ text: String, _ dimension: Int) { (self.text, self.dimension) = (text, dimension) }

  var testDescription: String { "\(text), D = \(dimension)" }

  /// With events inside a box, or away from a kink at 0, which central differences must not step over.
  static func at(
    _ events: [Double], _ text: String, _ dimension: Int, jump: Double = 2e-3, laws: [BaseLaw] = BaseLaw.allCases
  ) -> BaseCase {
    var result = BaseCase(text, dimension)
    result.laws = laws
    result.settings.events = events
    result.settings.normalizationTolerance = jump
    return result
  }

  /// With components that are far from each other, so that their weights count.
  static func spread(_ text: String, _ dimension: Int) -> BaseCase {
    var result = BaseCase(text, dimension)
    result.settings.parameterNoise = 1
    return result
  }
}

private func uniform(_ range: Range<Double>, _ count: Int) -> [Double] {
  var random = RandomStream(seed: 5, purpose: .samples)
  return (0..<count).map { _ in range.lowerBound + (range.upperBound - range.lowerBound) * random.uniform() }
}

private let besideZero = uniform(-2..<2, 64).map { $0 < 0 ? $0 - 1 : $0 + 1 }

@Suite struct BaseLawTests {
  @Test(arguments: [
    BaseCase("normal", 1), BaseCase("normal", 5), BaseCase("gaussian", 1), BaseCase("gaussian", 6),
    BaseCase("gaussian(full)", 2), BaseCase("gaussian(full)", 5), BaseCase("student-t", 1), BaseCase("student-t", 2),
    BaseCase("student-t", 7), .spread("mixture(3)", 1), .spread("mixture(4)", 2), .spread("mixture(1)", 3),
    .spread("mixture(9)", 5), .spread("t-mixture(2)", 1), .spread("t-mixture(3)", 2), .spread("t-mixture(4)", 5),
    BaseCase("logistic", 1), BaseCase("logistic", 5), .at(besideZero, "laplace", 1),
    .at(besideZero, "laplace", 4), .at(uniform(-0.5..<0.5, 32), "uniform", 1),
    .at(uniform(-2.5..<2.5, 32), "uniform(-pi,pi)", 1),
    .at(uniform(0.2..<1.8, 64), "uniform(0,2)", 2, jump: 0.04, laws: BaseLaw.allCases.filter { $0 != .samples }),
    BaseCase("product(normal,student-t)", 2), .spread("product(2*normal,mixture(3,dimension=2),logistic)", 5),
    BaseCase("product(gaussian(full,dimension=2),3*student-t,gaussian)", 6),
  ])
  func obeysItsLaws(_ each: BaseCase) throws {
    let base = try Registry.standard.base(each.text, dimension: each.dimension)
    let violations = each.settings.violations(of: base, laws: each.laws)
    #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
  }

  /// The jumps at the sides of a square cost the grid of the laws more than the test of samples allows: here the cells
  /// are the square's own.
  @Test func samplesFillASquareEvenly() throws {
    let probe = BaseProbe(try Registry.standard.base("uniform(0,2)", dimension: 2), parameters: [])
    let rows = probe.sample(16_000, seed: 1)
    #expect(rows.allSatisfy { 0 < $0 && $0 <= 2 })
    var counts = [Double](repeating: 0, count: 16)
    for event in 0..<16_000 { counts[min(3, Int(2 * rows[2 * event])) * 4 + min(3, Int(2 * rows[2 * event + 1]))] += 1 }
    // χ² of 15 degrees of freedom exceeds 43 with a probability of 2e-4.
    let statistic = counts.reduce(0) { $0 + ($1 - 1_000) * ($1 - 1_000) / 1_000 }
    #expect(statistic < 43)
  }

  /// The parts of a product draw different numbers.
  @Test func partsOfAProductAreIndependent() throws {
    let base = try Registry.standard.base("product(mixture(1),mixture(1),normal)", dimension: 3)
    let probe = BaseProbe(base, parameters: [0, 0, 0, 0, 0, 0])
    let count = 20_000
    let rows = probe.sample(count, seed: 1).map { Double($0) }
    for (i, j) in [(0, 1), (0, 2), (1, 2)] {
      let product = (0..<count).reduce(0.0) { $0 + rows[3 * $1 + i] * rows[3 * $1 + j] }
      #expect(abs(product) / Double(count) < 5 / Double(count).squareRoot(), "features \(i) and \(j)")
    }
  }

  /// Far out a mixture neither overflows nor divides 0 by 0.
  @Test(arguments: ["mixture(3)", "t-mixture(3)", "student-t", "gaussian", "logistic", "laplace", "normal"])
  func farAwayEventsHaveFiniteGradients(_ text: String) throws {
    let base = try Registry.standard.base(text, dimension: 2)
    var random = RandomStream(seed: 1, purpose: .parameters)
    let probe = BaseProbe(base, parameters: base.initialParameters(using: &random))
    let result = probe.pullBack(at: [1e12, -1e12, 3e4, 0], cotangents: [1, 1])
    #expect(result.logDensities.allSatisfy { $0.isFinite })
    #expect(result.z.allSatisfy { $0.isFinite } && result.parameters.allSatisfy { $0.isFinite })
  }

  @Test func outsideTheBoxTheLogDensityIsMinusInfinity() throws {
    let probe = BaseProbe(try Registry.standard.base("uniform(0,1)", dimension: 2), parameters: [])
    let result = probe.pullBack(at: [0.5, 0.5, 0.5, 1.5, -0.1, 0.5, 0, 1, .nan, 0], cotangents: [1, 1, 1, 1, 1])
    #expect(Array(result.logDensities[..<4]) == [0, -.infinity, -.infinity, 0])
    #expect(result.logDensities[4].isNaN)
    #expect(result.z.allSatisfy { $0 == 0 })
  }
}
