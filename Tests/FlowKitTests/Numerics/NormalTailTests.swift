import CFlowKernels
import Foundation
import Testing

/// Mills' ratio by mpmath.
private struct TailReference: Decodable {
  let x, ratio: [Double]
}

/// The bound that `elementary.h` states for `mills_ratio_`.
@Suite struct NormalTailTests {
  private func reference() throws -> TailReference {
    try JSONDecoder().decode(TailReference.self, from: try Data(contentsOf: referenceURL("normal-tail.json")))
  }

  /// The largest error in units of the last place.
  private func worst<Real: BinaryFloatingPoint>(
    _ type: Real.Type, _ kernel: (UnsafePointer<Real>, UnsafeMutablePointer<Real>, Int) -> Void,
    _ reference: TailReference
  ) -> Double {
    let x = reference.x.map { Real($0) }
    var ratios = x
    kernel(x, &ratios, x.count)
    return zip(ratios, reference.ratio).reduce(0) { max($0, abs(Double($1.0) - $1.1) / Double(Real($1.1).ulp)) }
  }

  @Test func ratiosAreThoseOfMPMath() throws {
    let reference = try reference()
    #expect(reference.x.count == 404)
    #expect(worst(Float.self, flowkit_mills_ratio, reference) <= 3)
    #expect(worst(Double.self, flowkit_mills_ratio, reference) <= 3)
  }

  @Test func noNumberStaysNone() {
    var ratio = [Double.nan]
    flowkit_mills_ratio([Double.nan], &ratio, 1)
    #expect(ratio[0].isNaN)
  }
}
