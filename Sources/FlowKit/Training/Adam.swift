/// Adam (Kingma & Ba 2015, Algorithm 1): θ ← θ − η m̂ / (√v̂ + ε), with bias-corrected running means m of the gradient
/// and v of its square.
final class Adam {
  let beta1 = 0.9
  let beta2 = 0.999
  let epsilon = 1e-8
  let firstMoment: ParameterBuffer
  let secondMoment: ParameterBuffer
  /// t, the number of steps taken.
  var steps = 0

  init(count: Int) {
    firstMoment = ParameterBuffer(count: count)
    secondMoment = ParameterBuffer(count: count)
  }

  /// One step on `gradient`, scaled by `clip`, with learning rate η = `rate`.
  func step(_ parameters: ParameterBuffer, _ gradient: BatchGradient, clip: Double, rate: Double) {
    steps += 1
    let correctedRate = rate / (1 - Double.pow(beta1, Double(steps)))
    let secondCorrection = 1 / (1 - Double.pow(beta2, Double(steps)))
    gradient.forEachBlock(of: parameters) { range, _ in
      let first = range.lowerBound
      kernelAdam(
        parameters.base + first, firstMoment.base + first, secondMoment.base + first,
        gradient.gradient.base + first, range.count, Scalar(clip), Scalar(correctedRate), Scalar(beta1),
        Scalar(beta2), Scalar(epsilon), Scalar(secondCorrection))
    }
  }
}
