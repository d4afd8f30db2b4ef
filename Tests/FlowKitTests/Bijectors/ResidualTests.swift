import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

private func residual(
  _ name: String, _ dimension: Int, context: Int = 0, hidden: [Int] = [7, 6], lipschitz: Double = 0.9,
  _ activation: SmoothActivation = .lipswish
) -> LawCase {
  var result = LawCase(
    name,
    Residual(
      dimension: dimension, contextDimension: context, hidden: hidden, lipschitz: lipschitz, activation: activation))
  // Weights whose norms are well above κ, so that differences do not step over min(1, κ / σ̂).
  result.settings.parameterNoise = 0.7
  result.settings.roundTripFactor = 4096
  return result
}

private let cases = [
  residual("residual 1", 1),
  residual("residual 2", 2),
  residual("residual 2 given 2", 2, context: 2, .tanh),
  residual("residual 3 of one hidden layer", 3, hidden: [5], .sine),
  residual("residual 5 given 1, steep", 5, context: 1, lipschitz: 0.99),
  residual("residual 18 beyond Newton steps", 18, hidden: [6], lipschitz: 0.8, .tanh),
]

@Suite struct ResidualTests {
  @Test(arguments: cases)
  func obeysTheLaws(_ each: LawCase) {
    each.prove()
  }
}
