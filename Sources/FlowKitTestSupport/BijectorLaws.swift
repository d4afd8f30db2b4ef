public import FlowKit

/// Proves the laws of the `Bijector` protocol for a bijector, at parameters, events and contexts drawn at random.
///
///     let violations = BijectorLaws().violations(of: MyLayer(dimension: 3))
///     #expect(violations.isEmpty)
///
/// Works with any test framework, in both element types; tolerances follow from the element type's rounding error.
public struct BijectorLaws: Sendable {
  /// Draws parameters, events and contexts.
  public var seed: UInt64 = 1
  /// N × D events, row-major; by default 32 from a standard normal. The inverse is examined at their images. Give some
  /// where the map has kinks or a narrower domain: central differences need a neighbourhood without them.
  public var events: [Double]?
  /// θ; by default the initial parameters with normal noise added, so that weights that start at 0 hide nothing.
  public var parameters: [Double]?
  /// The standard deviation of that noise.
  public var parameterNoise = 0.3
  /// c in the round trips' bound c · ε · (|x| + |J⁻¹| (|z| + |J| |x|)).
  public var roundTripFactor = 64.0
  /// The largest step of central differences; by default a power of two near ε^(1/5). Take a smaller one where the
  /// slope of the log-determinant jumps, as at a spline's knots: a difference is meaningless within h/13 of a jump.
  public var differenceStep: Double?
  /// Finds the bijector's kind when it is decoded.
  public var registry = Registry.standard

  public init() {}

  /// The worst violation of each law in each place, none for a lawful bijector.
  public func violations(
    of bijector: any Bijector, laws: [BijectorLaw] = BijectorLaw.allCases
  ) -> [LawViolation] {
    var violations: [LawViolation] = []
    var random = RandomStream(seed: seed, purpose: .parameters)
    let initial = bijector.initialParameters(using: &random)
    guard initial.count == bijector.parameterCount else {
      return [
        LawViolation(
          law: .parameterCount, place: "initialParameters", got: Double(initial.count),
          expected: Double(bijector.parameterCount), tolerance: 0)
      ]
    }
    for law in laws {
      do {
        var examination = try Examination(law, of: bijector, initial: initial, self)
        try examination.run()
        violations += examination.findings
      } catch {
        violations.append(
          LawViolation(law: law, place: "thrown", got: .nan, expected: 0, tolerance: 0, error: "\(error)"))
      }
    }
    return violations
  }
}

/// One law under examination: the bijector at its parameters, where to look, and what was found.
struct Examination {
  let law: BijectorLaw
  let laws: BijectorLaws
  let probe: BijectorProbe
  /// x, and z = forward(x).
  let events: [Scalar]
  private let images: [Scalar]
  let context: [Scalar]
  let derivative: NumericalDerivative<Scalar>
  private(set) var findings: [LawViolation] = []
  private var random: RandomStream

  var bijector: any Bijector { probe.bijector }
  var dimension: Int { bijector.dimension }
  var contextDimension: Int { bijector.contextDimension }
  var count: Int { events.count / dimension }
  /// ε.
  var epsilon: Double { Double(Scalar.ulpOfOne) }

  /// The directions that can be differentiated.
  var differentiableDirections: [BijectorProbe.Direction] {
    bijector is any InvertiblyDifferentiable ? [.forward, .inverse] : [.forward]
  }

  init(_ law: BijectorLaw, of bijector: any Bijector, initial: [Scalar], _ laws: BijectorLaws) throws {
    var random = RandomStream(seed: laws.seed, purpose: .samples)
    let noisy = initial.map { $0 + Scalar(laws.parameterNoise * random.normal()) }
    let events = laws.events ?? (0..<(32 * bijector.dimension)).map { _ in random.normal() }
    (self.law, self.laws) = (law, laws)
    self.events = events.map { Scalar($0) }
    probe = BijectorProbe(bijector, parameters: laws.parameters.map { $0.map { Scalar($0) } } ?? noisy)
    context = random.normals(events.count / bijector.dimension * bijector.contextDimension)
    derivative = NumericalDerivative(step: laws.differenceStep.map { Scalar($0) })
    images = try probe.map(.forward, self.events, context: context).values
    self.random = random
  }

  /// Where a direction is examined.
  func inputs(of direction: BijectorProbe.Direction) -> [Scalar] { direction == .forward ? events : images }

  mutating func run() throws {
    switch law {
    case .inverseUndoesForward: try examineRoundTrip(.forward)
    case .forwardUndoesInverse: try examineRoundTrip(.inverse)
    case .inverseLogDeterminant: try examineInverseLogDeterminant()
    case .logDeterminant:
      for direction in BijectorProbe.Direction.allCases { try examineLogDeterminant(direction) }
    case .plainValue: for direction in differentiableDirections { try examinePlainValue(direction) }
    case .inputGradient, .contextGradient, .parameterGradient, .logDeterminantGradient:
      for direction in differentiableDirections { try examineGradients(direction) }
    case .adjoint: for direction in differentiableDirections { try examineAdjoint(direction) }
    case .gradientIsAdded: for direction in differentiableDirections { examineAddition(direction) }
    case .eventIndependence: try examineIndependence()
    case .randomness: for direction in differentiableDirections { try examineRandomness(direction) }
    case .finiteness: for direction in BijectorProbe.Direction.allCases { try examineFiniteness(direction) }
    case .structure: try examineStructure()
    case .parameterCount: break  // examined before anything else
    case .coding: try examineCoding()
    }
  }

  mutating func normals(_ count: Int) -> [Scalar] { random.normals(count) }

  /// Notes a violation unless `got` is `expected` within `tolerance`. Only the worst of each `part` is kept.
  mutating func expect(
    _ got: Double, _ expected: Double, within tolerance: Double, part: String,
    _ detail: @autoclosure () -> String = ""
  ) {
    guard !(abs(got - expected) <= tolerance) else { return }
    let place = part + (detail().isEmpty ? "" : ", " + detail())
    let found = LawViolation(law: law, place: place, got: got, expected: expected, tolerance: tolerance)
    guard let index = findings.firstIndex(where: { $0.place.hasPrefix(part) }) else {
      return findings.append(found)
    }
    if found.excess > findings[index].excess { findings[index] = found }
  }

  /// Notes a violation unless both are the same numbers, or both NaN.
  mutating func expectSameBits(_ got: [Double], _ expected: [Double], part: String) {
    for (index, (got, expected)) in zip(got, expected).enumerated() where got != expected {
      if got.isNaN && expected.isNaN { continue }
      expect(got, expected, within: 0, part: part, "value \(index)")
    }
  }
}

extension RandomStream {
  /// Nearly standard normal: a sum of twelve uniform numbers (mean 0, variance 1, within ±6).
  mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }

  mutating func normals(_ count: Int) -> [Scalar] { (0..<count).map { _ in Scalar(normal()) } }
}

extension BijectorProbe.Value {
  /// All numbers, events first.
  var numbers: [Double] { values.map { Double($0) } + logDeterminants }
}
