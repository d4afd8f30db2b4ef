internal import CFlowKernels

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

  /// One step of the engine's θ on `gradient`, scaled by `clip`, with learning rate η = `rate`.
  func step(_ engine: Engine, _ gradient: ParameterBuffer, clip: Double, rate: Double) {
    steps += 1
    let correctedRate = rate / (1 - Double.pow(beta1, Double(steps)))
    let secondCorrection = 1 / (1 - Double.pow(beta2, Double(steps)))
    let (m, v, gradient, shared) = (firstMoment.base, secondMoment.base, gradient.base, engine.parameters.base)
    let published = engine.pool.count > 1 ? shared : nil
    let (blocks, copies) = (engine.blocks, engine.copies)
    engine.forEachBlock(of: blocks) { range, block in
      let first = range.lowerBound
      let parameters = copies.isEmpty ? shared : copies[blocks.owner(of: block)].base
      flowkit_adam(
        parameters + first, m + first, v + first, gradient + first, range.count, Scalar(clip), Scalar(correctedRate),
        Scalar(1 - beta1), Scalar(1 - beta2), Scalar(epsilon), Scalar(secondCorrection), published.map { $0 + first })
    }
  }
}
