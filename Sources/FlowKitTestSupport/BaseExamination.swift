import FlowKit
internal import FoundationEssentials

/// One law of a base under examination: the base at its parameters, where to look, and what was found.
struct BaseExamination {
  let law: BaseLaw
  let laws: BaseLaws
  let probe: BaseProbe
  let events: [Scalar]
  private(set) var findings: [BaseLawViolation] = []
  var random: RandomStream
  private let derivative = NumericalDerivative<Scalar>(step: nil)

  var base: any BaseDistribution { probe.base }
  var dimension: Int { base.dimension }
  private var count: Int { events.count / dimension }

  init(_ law: BaseLaw, _ base: any BaseDistribution, _ initial: [Scalar], _ laws: BaseLaws) {
    var random = RandomStream(seed: laws.seed, purpose: .samples)
    let noisy = initial.map { $0 + Scalar(laws.parameterNoise * random.normal()) }
    events = laws.events?.map { Scalar($0) } ?? random.normals(32 * base.dimension)
    (self.law, self.laws, self.random) = (law, laws, random)
    probe = BaseProbe(base, parameters: noisy)
  }

  mutating func run() {
    switch law {
    case .eventGradient: examineEventGradient()
    case .parameterGradient: examineParameterGradient()
    case .gradientIsAdded: examineAddition()
    case .plainValue:
      let ones = Array(repeating: Scalar(1), count: count)
      expectSame(probe.logDensity(events), probe.pullBack(at: events, cotangents: ones).logDensities, "event")
    case .eventIndependence: examineIndependence()
    case .finiteness: examineFiniteness()
    case .normalization: if let grid = DensityGrid(probe, laws) { examine(total: grid.total) }
    case .samples: if let grid = DensityGrid(probe, laws) { examineSamples(grid) }
    case .samplePrefix: examineSamplePrefix()
    case .plainSample: examinePlainSample()
    case .sampleGradient: examineSampleGradient()
    case .parameterCount: examineInitialParameters()
    case .coding: examineCoding()
    }
  }

  mutating func expect(_ got: Double, _ expected: Double, within tolerance: Double, _ place: String) {
    guard !(abs(got - expected) <= tolerance), got != expected else { return }
    findings.append(
      BaseLawViolation(law: law, place: place, got: got, expected: expected, tolerance: tolerance))
  }

  mutating func expectSame(_ got: [Double], _ expected: [Double], _ place: String) {
    expect(Double(got.count), Double(expected.count), within: 0, "number of values")
    for (index, (got, expected)) in zip(got, expected).enumerated() where !(got.isNaN && expected.isNaN) {
      expect(got, expected, within: 0, "\(place) \(index)")
    }
  }

  /// How far a central difference may be from a derivative, for a function of the size `size`.
  private func tolerance(_ slope: Slope, size: Double, argument: Scalar) -> Double {
    16 * derivative.relativeError * (1 + size + abs(slope.value) * (1 + abs(Double(argument))))
      + 2 * slope.uncertainty
  }

  // MARK: Derivatives

  private mutating func examineEventGradient() {
    let ones = Array(repeating: Scalar(1), count: count)
    let (values, gradient, _) = probe.pullBack(at: events, cotangents: ones)
    for feature in 0..<dimension {
      let slopes = derivative { offset in
        var moved = events
        for index in stride(from: feature, to: events.count, by: dimension) { moved[index] += offset }
        return probe.logDensity(moved)
      }
      for event in 0..<count {
        let index = event * dimension + feature
        expect(
          Double(gradient[index]), slopes[event].value,
          within: tolerance(slopes[event], size: abs(values[event]), argument: events[index]),
          "event \(event), feature \(feature)")
      }
    }
  }

  private mutating func examineParameterGradient() {
    let weights = random.normals(count)
    let (values, _, gradient) = probe.pullBack(at: events, cotangents: weights)
    func weighted(_ values: [Double]) -> [Double] { zip(values, weights).map { $0 * Double($1) } }
    let size = weighted(values).reduce(Double(count)) { $0 + abs($1) }
    for index in probe.parameters.indices {
      let slope = Slope(
        sumOf: derivative { offset in
          var moved = probe.parameters
          moved[index] += offset
          return weighted(BaseProbe(base, parameters: moved).logDensity(events))
        })
      expect(
        Double(gradient[index]), slope.value,
        within: tolerance(slope, size: size, argument: probe.parameters[index]), "parameter \(index)")
    }
  }

  private mutating func examineAddition() {
    let weights = random.normals(count)
    let zero = probe.pullBack(at: events, cotangents: weights).parameters
    let three = probe.pullBack(at: events, cotangents: weights, startingFrom: 3).parameters
    let size = 3 + zero.reduce(0) { max($0, Double(abs($1))) }
    for index in zero.indices {
      expect(
        Double(three[index]) - Double(zero[index]), 3,
        within: 64 * Double(count) * Double(Scalar.ulpOfOne) * size, "parameter \(index)")
    }
  }

