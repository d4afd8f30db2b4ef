import FlowKit
import FlowKitTestSupport
import Testing

private func residual(
  _ activation: Activation = .tanh, width: Int = 6, blocks: Int = 2, normalization: NetworkNormalization = .none,
  dropout: Double = 0
) -> (NetworkShape) -> any Conditioner {
  { shape in
    ResidualPerceptron(
      inputs: shape.inputs, context: shape.context, width: width, blocks: blocks, outputs: shape.outputs,
      activation: activation, normalization: normalization, dropout: dropout)
  }
}

private func maskedResidual(
  _ activation: Activation = .tanh, width: Int = 9, blocks: Int = 2, dropout: Double = 0
) -> (NetworkShape) -> any OrderedConditioner {
  { shape in
    MaskedResidualPerceptron(
      inputs: shape.inputs, context: shape.context, width: width, blocks: blocks,
      outputsPerInput: shape.outputs / shape.inputs, activation: activation, dropout: dropout)
  }
}

private func dropping(_ shape: NetworkShape) -> any Conditioner {
  Perceptron(
    inputs: shape.inputs, context: shape.context, hidden: [6, 5], outputs: shape.outputs, activation: .tanh,
    dropout: 0.3)
}

private func maskedDropping(_ shape: NetworkShape) -> any OrderedConditioner {
  MaskedPerceptron(
    inputs: shape.inputs, context: shape.context, hidden: [8, 7], outputsPerInput: shape.outputs / shape.inputs,
    activation: .silu, dropout: 0.3)
}

private let spline = RationalQuadraticSpline(bins: 4, bound: 3)

private let couplingCases: [LawCase] = [
  LawCase("residual coupling 1", Coupling(dimension: 1, map: AffineMap(), conditioner: residual())),
  LawCase("residual coupling 4", Coupling(dimension: 4, map: AffineMap(), conditioner: residual(.silu, blocks: 1))),
  LawCase(
    "residual coupling 5 given 2",
    Coupling(
      dimension: 5, contextDimension: 2, mask: .alternate, map: AffineMap(), conditioner: residual(.silu, blocks: 3))),
  .knotted(
    "residual spline coupling 3 given 1",
    Coupling(dimension: 3, contextDimension: 1, map: spline, conditioner: residual())),
  LawCase(
    "residual coupling 4, normalised",
    Coupling(dimension: 4, map: AffineMap(), conditioner: residual(normalization: .layer))),
  LawCase(
    "residual coupling 4 given 2, normalised, with dropout",
    Coupling(
      dimension: 4, contextDimension: 2, map: AffineMap(),
      conditioner: residual(.silu, normalization: .layer, dropout: 0.3))),
  LawCase("coupling 4 with dropout", Coupling(dimension: 4, map: AffineMap(), conditioner: dropping)),
  LawCase(
    "residual coupling 5, relu",
    Coupling(dimension: 5, contextDimension: 1, map: AffineMap(), conditioner: residual(.relu, dropout: 0.3)),
    laws: withoutDifferences),
  LawCase(
    "residual element-wise 3 given 2",
    Elementwise(
      dimension: 3, contextDimension: 2, map: AffineMap(),
      conditioner: residual(normalization: .layer, dropout: 0.3))),
]

private let autoregressiveCases: [LawCase] = [
  LawCase(
    "residual autoregressive 1 given 1",
    Autoregressive(dimension: 1, contextDimension: 1, map: AffineMap(), conditioner: maskedResidual())),
  LawCase("residual autoregressive 2", Autoregressive(dimension: 2, map: AffineMap(), conditioner: maskedResidual())),
  LawCase(
    "residual autoregressive 4 given 2 in another order",
    Autoregressive(
      dimension: 4, contextDimension: 2, ordering: [2, 0, 3, 1], map: AffineMap(), conditioner: maskedResidual(.silu))),
  .knotted(
    "residual autoregressive splines 3", Autoregressive(dimension: 3, map: spline, conditioner: maskedResidual())),
  LawCase(
    "residual autoregressive 5 of too few units",
    Autoregressive(dimension: 5, map: AffineMap(), conditioner: maskedResidual(width: 2, blocks: 1))),
  LawCase(
    "residual autoregressive 4 given 1, with dropout",
    Autoregressive(
      dimension: 4, contextDimension: 1, map: AffineMap(), conditioner: maskedResidual(.silu, dropout: 0.3))),
  LawCase(
    "autoregressive 4 given 1, with dropout",
    Autoregressive(dimension: 4, contextDimension: 1, map: AffineMap(), conditioner: maskedDropping)),
  LawCase(
    "inverse of residual autoregressive 3, with dropout",
    Inverted(Autoregressive(dimension: 3, map: AffineMap(), conditioner: maskedResidual(dropout: 0.3)))),
  LawCase(
    "residual autoregressive 4, relu",
    Autoregressive(
      dimension: 4, contextDimension: 1, map: AffineMap(), conditioner: maskedResidual(.relu, dropout: 0.3)),
    laws: withoutDifferences),
]

@Suite struct NetworkLawTests {
  @Test(arguments: couplingCases + autoregressiveCases) func obeysTheLaws(_ each: LawCase) {
    each.prove()
  }

  /// In training the way back undoes the way there: both see the same features and drop the same units.
  @Test func dropoutIsUndone() {
    for each in (couplingCases + autoregressiveCases) where each.testDescription.contains("dropout") {
      guard let layer = each.bijector as? any InvertiblyDifferentiable else { continue }
      var random = RandomStream(seed: 3, purpose: .parameters)
      let initial = layer.initialParameters(using: &random)
      var probe = BijectorProbe(layer, parameters: initial.map { $0 + Scalar(random.uniform() - 0.5) })
      let x = uniformNumbers(20 * layer.dimension, in: -2...2, seed: 5).map { Scalar($0) }
      let context = uniformNumbers(20 * layer.contextDimension, in: -2...2, seed: 6).map { Scalar($0) }
      let ones = [Scalar](repeating: 1, count: 20)
      func mapped(_ direction: BijectorProbe.Direction, _ x: [Scalar]) -> BijectorProbe.Value {
        probe.pullBack(direction, at: x, context: context, values: x, logDeterminants: ones).value
      }
      let still = mapped(.forward, x)
      probe.random = EventRandom(seed: 9, purpose: .passes, first: 40)
      let z = mapped(.forward, x)
      #expect(z != still, "\(each.testDescription)")
      let back = mapped(.inverse, z.values)
      expectClose(
        back.values.map { Double($0) }, x.map { Double($0) }, within: 100 * referenceTolerance, each.testDescription)
    }
  }
}
