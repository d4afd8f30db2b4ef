import FlowKit
import Testing

/// An energy distance between samples of a flow and fixed points, plus their mean log-density: every output of a sample has a
/// part in it. Two phases, through the sampling direction.
private struct EnergyToPoints: BatchObjective {
  let architecture: Architecture
  let points: [[Double]]
  var subject: any Trainable { architecture }
  var outputCount: Int { architecture.dimension + 1 }

  func copied() -> EnergyToPoints { EnergyToPoints(architecture: architecture.copied(), points: points) }

  func outputsWithPullback(
    of tile: EventTile, _ pass: Pass
  ) throws(FlowError) -> (values: [Double], pullback: OutputPullback) {
    let random = EventRandom(seed: 11, first: tile.first)
    let (samples, pullback) = try FlowPass(architecture, pass).samplesWithPullback(
      tile.count, from: random, like: tile.x)
    let dimension = architecture.dimension
    return (
      (0..<tile.count).flatMap { event in
        samples.events[(event * dimension)..<((event + 1) * dimension)] + [samples.logDensities[event]]
      },
      { cotangents, gradient in
        let rows = stride(from: 0, to: cotangents.count, by: dimension + 1)
        pullback(rows.flatMap { cotangents[$0..<($0 + dimension)] }, rows.map { cotangents[$0 + dimension] }, &gradient)
      }
    )
  }

  func loss(of batch: OutputBatch) -> (value: Double, cotangents: [Double]) {
    let (dimension, width) = (architecture.dimension, outputCount)
    let count = batch.outputs.count / width
    var (value, cotangents) = (0.0, [Double](repeating: 0, count: batch.outputs.count))
    func add(_ weight: Double, _ event: Int, to other: [Double], other index: Int?) {
      let x = batch.outputs[(event * width)..<(event * width + dimension)]
      let distance = zip(x, other).reduce(0.01) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      value += weight * distance
      for (feature, (a, b)) in zip(x, other).enumerated() {
        cotangents[event * width + feature] += weight * (a - b) / distance
        if let index { cotangents[index * width + feature] -= weight * (a - b) / distance }
      }
    }
    for event in 0..<count {
      for point in points { add(2 / Double(count * points.count), event, to: point, other: nil) }
      for other in 0..<event {
        let x = Array(batch.outputs[(other * width)..<(other * width + dimension)])
        add(-2 / Double(count * count), event, to: x, other: other)
      }
      value += 0.3 * batch.outputs[event * width + dimension] / Double(count)
      cotangents[event * width + dimension] += 0.3 / Double(count)
    }
    return (value, cotangents)
  }
}

@Suite struct SampleObjectiveTests {
  private static let points = [[0.4, -0.2], [-1.1, 0.9], [0.1, 0.3], [1.4, -1.2]]

  /// Chains of all layers whose inverse can be differentiated, every base and every preprocessing that allow it.
  private static let flows: [(layers: String, base: String, preprocessing: Int)] = [
    ("diagonal,shift,lower,upper,lu,plu,qr,householder,actnorm", "gaussian(full)", 0),
    (
      "coupling-affine(hidden=6,activation=tanh),permute(reverse),coupling-rqs(bins=4,bound=4,hidden=6,activation=tanh)",
      "normal", 1
    ),
    (
      "autoregressive-affine(hidden=6,activation=silu),autoregressive-rqs(bins=4,bound=4,hidden=6,activation=tanh)",
      "logistic", 2
    ),
    ("coupling-additive(hidden=5,activation=tanh),elementwise-affine,elementwise-rqs(bins=4,bound=4)", "laplace", 3),
    ("residual(hidden=6,lipschitz=0.7),inverse(autoregressive-affine(hidden=5,activation=tanh))", "mixture(3)", 4),
    ("planar,radial,sylvester(2),monotone(arcsinh)", "student-t", 1),
    ("lower,prelu,leaky-relu(0.3),monotone(sinh),diagonal", "product(normal,gaussian)", 0),
  ]

  private static func preprocessing(_ index: Int) throws -> [any Preprocessing] {
    switch index {
    case 1: [Standardize(means: [0.3, -1], standardDeviations: [2, 0.5])]
    case 2: [Whiten(means: [0.1, 0], standardDeviations: [1.5, 1], factor: [1, 0, 0.4, 0.9])]
    case 3: [Arcsinh(medians: [0.2, 0], scales: [1, nil])]
    case 4: [RobustScaling(medians: [0, 1], scales: [1.2, 0.8])]
    default: []
    }
  }

