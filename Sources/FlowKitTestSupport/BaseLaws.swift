public import FlowKit

/// What `BaseLaws` proves, one by one.
public enum BaseLaw: String, Sendable, CaseIterable {
  /// The pullback agrees with central differences, for z and for θ.
  case eventGradient, parameterGradient
  /// The pullback adds to the gradient of θ.
  case gradientIsAdded
  /// The log-densities with and without pullback are the same, to the bit.
  case plainValue
  /// An event's log-density and gradient do not depend on its neighbours or its place in the tile, to the bit.
  case eventIndependence
  /// Log-densities are finite at ±10, or −∞ outside the support; gradients are finite.
  case finiteness
  /// The density integrates to 1 (bases of one or two features).
  case normalization
  /// Samples fall into cells as often as the density says, by a χ² test (bases of one or two features).
  case samples
  /// Events are the same for any tile and any number of them, to the bit, and others for another seed.
  case samplePrefix
  /// The samples with and without pullback are the same, to the bit, and the pullback adds to the gradient of θ.
  case plainSample
  /// The derivative of samples with respect to θ is right on average: the mean of ∂f(z)/∂θ over 32,768 samples is
  /// ∂/∂θ ∫ f p within 4.5 standard errors, for a bounded f (bases of one or two features).
  case sampleGradient
  /// `initialParameters` gives as many finite numbers as `parameterShapes` have, with and without data.
  case parameterCount
  /// Encoding and decoding gives the same density, to the bit.
  case coding
}

/// A law that a base breaks, and the numbers that show it.
public typealias BaseLawViolation = Violation<BaseLaw>

/// Proves the laws of the `BaseDistribution` protocol for a base, at parameters and events drawn at random. The laws of
/// samples' derivatives pass over a base that says that it has none.
///
///     let violations = BaseLaws().violations(of: MyBase(dimension: 2))
///     #expect(violations.isEmpty)
public struct BaseLaws: Sendable {
  /// Draws parameters and events.
  public var seed: UInt64 = 1
  /// N × D events, row-major; by default 32 from a standard normal. Give some where the density has kinks: central
  /// differences need a neighbourhood without them.
  public var events: [Double]?
  /// The standard deviation of the noise that is added to the initial parameters.
  public var parameterNoise = 0.3
  /// How far from 1 an integral over the density may be: a jump of the density costs a part of a grid's cell.
  public var normalizationTolerance = 2e-3
  /// The largest |z| up to which a density of one feature is integrated; of two, its square root is the limit.
  public var range = 1e7

  public init() {}

  /// The first violation of each law, none for a lawful base.
  public func violations(of base: any BaseDistribution, laws: [BaseLaw] = BaseLaw.allCases) -> [BaseLawViolation] {
    var random = RandomStream(seed: seed, purpose: .parameters)
    let initial = base.initialParameters(using: &random)
    guard initial.count == base.parameterCount else {
      return [
        BaseLawViolation(
          law: .parameterCount, place: "without data", got: Double(initial.count),
          expected: Double(base.parameterCount), tolerance: 0)
      ]
    }
    return laws.compactMap { law in
      var examination = BaseExamination(law, base, initial, self)
      examination.run()
      return examination.findings.first
    }
  }
}
