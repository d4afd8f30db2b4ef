import CFlowKernels
import FlowKit
import Foundation
import Testing

/// A buffer as kernels of parameters want it: aligned to 64 bytes, padded with zeros to a multiple of 16.
private final class Buffer<Real: BinaryFloatingPoint> {
  let base: UnsafeMutablePointer<Real>
  private let count: Int

  init(_ values: [Real]) {
    count = values.count
    let padded = (count + 15) / 16 * 16
    base = UnsafeMutableRawPointer.allocate(byteCount: padded * MemoryLayout<Real>.stride, alignment: 64)
      .assumingMemoryBound(to: Real.self)
    base.initialize(repeating: 0, count: padded)
    for (index, value) in values.enumerated() { base[index] = value }
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  var values: [Real] { Array(UnsafeBufferPointer(start: base, count: count)) }
}

@Suite struct ParameterKernelTests {
  private typealias Sum<Real> = (
    UnsafeMutablePointer<Real>, UnsafePointer<UnsafePointer<Real>?>, Int, Int, Int32
  ) -> Double

  private func pairwise<Real: BinaryFloatingPoint>(_ terms: [Real]) -> Real {
    if terms.count == 1 { return terms[0] }
    let pairs = stride(from: 0, to: terms.count, by: 2).map { first in
      first + 1 < terms.count ? terms[first] + terms[first + 1] : terms[first]
    }
    return pairwise(pairs)
  }

  private func checkSum<Real: BinaryFloatingPoint>(_ type: Real.Type, _ kernel: Sum<Real>, terms count: Int) {
    let size = 75
    let terms = (0..<count).map { term in uniformNumbers(size, seed: UInt64(10 + term)).map { Real($0) } }
    let expected = (0..<size).map { index in pairwise(terms.map { $0[index] }) }
    let squares = expected.reduce(0.0) { $0 + Double($1) * Double($1) }
    for (pastCaches, inPlace) in [(false, false), (true, false), (false, true), (true, true)] {
      let buffers = terms.map { Buffer($0) }
      let target = inPlace ? buffers[0] : Buffer([Real](repeating: .nan, count: size))
      let got = withExtendedLifetime(buffers) {
        buffers.map { UnsafePointer($0.base) as UnsafePointer<Real>? }.withUnsafeBufferPointer {
          kernel(target.base, $0.baseAddress!, count, size, pastCaches ? 1 : 0)
        }
      }
      flowkit_finish_stores()
      #expect(target.values == expected, "past caches \(pastCaches), in place \(inPlace)")
      #expect(abs(got - squares) <= 1e-13 * squares)
    }
  }

  @Test(arguments: 1...Int(FLOWKIT_MAXIMUM_TERMS)) func sumsPairByPair(count: Int) {
    checkSum(Float.self, flowkit_sum_terms, terms: count)
    checkSum(Double.self, flowkit_sum_terms, terms: count)
  }

  private struct Case: Decodable {
    let start, gradients, rates, scales, steps: ReferenceArray
  }

  private typealias Adam<Real> = (
    UnsafeMutablePointer<Real>, UnsafeMutablePointer<Real>, UnsafeMutablePointer<Real>, UnsafePointer<Real>, Int, Real,
    Real, Real, Real, Real, Real, UnsafeMutablePointer<Real>?
  ) -> Void

  private enum Publishing: CaseIterable { case none, copy, inPlace }

  private func checkAdam<Real: BinaryFloatingPoint>(
    _ type: Real.Type, _ kernel: Adam<Real>, _ publishing: Publishing, within tolerance: Double
  ) throws {
    let reference = try #require(try ReferenceFile<Case>.cases("adam.json").first)
    let count = reference.start.values.count
    func buffer(_ values: some Sequence<Double>) -> Buffer<Real> { Buffer(values.map { Real($0) }) }
    let zeros = [Double](repeating: 0, count: count)
    let (parameters, copy, m, v) = (buffer(reference.start.values), buffer(zeros), buffer(zeros), buffer(zeros))
    let published: Buffer<Real>? =
      switch publishing {
      case .none: nil
      case .copy: copy
      case .inPlace: parameters
      }
    for (step, rate) in reference.rates.values.enumerated() {
      let rows = (step * count)..<((step + 1) * count)
      let gradient = buffer(reference.gradients.values[rows])
      withExtendedLifetime((parameters, copy, m, v, gradient)) {
        kernel(
          parameters.base, m.base, v.base, gradient.base, count, Real(reference.scales.values[step]),
          Real(rate / (1 - pow(0.9, Double(step + 1)))), 0.1, 0.001, 1e-8,
          Real(1 / (1 - pow(0.999, Double(step + 1)))), published?.base)
      }
      flowkit_finish_stores()
      expectClose(
        parameters.values.map { Double($0) }, Array(reference.steps.values[rows]), within: tolerance, "step \(step)")
      if publishing == .copy { #expect(copy.values == parameters.values) }
    }
  }

  /// Against torch's optimizer, clipping included, wherever the parameters are stored. Ten steps of Float may lose a few
  /// units of the last place of 2.
  @Test(arguments: Publishing.allCases) private func adamIsThatOfTorch(publishing: Publishing) throws {
    try checkAdam(Float.self, flowkit_adam, publishing, within: 2e-6)
    try checkAdam(Double.self, flowkit_adam, publishing, within: 1e-14)
  }

  /// A unit that has died leaves zeros, not subnormal numbers, which take a hundred times as long; a gradient that is no number
  /// stays none.
  @Test func whatChangesNoParameterIsForgotten() {
    func moments<Real: BinaryFloatingPoint>(_ kernel: Adam<Real>, steps: Int, after first: Real) -> [Real] {
      let (parameter, mean, square) = (Buffer<Real>([1]), Buffer<Real>([0]), Buffer<Real>([0]))
      for step in 0..<steps {
        let gradient = Buffer<Real>([step == 0 ? first : 0])
        kernel(parameter.base, mean.base, square.base, gradient.base, 1, 1, 0, 0.1, 0.001, 1e-8, 1, nil)
      }
      return [mean.values[0], square.values[0]]
    }
    let float: [Float] = moments(flowkit_adam, steps: 700, after: 1e-3)
    #expect(float[0] == 0 && float[1] > 1e-10)
    #expect(moments(flowkit_adam, steps: 1, after: Float(1e-19)) == [0, 0])
    let double: [Double] = moments(flowkit_adam, steps: 700, after: 1e-3)
    #expect(double[0] > 0 && double[1] > 1e-10)
    let broken = moments(flowkit_adam, steps: 1, after: Float.nan)
    #expect(broken[0].isNaN && broken[1].isNaN)
  }
}