  private func trainer(_ flow: Flow) throws -> Trainer {
    var options = TrainingOptions()
    options.batchSize = 140
    return try Trainer(
      EnergyToPoints(architecture: flow.architecture, points: Self.points), from: flow.parameters,
      train: EventArray(uniformNumbers(2 * 140), dimension: 2), options: options, threads: 2)
  }

  @Test(arguments: flows.indices)
  func theGradientIsThatOfCentralDifferences(index: Int) throws {
    let (layers, base, preprocessing) = Self.flows[index]
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList(layers).chain(dimension: 2, using: &random)
    let architecture = Architecture(
      chain: chain, base: try Registry.standard.base(base, dimension: 2),
      preprocessing: try Self.preprocessing(preprocessing))
    var flow = Flow(architecture: architecture, seed: 3)
    let noise = uniformNumbers(flow.parameters.count, in: -0.2...0.2, seed: 5)
    flow.parameters = zip(flow.parameters, noise).map { $0 + Scalar($1) }
    let start = try trainer(flow)
    let (loss, gradient) = try start.lossAndGradient(start.batch(0, ofEpoch: 0))
    #expect(loss.isFinite && gradient.contains { abs($0) > 1e-3 })
    let isDouble = MemoryLayout<Scalar>.size == 8
    let (step, tolerance) = isDouble ? (1e-5, 1e-6) : (3e-3, 2e-2)
    // A mixture's draws jump from one component to another: their derivative is one of expectations alone.
    let count = gradient.count - (base.hasPrefix("mixture") ? architecture.base.parameterCount : 0)
    for parameter in stride(from: index % 3, to: count, by: isDouble ? 3 : 11) {
      let losses = try [step, -step].map { change in
        var moved = flow
        moved.parameters[parameter] += Scalar(change)
        guard moved.parameters[parameter] != flow.parameters[parameter] else { return loss }
        let trainer = try trainer(moved)
        return try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0)).loss
      }
      let difference = (losses[0] - losses[1]) / (2 * step)
      #expect(
        abs(difference - Double(gradient[parameter])) <= tolerance * max(1, abs(difference)),
        "parameter \(parameter): \(difference), \(gradient[parameter])")
    }
  }

  @Test func theResultDoesNotDependOnThreads() throws {
    let flow = try exampleFlow(dimension: 2)
    func trained(threads: Int) throws -> (parameters: [Scalar], loss: Double) {
      var options = TrainingOptions()
      (options.batchSize, options.epochs) = (300, 2)
      let data = try EventArray(uniformNumbers(2 * 300), dimension: 2)
      let result = try Trainer(
        EnergyToPoints(architecture: flow.architecture, points: Self.points), from: flow.parameters, train: data,
        validation: data, options: options, threads: threads
      ).fit()
      return (result.parameters, result.loss)
    }
    let one = try trained(threads: 1)
    #expect(one.parameters != flow.parameters)
    for threads in [2, 5] {
      let several = try trained(threads: threads)
      #expect(several.parameters == one.parameters && several.loss == one.loss, "\(threads) threads")
    }
  }

  @Test func aLayerWithoutADerivativeOfItsInverseIsNamed() throws {
    let flow = Flow(
      architecture: Architecture(
        chain: try Chain([OneWay(), Shift(dimension: 2)], dimension: 2), base: StandardNormal(dimension: 2)))
    let trainer = try trainer(flow)
    let error = #expect(throws: FlowError.self) { try trainer.step(trainer.batch(0, ofEpoch: 0), rate: 1) }
    #expect(error?.message.contains("layer 0, one-way") == true, "\(error?.message ?? "")")
    #expect(trainer.parameters == flow.parameters)
  }
}

private struct OneWay: Bijector {
  static let layerName = "one-way"
  var dimension: Int { 2 }
  var structure: JacobianStructure { .diagonal(2, isAffine: true, signs: [1, 1]) }
  func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    (Transformed(x), { values, _, _ in values })
  }
  func inverse(_ z: consuming Tile, _ pass: Pass) -> Transformed { Transformed(z) }
}
