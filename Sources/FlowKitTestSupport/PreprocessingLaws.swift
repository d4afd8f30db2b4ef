public import FlowKit

/// What `PreprocessingLaws` proves, one by one.
public enum PreprocessingLaw: String, Sendable, CaseIterable {
  /// inverse(forward(x)) = x within what the map's conditioning allows.
  case roundTrip
  /// log|det ∂z/∂x| is that of the Jacobian.
  case logDeterminant
  /// The log-determinant of the inverse is the negative of that of the map.
  case inverseLogDeterminant
  /// Both directions add to the log-determinants.
  case addition
  /// `pullBack` agrees with central differences in Double.
  case gradient
  /// `pullBackInverse` does, where the inverse has a derivative.
  case inverseGradient
  /// Tiles are mapped as rows are, within the rounding of `Scalar`.
  case tiles
  /// An event depends on its number in its data and not on its neighbours, to the bit.
  case eventIndependence
}

/// A law that a preprocessing breaks, and the numbers that show it.
public typealias PreprocessingLawViolation = Violation<PreprocessingLaw>

/// Proves the laws of the `Preprocessing` protocol for its maps of rows, which are computed in Double whatever the element
/// type is. `BijectorLaws` proves those of its maps of tiles.
///
///     let violations = PreprocessingLaws().violations(of: MyPreprocessing(dimension: 3))
///     #expect(violations.isEmpty)
public struct PreprocessingLaws: Sendable {
  /// Draws events and cotangents.
  public var seed: UInt64 = 1
  /// N × D events, row-major, in the data's own units; by default what the inverse makes of 32 events from a standard
  /// normal. Give some where that is not in the domain, or has kinks.
  public var events: [Double]?

  public init() {}

  /// The first violation of each law, none for a lawful preprocessing.
  public func violations(
    of layer: any Preprocessing, laws: [PreprocessingLaw] = PreprocessingLaw.allCases
  ) -> [PreprocessingLawViolation] {
    laws.compactMap { law in
      var examination = PreprocessingExamination(law, layer, self)
      examination.run()
      return examination.findings.first
    }
  }
}