  // MARK: Single events

  private mutating func examineIndependence() {
    let weights = random.normals(count)
    let whole = probe.pullBack(at: events, cotangents: weights)
    for event in 0..<count {
      let range = (event * dimension)..<((event + 1) * dimension)
      // Alone at the start of a tile, then behind others.
      for neighbours in [0, 5] {
        let rows = random.normals(neighbours * dimension) + Array(events[range])
        let single = probe.pullBack(at: rows, cotangents: random.normals(neighbours) + [weights[event]])
        expectSame([single.logDensities[neighbours]], [whole.logDensities[event]], "event \(event), log-density")
        expectSame(
          single.z.suffix(dimension).map { Double($0) }, whole.z[range].map { Double($0) }, "event \(event), feature")
      }
    }
  }

  private mutating func examineFiniteness() {
    let far = (0..<64).flatMap { _ in (0..<dimension).map { _ in Scalar(20 * random.uniform() - 10) } }
    let ends = [-10, 10, 0].flatMap { Array(repeating: Scalar($0), count: dimension) }
    let rows = far + ends
    let result = probe.pullBack(at: rows, cotangents: Array(repeating: 1, count: rows.count / dimension))
    for (event, value) in result.logDensities.enumerated() where !(value.isFinite || value == -.infinity) {
      expect(value, 0, within: .greatestFiniteMagnitude, "event \(event)")
    }
    for value in result.z + result.parameters where !value.isFinite {
      expect(Double(value), 0, within: .greatestFiniteMagnitude, "gradient")
    }
  }

  // MARK: The density and its samples

  private mutating func examine(total: Double) {
    expect(total, 1, within: laws.normalizationTolerance, "integral")
  }

  private mutating func examineSamples(_ grid: DensityGrid) {
    let draws = 40_000
    var counts = [Double](repeating: 0, count: grid.cells.count)
    let rows = probe.sample(draws, seed: laws.seed)
    for event in 0..<draws { counts[grid.cell(rows[(event * dimension)..<((event + 1) * dimension)])] += 1 }
    // Cells with few events are taken together, so that χ² has its distribution.
    var (statistic, kept, rest) = (0.0, 0.0, (count: 0.0, expected: 0.0))
    for (count, probability) in zip(counts, grid.cells) {
      let expected = Double(draws) * probability / grid.total
      guard expected >= 10 else {
        rest = (rest.count + count, rest.expected + expected)
        continue
      }
      statistic += (count - expected) * (count - expected) / expected
      kept += 1
    }
    statistic += (rest.count - rest.expected) * (rest.count - rest.expected) / max(10, rest.expected)
    expect(statistic, kept, within: 5 * (2 * kept).squareRoot() + 10, "χ² of \(Int(kept)) cells")
  }

  private mutating func examineSamplePrefix() {
    func numbers(_ rows: [Scalar]) -> [Double] { rows.map { Double($0) } }
    let hundred = probe.sample(100, seed: 3)
    expectSame(numbers(probe.sample(10, seed: 3)), numbers(Array(hundred.prefix(10 * dimension))), "first ten")
    expectSame(numbers(probe.sample(100, seed: 3, width: 16)), numbers(hundred), "tiles of 16, number")
    let tail = Array(hundred.suffix(30 * dimension))
    expectSame(numbers(probe.sample(30, first: 70, seed: 3, width: 32)), numbers(tail), "last thirty, number")
    let equal = zip(hundred, probe.sample(100, seed: 4)).count { $0 == $1 }
    expect(Double(equal), 0, within: Double(hundred.count) / 10, "numbers that another seed gives as well")
  }

  // MARK: Description

  private mutating func examineInitialParameters() {
    var sample = Tile(features: dimension, width: 32, pool: TilePool())
    for feature in 0..<dimension {
      sample.withMutableRow(feature) { row in
        for event in row.indices { row[event] = events[event % count * dimension + feature] }
      }
    }
    let initial = base.initialParameters(for: sample, given: nil, using: &random)
    expect(Double(initial.count), Double(base.parameterCount), within: 0, "with data")
    expect(Double(initial.count { !$0.isFinite }), 0, within: 0, "numbers that are not finite")
  }

  private mutating func examineCoding() {
    func copied<Base: BaseDistribution>(_ base: Base) throws -> any BaseDistribution {
      try JSONDecoder().decode(Base.self, from: JSONEncoder().encode(base))
    }
    do {
      let copy = try copied(base)
      expect(copy.text == base.text ? 1 : 0, 1, within: 0, "text \(copy.text) of \(base.text)")
      let values = BaseProbe(copy, parameters: probe.parameters).logDensity(events)
      expectSame(values, probe.logDensity(events), "event")
    } catch {
      expect(.nan, 0, within: 0, "thrown: \(error)")
    }
  }
}
