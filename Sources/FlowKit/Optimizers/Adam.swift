internal import CFlowKernels

/// Adam (Kingma & Ba 2015, Algorithm 1): θ ← θ − η m̂ / (√v̂ + ε), with bias-corrected running means m of the gradient
/// and v of its square.
public struct Adam: Optimizer {
  /// How much of m and of v a step keeps, in [0, 1).
  public var beta1: Double
  public var beta2: Double
  /// ε, above 0.
  public var epsilon: Double

  public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8) {
    precondition(
      0..<1 ~= beta1 && 0..<1 ~= beta2 && epsilon > 0, "0 <= beta < 1 and epsilon > 0, got \((beta1, beta2, epsilon))")
    (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
  }

  public var name: String { "adam" }
  public var moments: [String] { ["first_moment", "second_moment"] }

  public func step(_ number: Int, rate: Double) -> @Sendable (inout ParameterBlock) -> Void {
    let correctedRate = Scalar(rate / (1 - Double.pow(beta1, Double(number))))
    let secondCorrection = Scalar(1 / (1 - Double.pow(beta2, Double(number))))
    let (new1, new2, epsilon) = (Scalar(1 - beta1), Scalar(1 - beta2), Scalar(epsilon))
    return { block in
      flowkit_adam(
        block.parameters.baseAddress!, block.moment(0).baseAddress!, block.moment(1).baseAddress!, block.gradients,
        block.parameters.count, Scalar(block.gradientScale), correctedRate, new1, new2, epsilon, secondCorrection,
        block.published)
      block.isPublished = true
    }
  }
}
