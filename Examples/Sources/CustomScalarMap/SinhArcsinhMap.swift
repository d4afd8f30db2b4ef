import FlowKit
import Glibc

/// y = sinh(δ asinh(x) − ε) with δ = exp(tanh a) and φ = (ε, a): takes skewness ε and heavy tails δ < 1 away, both of which a
/// conditioner chooses for each event (Jones & Pewsey 2009).
///
/// log dy/dx = log δ + log cosh(asinh y) − ½ log(1 + x²). φ = 0 is the identity, and δ lies between 1/e and e. Layer
/// lists: `coupling-sinh-arcsinh`, `autoregressive-sinh-arcsinh`, `elementwise-sinh-arcsinh`.
struct SinhArcsinhMap: ListedScalarMap {
  static let name = "sinh-arcsinh"
  var parameterCount: Int { 2 }

  static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> SinhArcsinhMap { SinhArcsinhMap() }

  func forwardWithPullback(
    _ x: consuming Tile, _ φ: consuming Tile
  ) -> (value: Transformed, pullback: ScalarPullback) {
    let (input, parameters) = (x, φ)
    var (y, logDeterminant) = (input, Tile(features: 1, like: input, filledWith: 0))
    for i in 0..<input.features {
      for event in 0..<input.width {
        let (δ, v) = point(input[i, event], parameters, i, event)
        y[i, event] = sinh(v)
        logDeterminant[0, event] += logSlope(input[i, event], v, δ)
      }
    }
    return (
      Transformed(y, LogDeterminant(perEvent: logDeterminant)),
      { values, logDeterminant in
        var (x̄, φ̄) = (values, parameters)
        for i in 0..<input.features {
          for event in 0..<input.width {
            let (x, l̄) = (input[i, event], logDeterminant[0, event])
            let (δ, v) = point(x, parameters, i, event)
            let v̄ = x̄[i, event] * cosh(v) + l̄ * tanh(v)
            let bend = tanh(parameters[2 * i + 1, event])
            φ̄[2 * i, event] = -v̄
            φ̄[2 * i + 1, event] = (v̄ * δ * asinh(x) + l̄) * (1 - bend * bend)
            x̄[i, event] = v̄ * δ / (1 + x * x).squareRoot() - l̄ * x / (1 + x * x)
          }
        }
        return (x̄, φ̄)
      }
    )
  }

  func inverse(_ y: consuming Tile, _ φ: Tile) -> Transformed {
    var (x, logDeterminant) = (y, Tile(features: 1, like: φ, filledWith: 0))
    for i in 0..<x.features {
      for event in 0..<x.width {
        let (v, δ) = (asinh(x[i, event]), scale(φ[2 * i + 1, event]))
        x[i, event] = sinh((v + φ[2 * i, event]) / δ)
        logDeterminant[0, event] -= logSlope(x[i, event], v, δ)
      }
    }
    return Transformed(x, LogDeterminant(perEvent: logDeterminant))
  }

  private func scale(_ a: Scalar) -> Scalar { exp(tanh(a)) }

  /// δ and v = δ asinh(x) − ε.
  private func point(_ x: Scalar, _ φ: Tile, _ feature: Int, _ event: Int) -> (δ: Scalar, v: Scalar) {
    let δ = scale(φ[2 * feature + 1, event])
    return (δ, δ * asinh(x) - φ[2 * feature, event])
  }

  /// With log cosh v = |v| + log(1 + e^(−2|v|)) − log 2, which does not overflow.
  private func logSlope(_ x: Scalar, _ v: Scalar, _ δ: Scalar) -> Scalar {
    log(δ) + abs(v) + log1p(exp(-2 * abs(v))) - log(2) - log1p(x * x) / 2
  }
}
