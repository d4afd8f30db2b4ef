import FlowKit
import Testing

/// z = x + θ, until θ exceeds 0.05: then NaN.
private struct Cliff: Bijector {
  static let layerName = "cliff"
  var dimension: Int { 1 }
  var parameterShapes: [ParameterShape] { [ParameterShape("shift", [1])] }
  var structure: JacobianStructure { .diagonal(1, isAffine: true, signs: [1]) }

  func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    var z = x
    z.add(Tile(features: 1, like: z, filledWith: pass.parameters[0] > 0.05 ? .nan : pass.parameters[0]))
    return (
      Transformed(z),
      { values, _, gradient in
        gradient[0] += values.withRow(0) { $0.reduce(0, +) }
        return values
      }
    )
  }

  func inverse(_ z: consuming Tile, _ pass: Pass) -> Transformed {
    Transformed(z)
  }
}

@Suite struct StoppingTests {
  @Test func earlyStoppingKeepsTheBestParameters() throws {
    // So few events that the flow soon learns them by heart.
    let (train, validation) = (uniformNumbers(3 * 40), uniformNumbers(3 * 400, seed: 2))
    var options = TrainingOptions()
    (options.learningRate, options.patience, options.epochs) = (1e-2, 5, 1_000)
    let result = try Trainer(
      exampleFlow(), train: EventArray(train, dimension: 3), validation: EventArray(validation, dimension: 3),
      options: options
    ).fit()
    #expect(result.stopped == .patience)
    let losses = result.history.map { $0.valid! }
    #expect(losses.count == result.bestEpoch + 5)
    #expect(result.loss == losses.min() && result.loss == losses[result.bestEpoch - 1])
    #expect(result.bestEpoch > 1 && losses.last! > result.loss + 1e-4)
    let mean = result.flow.logDensity(validation).reduce(0, +) / 400
    expectClose([-mean], [result.loss], within: referenceTolerance, "loss of the returned flow")
  }

  @Test func trainingCanBeInterrupted() throws {
    var asked = 0
    let trainer = try Trainer(
      exampleFlow(), train: EventArray(uniformNumbers(3 * 2_000), dimension: 3), options: TrainingOptions())
    #expect(trainer.stepsPerEpoch == 4)
    let result = try trainer.fit(shouldStop: {
      asked += 1
      return asked > 10
    })
    // Two epochs and the half that was left of the third.
    #expect(result.stopped == .interrupted && result.history.count == 3)
  }

  @Test func epochsEndTraining() throws {
    var options = TrainingOptions()
    options.epochs = 3
    let result = try Trainer(
      exampleFlow(), train: EventArray(uniformNumbers(3 * 1_000), dimension: 3), options: options
    ).fit()
    #expect(result.stopped == .epochs && result.bestEpoch == 3 && result.history.map(\.epoch) == [1, 2, 3])
  }

  @Test func outliersBeyondTheNumbersAreAnErrorThatNamesStepAndLayer() throws {
    var events = uniformNumbers(3 * 500)
    events[3 * 77] = Double(Scalar.greatestFiniteMagnitude).squareRoot() * 1e3
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList("lower,coupling-affine(hidden=4)").chain(dimension: 3, using: &random)
    let flow = Flow(architecture: Architecture(chain: chain, base: StandardNormal(dimension: 3)))
    var retries: [String] = []
    let error = #expect(throws: FlowError.self) {
      try Trainer(flow, train: EventArray(events, dimension: 3), options: TrainingOptions()).fit(observe: {
        if case .retry(let message) = $0 { retries.append(message) }
      })
    }
    #expect(error?.kind == .numerics)
    #expect(
      error?.message.contains("step 1, the gradient of layer 00-lower is not finite") == true,
      "\(error?.message ?? "")")
    #expect(retries.count == 9)
    #expect(retries.allSatisfy { $0.hasPrefix("step 1, ") && $0.contains("back to the start of epoch 1") })
  }

  @Test func aHugeLearningRateIsAnErrorThatNamesStepAndLayer() throws {
    var options = TrainingOptions()
    (options.learningRate, options.batchSize) = (1e6, 100)
    let trainer = try Trainer(
      exampleFlow(), train: EventArray(uniformNumbers(3 * 500), dimension: 3),
      validation: EventArray(uniformNumbers(3 * 100, seed: 2), dimension: 3), options: options)
    let error = #expect(throws: FlowError.self) { try trainer.fit() }
    #expect(error?.kind == .numerics)
    #expect(
      error?.message.contains("layer 0") == true && error?.message.contains("step 2") == true,
      "\(error?.message ?? "")")
  }

  @Test func divergenceAfterGoodEpochsReturnsTheBestFlow() throws {
    let flow = Flow(
      architecture: Architecture(
        chain: try Chain([Cliff()], dimension: 1), base: StandardNormal(dimension: 1)))
    var options = TrainingOptions()
    (options.learningRate, options.epochs) = (0.02, 500)
    // The best shift is +1, beyond the cliff.
    let result = try Trainer(
      flow, train: EventArray(uniformNumbers(200, in: -2...0), dimension: 1),
      validation: EventArray(uniformNumbers(200, in: -2...0, seed: 2), dimension: 1), options: options
    ).fit()
    #expect(result.stopped == .diverged)
    #expect(result.failure?.message.contains("the output of layer 00-cliff is not finite") == true)
    #expect(result.flow.parameters[0] > 0.045 && result.flow.parameters[0] <= 0.05)
    #expect(result.history.compactMap(\.valid).filter(\.isFinite).min() == result.loss)
  }
}
