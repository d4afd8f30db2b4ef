import CFlowKernels
import Foundation
import Testing

/// The error of `got` in units of the last place of the type that it was computed in. The reference has 64 bits.
private func ulps<Real: BinaryFloatingPoint>(_ got: Real, _ reference: Float80) -> Double {
  let rounded = Real(reference)
  // Where the result rounds to infinity, or is one, only equality counts.
  guard rounded.isFinite, got.isFinite else { return got == rounded ? 0 : .infinity }
  return Double(abs(Float80(got) - reference) / Float80(rounded.ulp))
}

/// A C kernel called on arrays.
private func apply<Real: BinaryFloatingPoint>(
  _ kernel: (UnsafePointer<Real>, UnsafeMutablePointer<Real>, Int) -> Void, _ x: [Real]
) -> [Real] {
  var y = [Real](repeating: .nan, count: x.count)
  kernel(x, &y, x.count)
  return y
}

private func worstError<Real: BinaryFloatingPoint>(
  _ type: Real.Type, _ kernel: (UnsafePointer<Real>, UnsafeMutablePointer<Real>, Int) -> Void,
  _ exact: (Float80) -> Float80,
  over x: [Real]
) -> Double {
  zip(x, apply(kernel, x)).reduce(0) { max($0, ulps($1.1, exact(Float80($1.0)))) }
}

/// `count` numbers evenly spread over a range, and as many whose sizes are spread over the exponents down to `smallest`.
private func arguments<Real: BinaryFloatingPoint>(
  _ range: ClosedRange<Double>, smallest: Double, count: Int = 100_000
) -> [Real] {
  let even = (0...count).map {
    range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / Double(count)
  }
  let (top, bottom) = (log(max(abs(range.lowerBound), abs(range.upperBound))), log(smallest))
  let sizes = (0...count).map { exp(bottom + (top - bottom) * Double($0) / Double(count)) }
  return (even + sizes + sizes.map { -$0 }).filter { range.contains($0) }.map { Real($0) }
}

private func sigmoid(_ x: Float80) -> Float80 { 1 / (1 + exp(-x)) }
private func softplus(_ x: Float80) -> Float80 { max(x, 0) + log1p(exp(-abs(x))) }

/// The bounds that `elementary.h` states, measured against the 64-bit mantissa of Float80.
@Suite struct ElementaryFunctionTests {
  @Test func floatErrorsStayWithinTheirBounds() {
    #expect(worstError(Float.self, flowkit_exp, exp, over: arguments(-87...88.7, smallest: 1e-30)) <= 1.1)
    #expect(worstError(Float.self, flowkit_log, log, over: arguments(0x1p-149...3.4e38, smallest: 0x1p-149)) <= 2)
    #expect(worstError(Float.self, flowkit_log, log, over: arguments(0.5...2, smallest: 0.5)) <= 2)
    #expect(worstError(Float.self, flowkit_tanh, tanh, over: arguments(-20...20, smallest: 1e-37)) <= 3)
    #expect(worstError(Float.self, flowkit_sigmoid, sigmoid, over: arguments(-87...100, smallest: 1e-30)) <= 3)
    #expect(worstError(Float.self, flowkit_softplus, softplus, over: arguments(-87...100, smallest: 1e-30)) <= 3)
  }

  @Test func doubleErrorsStayWithinTheirBounds() {
    let tiniest = Double.leastNonzeroMagnitude
    #expect(worstError(Double.self, flowkit_exp, exp, over: arguments(-708...709.7, smallest: 1e-300)) <= 1.1)
    #expect(worstError(Double.self, flowkit_log, log, over: arguments(tiniest...1.7e308, smallest: tiniest)) <= 2)
    #expect(worstError(Double.self, flowkit_log, log, over: arguments(0.5...2, smallest: 0.5)) <= 2)
    #expect(worstError(Double.self, flowkit_tanh, tanh, over: arguments(-30...30, smallest: 1e-307)) <= 3)
    #expect(worstError(Double.self, flowkit_sigmoid, sigmoid, over: arguments(-708...800, smallest: 1e-300)) <= 3)
    #expect(worstError(Double.self, flowkit_softplus, softplus, over: arguments(-708...800, smallest: 1e-300)) <= 3)
  }

  @Test func specialValuesAreKept() {
    expectSpecialValues(
      Float.self, flowkit_exp, flowkit_log, flowkit_tanh, flowkit_sigmoid, flowkit_softplus)
    expectSpecialValues(
      Double.self, flowkit_exp, flowkit_log, flowkit_tanh, flowkit_sigmoid, flowkit_softplus)
  }

  private typealias Kernel<Real> = (UnsafePointer<Real>, UnsafeMutablePointer<Real>, Int) -> Void

  private func expectSpecialValues<Real: BinaryFloatingPoint>(
    _ type: Real.Type, _ exp: Kernel<Real>, _ log: Kernel<Real>, _ tanh: Kernel<Real>, _ sigmoid: Kernel<Real>,
    _ softplus: Kernel<Real>
  ) {
    let special: [Real] = [
      0, 1, -.infinity, .infinity, .nan, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
    ]
    let (e, l, t, s, p) = (
      apply(exp, special), apply(log, special), apply(tanh, special), apply(sigmoid, special), apply(softplus, special)
    )
    for y in [e, l, t, s, p] { #expect(y[4].isNaN) }
    #expect(e[0] == 1 && e[2] == 0 && e[3] == .infinity && e[5] == .infinity && e[6] == 0)
    #expect(l[0] == -.infinity && l[1] == 0 && l[2].isNaN && l[3] == .infinity && l[5].isFinite && l[6].isNaN)
    #expect(t[0] == 0 && t[2] == -1 && t[3] == 1 && t[5] == 1 && t[6] == -1)
    #expect(s[0] == 0.5 && s[2] == 0 && s[3] == 1 && s[5] == 1 && s[6] == 0)
    #expect(p[2] == 0 && p[3] == .infinity && p[5] == .greatestFiniteMagnitude && p[6] == 0)
  }
}
