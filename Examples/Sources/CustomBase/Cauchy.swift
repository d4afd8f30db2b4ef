import FlowKit
import Glibc

/// Independent Cauchy features with learned scales exp(s): log p₀(z) = −Σ (log π + sᵢ + log(1 + (zᵢ/exp sᵢ)²)).
///
/// Tails so heavy that no mean exists. Text: `cauchy`.
struct Cauchy: BaseDistribution {
  static let name = "cauchy"
  let dimension: Int

  static func make(_ arguments: inout LayerArguments) throws(FlowError) -> any BaseDistribution {
    Cauchy(dimension: arguments.dimension)
  }

  /// Side by side they are one: `2*cauchy`.
  func ofDimension(_ dimension: Int) -> Cauchy? { Cauchy(dimension: dimension) }

  var parameterShapes: [ParameterShape] { [ParameterShape("logScale", [dimension])] }
  var traits: BaseTraits { BaseTraits(dimension: dimension, isIndependent: true, isHeavy: true) }

  func logDensityWithPullback(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> BasePullback {
    let z = z
    for event in logDensity.indices {
      logDensity[event] = (0..<dimension).reduce(0) { sum, i in
        let u = Double(z[i, event]) / exp(Double(parameters[i]))
        return sum - log(Double.pi) - Double(parameters[i]) - log1p(u * u)
      }
    }
    return { cotangent, gradient in
      var result = Tile(features: dimension, like: z)
      for i in 0..<dimension {
        let scale = exp(parameters[i])
        for event in 0..<z.width {
          let u = z[i, event] / scale
          let slope = cotangent[0, event] * 2 * u / (1 + u * u)
          result[i, event] = -slope / scale
          gradient[i] += slope * u - cotangent[0, event]
        }
      }
      return result
    }
  }

  func sample(into z: inout Tile, _ parameters: Parameters, from random: EventRandom) {
    for event in 0..<z.width {
      var numbers = random.stream(of: event)
      for i in 0..<dimension {
        z[i, event] = exp(parameters[i]) * Scalar(tan(Double.pi * (numbers.uniform() - 0.5)))
      }
    }
  }
}
