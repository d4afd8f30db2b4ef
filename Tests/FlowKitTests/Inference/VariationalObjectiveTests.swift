import Testing

@testable import FlowKit

@Suite struct VariationalObjectiveTests {
  private let architecture: Architecture
  private let flow: Flow

  init() throws {
    var random = RandomStream(seed: 2, purpose: .architecture)
    let chain = try LayerList("2*[coupling-affine(hidden=8),permute(reverse)],diagonal").chain(
      dimension: 2, using: &random)
    architecture = Architecture(
      chain: chain, base: StandardNormal(dimension: 2),
      preprocessing: [Standardize(means: [0.5, -1], standardDeviations: [2, 0.7])])
    var start = Flow(architecture: architecture, seed: 4)
    for index in start.parameters.indices { start.parameters[index] += Scalar(0.3 * random.normal()) }
    flow = start
  }

  private func trainer(_ target: some TargetDensity, _ step: VariationalStep, threads: Int = 1) throws -> Trainer {
    var options = TrainingOptions()
    options.batchSize = 200
    return try Trainer(
      VariationalObjective(architecture: architecture, target: CountedTarget(target), step: step),
      from: flow.parameters, train: EventArray([Double](repeating: 0, count: 400), dimension: 2), options: options,
      threads: threads)
  }

  /// The flow itself as a target.
  private struct Itself: TargetDensity {
    let flow: Flow
    let columns = ["x", "y"]
    func evaluate(_ points: [Double]) -> TargetValues {
      let (values, gradients) = flow.evaluator(threads: 1).logDensityWithGradient(of: points)
      return TargetValues(logDensities: values, gradients: gradients)
    }
  }

  @Test func thePathGradientVanishesWhereTheFlowIsTheTarget() throws {
    let trainer = try trainer(Itself(flow: flow), VariationalStep(.init(temper: 1)))
    let (loss, gradient) = try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0))
    // At every draw, not in the mean: what remains is rounding.
    let tolerance = Scalar.self == Float.self ? 2e-4 : 1e-12
    #expect(abs(loss) < tolerance && gradient.allSatisfy { abs(Double($0)) < tolerance })
  }

  @Test func thePathGradientIsThatOfTheDivergenceInTheMean() throws {
    let target = FunctionTarget(columns: ["x", "y"]) { x in (-(x[0] * x[0] + 2 * x[1] * x[1]) / 2, [-x[0], -2 * x[1]]) }
    let step = VariationalStep(.init(temper: 0.5))
    var options = TrainingOptions()
    options.batchSize = 40_000
    let objective = VariationalObjective(architecture: architecture, target: CountedTarget(target), step: step)
    let trainer = try Trainer(
      objective, from: flow.parameters, train: EventArray([Double](repeating: 0, count: 80_000), dimension: 2),
      options: options)
    let gradient = try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0)).gradient
    // Central differences of the same draws' mean, along the gradient and along one parameter.
    func loss(_ parameters: [Scalar]) throws -> Double {
      trainer.become(parameters)
      return try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0)).loss
    }
    let norm = gradient.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
    let (size, start) = (Scalar.self == Float.self ? 2e-2 : 1e-4, flow.parameters)
    func moved(_ by: Double) -> [Scalar] { zip(start, gradient).map { $0 + Scalar(by / norm) * $1 } }
    let slope = try (loss(moved(size)) - loss(moved(-size))) / (2 * size)
    #expect(abs(slope / norm - 1) < 0.03)
  }

  @Test func givenPointsAreMaximumLikelihood() throws {
    var random = RandomStream(seed: 7, purpose: .exploration)
    let points = (0..<400).map { _ in random.normal() }
    let step = VariationalStep(
      .init(temper: nil, points: points, weights: [Double](repeating: 1.0 / 200, count: 200)))
    let trainer = try trainer(FunctionTarget(columns: ["x", "y"]) { _ in (0, [0, 0]) }, step)
    let (loss, gradient) = try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0))
    let likelihood = try Trainer(flow, train: EventArray(points, dimension: 2), options: trainer.options, threads: 1)
    let (expected, expectedGradient) = try likelihood.lossAndGradient(likelihood.batch(ofFirst: 200))
    let tolerance = Scalar.self == Float.self ? 1e-4 : 1e-10
    expectClose([loss], [expected], within: tolerance, "loss")
    expectClose(gradient.map { Double($0) }, expectedGradient.map { Double($0) }, within: tolerance, "gradient")
  }

  @Test func threadsDoNotMatter() throws {
    let target = Funnel(dimension: 2)
    let one = try trainer(target, VariationalStep(.init(temper: 1)), threads: 1)
    let three = try trainer(target, VariationalStep(.init(temper: 1)), threads: 3)
    let (a, b) = (
      try one.lossAndGradient(one.batch(0, ofEpoch: 0)), try three.lossAndGradient(three.batch(0, ofEpoch: 0))
    )
    #expect(a.loss == b.loss && a.gradient == b.gradient)
  }
}
