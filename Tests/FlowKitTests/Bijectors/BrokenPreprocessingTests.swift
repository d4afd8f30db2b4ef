import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

/// A preprocessing as somebody outside may write it, with every default: z₀ = 2 asinh x₀, z₁ = x₁ exp(s) + x₀ with
/// s = ½ tanh x₀.
struct SkewedPreprocessing: Preprocessing, InvertiblyDifferentiable {
  static let layerName = "skewed"
  var dimension: Int { 2 }
  var structure: JacobianStructure { .lower(2, isAffine: false, signs: [1, 1]) }

  func forward(rows: inout [Double], firstEvent: Int, addingTo logDeterminants: inout [Double]) {
    for event in logDeterminants.indices {
      let (x, s) = (rows[2 * event], 0.5 * tanh(rows[2 * event]))
      rows[2 * event] = 2 * asinh(x)
      rows[2 * event + 1] = rows[2 * event + 1] * exp(s) + x
      logDeterminants[event] += log(2) - 0.5 * log1p(x * x) + s
    }
  }

  func inverse(rows: inout [Double], addingTo logDeterminants: inout [Double]) {
    for event in logDeterminants.indices {
      let x = sinh(rows[2 * event] / 2)
      let s = 0.5 * tanh(x)
      rows[2 * event] = x
      rows[2 * event + 1] = (rows[2 * event + 1] - x) * exp(-s)
      logDeterminants[event] -= log(2) - 0.5 * log1p(x * x) + s
    }
  }

  func pullBack(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {
    for (event, weight) in weights.enumerated() {
      let (first, second) = (x[2 * event], x[2 * event + 1])
      let s = 0.5 * tanh(first)
      let slope = 0.5 - 2 * s * s
      let (z0, z1) = (cotangents[2 * event], cotangents[2 * event + 1])
      let square = 1 + first * first
      cotangents[2 * event] =
        2 * z0 / square.squareRoot() + z1 * (second * exp(s) * slope + 1) + weight * (slope - first / square)
      cotangents[2 * event + 1] = z1 * exp(s)
    }
  }
}

/// The same with one fault: what the law of its name must notice.
private struct BrokenPreprocessing: Preprocessing, InvertiblyDifferentiable {
  static let layerName = "broken"
  private var base = SkewedPreprocessing()
  let fault: String

  init(_ fault: PreprocessingLaw?) { self.fault = fault?.rawValue ?? "none" }

  var dimension: Int { base.dimension }
  var structure: JacobianStructure { base.structure }

  func forward(rows: inout [Double], firstEvent: Int, addingTo logDeterminants: inout [Double]) {
    let before = logDeterminants
    base.forward(rows: &rows, firstEvent: firstEvent, addingTo: &logDeterminants)
    if fault == "logDeterminant" { for event in before.indices { logDeterminants[event] += 1e-6 * rows[2 * event] } }
    if fault == "addition" { for event in before.indices { logDeterminants[event] -= before[event] } }
    if fault == "eventIndependence" { rows[rows.count - 1].round(.toNearestOrEven) }
  }

  func inverse(rows: inout [Double], addingTo logDeterminants: inout [Double]) {
    let before = logDeterminants
    base.inverse(rows: &rows, addingTo: &logDeterminants)
    if fault == "roundTrip" { rows[5] += 1e-9 }
    if fault == "inverseLogDeterminant" {
      for event in before.indices { logDeterminants[event] = 2 * before[event] - logDeterminants[event] }
    }
  }

  func pullBack(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {
    // The cotangent of the log-determinant has a part of the derivative that is easily forgotten.
    base.pullBack(&cotangents, at: x, logDeterminants: fault == "gradient" ? weights.map { 0.9999 * $0 } : weights)
  }

  func pullBackInverse(_ cotangents: inout [Double], at x: [Double], logDeterminants weights: [Double]) {
    let weights = fault == "inverseGradient" ? weights.map { 0.9999 * $0 } : weights
    base.pullBackInverse(&cotangents, at: x, logDeterminants: weights)
  }

  func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed {
    var value = try base.inverse(z, pass)
    if fault == "tiles" { value.values[1, 3] += 1e-3 }
    return value
  }
}

@Suite struct BrokenPreprocessingTests {
  @Test func theUnbrokenOneObeysTheLaws() {
    let violations = PreprocessingLaws().violations(of: BrokenPreprocessing(nil))
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test(arguments: PreprocessingLaw.allCases)
  func eachLawSeesItsFault(_ law: PreprocessingLaw) {
    let violations = PreprocessingLaws().violations(of: BrokenPreprocessing(law), laws: [law])
    #expect(violations.first?.law == law)
  }

  /// The laws tell these faults apart.
  @Test(arguments: [PreprocessingLaw.addition, .inverseGradient, .tiles])
  func noOtherLawIsBroken(_ law: PreprocessingLaw) {
    let violations = PreprocessingLaws().violations(of: BrokenPreprocessing(law))
    #expect(violations.map(\.law) == [law], "\(violations)")
  }
}
