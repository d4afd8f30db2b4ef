// log p(x | z) of the tiles of a decoder's outputs, forward and back.

extension DecoderHead {
  /// Takes ∂L/∂log p(x | z) of each event (one row), adds to the gradient of log σ, and returns that of the decoder's outputs.
  public typealias Pullback = (_ cotangent: Tile, _ gradient: inout Gradient) -> Tile

  /// log p(x | z) of each event, and its pullback.
  ///
  /// - Parameters:
  ///   - outputs: of the decoder.
  ///   - x: events as the scaling leaves them.
  ///   - parameters: log σ.
  public func logLikelihoods(
    _ outputs: Tile, of x: Tile, _ scaling: Standardize, _ parameters: Parameters
  ) -> (values: [Double], pullback: Pullback) {
    guard let levels else { return normal(outputs, x, scaling, parameters) }
    let numbers = wholeNumbers(x, scaling)
    switch kind {
    case .logistic: return logistic(outputs, numbers, scaling, levels)
    case .bernoulli: return bernoulli(outputs, numbers)
    default:
      let (losses, slopes) = outputs.crossEntropies(with: numbers, classes: levels)
      return (losses.map { -$0 }, Self.pullback(slopes, scaledBy: -1))
    }
  }

  /// The whole numbers that events were before they were scaled.
  func wholeNumbers(_ x: Tile, _ scaling: Standardize) -> Tile {
    var numbers = x
    let (means, deviations) = (scaling.means, scaling.standardDeviations)
    numbers.fill { column, event in
      Scalar((Double(x[column, event]) * deviations[column] + means[column]).rounded())
    }
    return numbers
  }

  private static func pullback(_ slopes: Tile, scaledBy sign: Scalar) -> Pullback {
    { cotangent, _ in
      var result = slopes
      result.scaleEvents(by: cotangent.mapped { sign * $0 })
      return result
    }
  }

  /// −½ Σ (xⱼ − μⱼ)²/σⱼ² − Σ log σⱼ − D/2 log 2π, and Σ −log of the scales, which makes it a density of the data.
  private func normal(
    _ means: Tile, _ x: Tile, _ scaling: Standardize, _ parameters: Parameters
  ) -> (values: [Double], pullback: Pullback) {
    let logScales = (0..<dimension).map { logScale($0, parameters) }
    let inverse = Parameters(logScales.map { Scalar(Double.exp(-$0)) })
    var t = x
    t.add(means, scaledBy: -1)
    t.scaleRows(by: inverse)
    let squares = t.eventDots(with: t)
    let units = scaling.standardDeviations.reduce(0) { $0 + Double.log($1) }
    let constant = -logScales.reduce(0, +) - units - 0.5 * Double(dimension) * Double.log(2 * .pi)
    let kind = kind
    return (
      (0..<x.width).map { constant - 0.5 * Double(squares[0, $0]) },
      { cotangent, gradient in
        var result = t
        result.scaleEvents(by: cotangent)
        // ∂/∂log σⱼ = tⱼ² − 1.
        let total = cotangent.rowSum(0)
        switch kind {
        case .normal:
          let sum = squares.multiplied(by: cotangent).rowSum(0)
          gradient[0] += Scalar(sum - Double(t.features) * total)
        case .normalColumns:
          result.addRowDots(with: t, to: &gradient)
          gradient.add(Scalar(-total))
        default: break
        }
        result.scaleRows(by: inverse)
        return result
      }
    )
  }

  /// k l − log(1 + exp l): two logits, 0 and l.
  private func bernoulli(_ outputs: Tile, _ numbers: Tile) -> (values: [Double], pullback: Pullback) {
    var logits = Tile(features: 2 * dimension, like: outputs, filledWith: 0)
    let places = (0..<dimension).map { 2 * $0 + 1 }
    logits.scatter(outputs, to: places)
    let (losses, slopes) = logits.crossEntropies(with: numbers, classes: 2)
    return (losses.map { -$0 }, Self.pullback(slopes.gathering(places), scaledBy: -1))
  }

  /// With a = (k − ½ − μ)/s, b = (k + ½ − μ)/s: σ(b) − σ(a) = σ(b) σ(−a) (1 − exp(−1/s)), the factor of an end without its bound.
  /// Outputs are (μ − mean)/scale of each column, then log s of each.
  private func logistic(
    _ outputs: Tile, _ numbers: Tile, _ scaling: Standardize, _ levels: Int
  ) -> (values: [Double], pullback: Pullback) {
    var (values, slopes) = ([Double](repeating: 0, count: outputs.width), outputs)
    for column in 0..<dimension {
      let (mean, unit) = (scaling.means[column], scaling.standardDeviations[column])
      for event in 0..<outputs.width {
        let k = Double(numbers[column, event])
        let location = mean + unit * Double(outputs[column, event])
        let at = DiscretizedLogistic(
          k, location: location, logScale: Double(outputs[dimension + column, event]), levels: levels)
        values[event] += at.logProbability
        slopes[column, event] = Scalar(at.slopeOfLocation * unit)
        slopes[dimension + column, event] = Scalar(at.slopeOfLogScale)
      }
    }
    return (values, Self.pullback(slopes, scaledBy: 1))
  }
}

extension Tile {
  fileprivate func multiplied(by other: Tile) -> Tile {
    var result = self
    result.multiply(by: other)
    return result
  }
}

/// log of the probability that a logistic variable rounds to k, and its derivatives.
struct DiscretizedLogistic {
  let logProbability, slopeOfLocation, slopeOfLogScale: Double

  init(_ k: Double, location: Double, logScale: Double, levels: Int) {
    let rate = Double.exp(-logScale)
    let (a, b) = ((k - 0.5 - location) * rate, (k + 0.5 - location) * rate)
    let (hasLower, hasUpper) = (k > 0, k < Double(levels - 1))
    var (value, ofA, ofB, ofRate) = (0.0, 0.0, 0.0, 0.0)
    if hasUpper {
      value -= Double.logAddExp(-b, 0)
      ofB = 1 / (1 + Double.exp(b))
    }
    if hasLower {
      value -= Double.logAddExp(a, 0)
      ofA = -1 / (1 + Double.exp(-a))
    }
    if hasLower, hasUpper {
      // 1 − exp(−rate), of small rates as well.
      value += Double.log(-Double.expMinusOne(-rate))
      ofRate = 1 / Double.expMinusOne(rate)
    }
    logProbability = value
    slopeOfLocation = -(ofA + ofB) * rate
    // a, b and the rate shrink alike with the scale.
    slopeOfLogScale = -(ofA * a + ofB * b + ofRate * rate)
  }
}
