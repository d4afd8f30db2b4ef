import FlowKit
import FlowKitTestSupport
import Testing

/// Standard normal features of which one thing is wrong: the laws must see it.
private struct BrokenBase: BaseDistribution {
  enum Fault: String, Codable, CaseIterable {
    case eventGradient, parameterGradient, gradientIsAdded, plainValue, eventIndependence, finiteness, normalization
    case samples, samplePrefix, plainSample, sampleGradient, parameterCount, coding
  }

  static let name = "broken"
  let dimension: Int
  let fault: Fault?

  /// A mean shared by all features.
  var parameterShapes: [ParameterShape] { [ParameterShape("mean", [1])] }

  static func make(_ arguments: inout LayerArguments) throws(FlowError) -> any BaseDistribution {
    BrokenBase(dimension: arguments.dimension, fault: nil)
  }

  func initialParameters(using random: inout RandomStream) -> [Scalar] {
    Array(repeating: 0, count: fault == .parameterCount ? 2 : 1)
  }

  func logDensity(_ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>) {
    _ = logDensityWithPullback(z, parameters, into: logDensity)
    if fault == .plainValue { logDensity[3] += 1e-12 }
  }

  func logDensityWithPullback(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> BasePullback {
    for event in 0..<z.width {
      logDensity[event] = (0..<dimension).reduce(fault == .normalization ? 0.01 : 0) { sum, i in
        let y = Double(z[i, event] - parameters[0])
        return sum - 0.5 * y * y - 0.918938533204672741780
      }
      if fault == .eventIndependence, event > 0 { logDensity[event] += 1e-9 * Double(z[0, 0]) }
      if fault == .finiteness, abs(z[0, event]) > 9 { logDensity[event] = .nan }
    }
    return { cotangent, gradient in
      var result = Tile(features: dimension, like: z)
      var sum: Scalar = 0
      for i in 0..<dimension {
        for event in 0..<z.width {
          let slope = cotangent[0, event] * (parameters[0] - z[i, event])
          result[i, event] = fault == .eventGradient && i == 1 ? 1.01 * slope : slope
          sum -= slope
        }
      }
      if fault == .parameterGradient { sum = -sum }
      if fault == .gradientIsAdded { gradient[0] = sum } else { gradient[0] += sum }
      return result
    }
  }

  func sample(into z: inout Tile, _ parameters: Parameters, from random: EventRandom) {
    for event in 0..<z.width {
      var numbers = random.stream(of: fault == .samplePrefix ? event % 64 - random.first : event)
      for i in 0..<dimension {
        let noise = (0..<12).reduce(-6) { sum, _ in sum + numbers.uniform() }
        z[i, event] = parameters[0] + Scalar(fault == .samples ? 1.1 * noise : noise)
      }
    }
  }

  func sampleWithPullback(into z: inout Tile, _ parameters: Parameters, from random: EventRandom) -> SamplePullback {
    sample(into: &z, parameters, from: random)
    if fault == .plainSample { z[1, 4] += 1e-3 }
    return { cotangent, gradient in
      let sum = (0..<dimension).reduce(0.0) { sum, i in
        (0..<cotangent.width).reduce(sum) { $0 + Double(cotangent[i, $1]) }
      }
      gradient[0] += Scalar(fault == .sampleGradient ? 1.1 * sum : sum)
    }
  }

  private enum CodingKeys: CodingKey { case dimension, fault }

  init(dimension: Int, fault: Fault?) { (self.dimension, self.fault) = (dimension, fault) }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    fault = try container.decodeIfPresent(Fault.self, forKey: .fault) == .coding ? .normalization : nil
    dimension = try container.decode(Int.self, forKey: .dimension)
  }
}

@Suite struct BrokenBaseTests {
  @Test func theSoundBaseBreaksNoLaw() {
    let violations = BaseLaws().violations(of: BrokenBase(dimension: 2, fault: nil))
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test(arguments: BaseLaw.allCases)
  func eachLawSeesItsFault(_ law: BaseLaw) throws {
    let fault = try #require(BrokenBase.Fault(rawValue: law.rawValue))
    let violations = BaseLaws().violations(of: BrokenBase(dimension: 2, fault: fault), laws: [law])
    #expect(violations.first?.law == law)
  }
}
