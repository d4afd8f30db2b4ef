/// What `BijectorLaws` proves, one by one.
public enum BijectorLaw: String, Sendable, CaseIterable {
  /// inverse(forward(x)) = x within what the map's conditioning allows.
  case inverseUndoesForward
  /// forward(inverse(z)) = z within what the map's conditioning allows.
  case forwardUndoesInverse
  /// The inverse's log-determinant is the negative of the forward's.
  case inverseLogDeterminant
  /// The log-determinant is log|det| of the numerical Jacobian.
  case logDeterminant
  /// The maps with and without pullback have the same values, to the bit.
  case plainValue
  /// The pullback of the values agrees with central differences, for x, for the context and for θ.
  case inputGradient, contextGradient, parameterGradient
  /// The pullback of the log-determinant alone agrees with central differences, for x, the context and θ.
  case logDeterminantGradient
  /// ⟨Jδ, r⟩ = ⟨δ, Jᵀr⟩ along a random direction of x, context and θ together.
  case adjoint
  /// A pullback adds to the gradients of the context and of θ, and so does that of the preparation.
  case gradientIsAdded
  /// An event's result does not depend on its neighbours or its place in the tile, to the bit.
  case eventIndependence
  /// With the same random numbers two passes agree to the bit; an event's numbers do not depend on its place in the tile; and
  /// the pullback is the derivative of the value that was drawn. Estimates whose gradient is right in the mean only, such as
  /// `logdet=roulette`, do not promise the last.
  case randomness
  /// Values and log-determinants are finite at ±10 standard deviations.
  case finiteness
  /// The declared dependencies, diagonal signs and affinity are those of the numerical Jacobian.
  case structure
  /// `initialParameters` gives as many numbers as `parameterShapes` have.
  case parameterCount
  /// Encoding and decoding gives the same map, to the bit.
  case coding
}

/// A law that a bijector breaks, and the numbers that show it.
public typealias LawViolation = Violation<BijectorLaw>

/// A broken law, and the numbers that show it.
public struct Violation<Law: RawRepresentable<String> & Sendable>: Sendable, CustomStringConvertible {
  public var law: Law
  /// Where, such as `inverse, event 3, feature 1`.
  public var place: String
  public var got: Double
  public var expected: Double
  /// How far `got` may be from `expected`.
  public var tolerance: Double
  /// What was thrown, where that is the violation.
  public var error: String?

  /// How many tolerances `got` is away; infinite where that is no number.
  var excess: Double {
    let ratio = abs(got - expected) / max(tolerance, .leastNormalMagnitude)
    return ratio.isNaN ? .infinity : ratio
  }

  public var description: String {
    if let error { return "\(law.rawValue) (\(place)): \(error)" }
    return "\(law.rawValue) (\(place)): got \(got), expected \(expected) within \(tolerance)"
  }
}
