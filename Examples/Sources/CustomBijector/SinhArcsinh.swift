import FlowKit
import Glibc

/// zᵢ = sinh(δᵢ asinh(xᵢ) − εᵢ): takes skewness ε and heavy tails δ < 1 away (Jones & Pewsey 2009).
///
/// log|det| = Σᵢ log δᵢ + log cosh(asinh zᵢ) − ½ log(1 + xᵢ²). Layer list: `sinh-arcsinh`.
struct SinhArcsinh: Bijector, ListedLayer {
  static let layerName = "sinh-arcsinh"
  let dimension: Int

  static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    SinhArcsinh(dimension: arguments.dimension)
  }

  /// ε, and log δ.
  var parameterShapes: [ParameterShape] { [ParameterShape("skew", [dimension]), ParameterShape("tail", [dimension])] }
  var structure: JacobianStructure {
    .diagonal(dimension, isAffine: false, signs: Array(repeating: 1, count: dimension))
  }

  func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    let input = x
    var (z, logDeterminant) = (input, Tile(features: 1, like: input, filledWith: 0))
    for i in 0..<dimension {
      for event in 0..<input.width {
        let v = exp(pass.parameters[dimension + i]) * asinh(input[i, event]) - pass.parameters[i]
        z[i, event] = sinh(v)
        logDeterminant[0, event] += logSlope(input[i, event], v, pass.parameters[dimension + i])
      }
    }
    return (
      Transformed(z, LogDeterminant(perEvent: logDeterminant)),
      { [dimension] values, logDeterminant, gradient in
        var result = values
        for i in 0..<dimension {
          let scale = exp(pass.parameters[dimension + i])
          for event in 0..<input.width {
            let (x, slope) = (input[i, event], logDeterminant[0, event])
            let v = scale * asinh(x) - pass.parameters[i]
            let dv = result[i, event] * cosh(v) + slope * tanh(v)
            gradient[i] -= dv
            gradient[dimension + i] += dv * scale * asinh(x) + slope
            result[i, event] = dv * scale / (1 + x * x).squareRoot() - slope * x / (1 + x * x)
          }
        }
        return result
      }
    )
  }

  func inverse(_ z: consuming Tile, _ pass: Pass) -> Transformed {
    var x = z
    var logDeterminant = Tile(features: 1, like: x, filledWith: 0)
    for i in 0..<dimension {
      for event in 0..<x.width {
        let v = asinh(x[i, event])
        x[i, event] = sinh((v + pass.parameters[i]) / exp(pass.parameters[dimension + i]))
        logDeterminant[0, event] -= logSlope(x[i, event], v, pass.parameters[dimension + i])
      }
    }
    return Transformed(x, LogDeterminant(perEvent: logDeterminant))
  }

  /// log ∂z/∂x with v = asinh z; log cosh v = |v| + log(1 + e^(−2|v|)) − log 2 does not overflow.
  private func logSlope(_ x: Scalar, _ v: Scalar, _ logScale: Scalar) -> Scalar {
    logScale + abs(v) + log1p(exp(-2 * abs(v))) - log(2) - log1p(x * x) / 2
  }
}
