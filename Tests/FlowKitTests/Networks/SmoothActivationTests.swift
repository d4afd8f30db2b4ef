import CFlowKernels
import Foundation
import Testing

/// φ, φ′ and φ″ in higher precision.
private typealias Exact = (Float80) -> [Float80]

private func lipswish(_ a: Float80) -> [Float80] {
  let s = 1 / (1 + exp(-a))
  return [a * s / 1.1, s * (1 + a * (1 - s)) / 1.1, s * (1 - s) * (2 + a * (1 - 2 * s)) / 1.1]
}

private func hyperbolicTangent(_ a: Float80) -> [Float80] {
  let t = tanh(a)
  return [t, 1 - t * t, -2 * t * (1 - t * t)]
}

private func sine(_ a: Float80) -> [Float80] { [sin(a), cos(a), -sin(a)] }

private typealias Kernel<Real> = (
  UnsafeMutablePointer<Real>?, UnsafePointer<Real>?, UnsafeMutablePointer<Real>?, UnsafeMutablePointer<Real>?, Int, Int
) -> Void

@Suite struct SmoothActivationTests {
  /// The largest error in units of ε (1 + |a|), and whether the value alone is the same.
  private func expectAccurate<Real: BinaryFloatingPoint>(
    _ type: Real.Type, _ kernel: Kernel<Real>, _ exact: Exact, _ name: String
  ) {
    let count = 4096
    let a = (0..<count).map { Real(Double($0) / 50 - 40) }
    let bias: [Real] = [0.25]
    var (value, first, second) = (a, a, a)
    kernel(&value, bias, &first, &second, 1, count)
    for index in a.indices {
      let at = a[index] + bias[0]
      let expected = exact(Float80(at))
      for (got, expected) in zip([value[index], first[index], second[index]], expected) {
        let error = abs(Float80(got) - expected)
        #expect(error <= 4 * Float80(Real.ulpOfOne) * (1 + Float80(abs(at))), "\(name) at \(at)")
      }
      #expect(abs(first[index]) <= 1 + Real.ulpOfOne, "\(name) at \(at)")
    }
    var alone = a
    kernel(&alone, bias, nil, nil, 1, count)
    #expect(alone == value, "\(name)")
    var far = [Real](repeating: -1e30, count: 16) + [Real](repeating: 1e30, count: 16)
    var (slope, bend) = (far, far)
    kernel(&far, bias, &slope, &bend, 1, 32)
    let isFinite = (far + slope + bend).allSatisfy { $0.isFinite }
    #expect(isFinite, "\(name)")
  }

  @Test func valuesAndDerivativesAreAccurate() {
    expectAccurate(Float.self, flowkit_bias_lipswish_smooth, lipswish, "lipswish, float")
    expectAccurate(Double.self, flowkit_bias_lipswish_smooth, lipswish, "lipswish, double")
    expectAccurate(Float.self, flowkit_bias_tanh_smooth, hyperbolicTangent, "tanh, float")
    expectAccurate(Double.self, flowkit_bias_tanh_smooth, hyperbolicTangent, "tanh, double")
    expectAccurate(Float.self, flowkit_bias_sine_smooth, sine, "sine, float")
    expectAccurate(Double.self, flowkit_bias_sine_smooth, sine, "sine, double")
  }
}
