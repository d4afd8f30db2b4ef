/// A preprocessing that maps each feature by itself: zᵢ = fᵢ(xᵢ), strictly increasing. log|det| = Σᵢ log fᵢ′(xᵢ).
///
/// A conforming type states the map of one number and its inverse, with their derivatives, in Double; everything else
/// follows.
public protocol ElementwisePreprocessing: Preprocessing, InvertiblyDifferentiable {
  /// Whether every fᵢ is x ↦ ax + b.
  var isAffine: Bool { get }
  /// z = fᵢ(x) and its derivatives.
  func forward(_ x: Double, feature: Int) -> ElementwiseValue
  /// x = fᵢ⁻¹(z) and its derivatives.
  func inverse(_ z: Double, feature: Int) -> ElementwiseValue
}

/// The value y = f(x) of a map of one number, f′(x), log f′(x), and the derivative of the latter.
public struct ElementwiseValue {
  public var value: Double
  public var slope: Double
  public var logSlope: Double
  public var logSlopeDerivative: Double

  public init(_ value: Double, slope: Double, logSlope: Double, logSlopeDerivative: Double) {
    (self.value, self.slope) = (value, slope)
    (self.logSlope, self.logSlopeDerivative) = (logSlope, logSlopeDerivative)
  }

  /// y = x.
  static func identity(_ x: Double) -> ElementwiseValue { linear(x, slope: 1) }

  /// A value of x ↦ ax + b.
  static func linear(_ value: Double, slope: Double) -> ElementwiseValue {
    ElementwiseValue(value, slope: slope, logSlope: Double.log(slope), logSlopeDerivative: 0)
  }

  /// The cotangent of x, given those of f(x) and of log f′(x).
  func pulledBack(_ cotangent: Double, _ weight: Double) -> Double { cotangent * slope + weight * logSlopeDerivative }
}

extension ElementwisePreprocessing {
  public var structure: JacobianStructure {
    .diagonal(dimension, isAffine: isAffine, signs: Array(repeating: 1, count: dimension))
  }

  public func forward(rows: inout [Double], firstEvent: Int, addingTo logDeterminants: inout [Double]) {
    rows.replaceEach(ofRows: dimension) { x, event, feature in
      let mapped = forward(x, feature: feature)
      logDeterminants[event] += mapped.logSlope
      return mapped.value
    }
  }

  public func inverse(rows: inout [Double], addingTo logDeterminants: inout [Double]) {
    rows.replaceEach(ofRows: dimension) { z, event, feature in
      let mapped = inverse(z, feature: feature)
      logDeterminants[event] += mapped.logSlope
      return mapped.value
    }
  }

  public func pullBack(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {
    cotangents.replaceEach(ofRows: dimension) { cotangent, event, feature in
      forward(x[event * dimension + feature], feature: feature).pulledBack(cotangent, weights[event])
    }
  }

  /// The derivative is taken at z = f(x): near a bound, x says less of its distance than z does.
  public func pullBackInverse(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {
    cotangents.replaceEach(ofRows: dimension) { cotangent, event, feature in
      let z = forward(x[event * dimension + feature], feature: feature).value
      return inverse(z, feature: feature).pulledBack(cotangent, weights[event])
    }
  }
}
