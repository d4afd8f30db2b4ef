import FlowKitTestSupport
import Testing

@testable import FlowKit

@Suite struct FlowMatchingTests {
  private func architecture(
    _ layers: String = "ode(hidden=6)", dimension: Int = 2, context: Int = 0, base: String = "normal",
    embedding: ContextEmbedding? = nil
  ) throws -> Architecture {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList(layers).chain(
      dimension: dimension, contextDimension: embedding?.outputs ?? context, using: &random)
    return Architecture(
      chain: chain, base: try Registry.standard.base(base, dimension: dimension), contextEmbedding: embedding)
  }

  /// Parameters away from the start, where the last layer is 0.
  private func moved(_ architecture: Architecture) -> Flow {
    var flow = Flow(architecture: architecture, seed: 3)
    let noise = uniformNumbers(flow.parameters.count, in: -0.3...0.3, seed: 5)
    flow.parameters = zip(flow.parameters, noise).map { $0 + Scalar($1) }
    return flow
  }

  private func trainer(_ flow: Flow) throws -> Trainer {
    var options = TrainingOptions()
    options.batchSize = 140
    let context = flow.architecture.contextDimension
    return try Trainer(
      FlowMatching(flow.architecture), from: flow.parameters,
      train: EventArray(
        uniformNumbers(2 * 140), dimension: 2, context: context > 0 ? uniformNumbers(140 * context, seed: 8) : [],
        weights: uniformNumbers(140, in: 0...2, seed: 9)), options: options, threads: 2)
  }

  @Test(arguments: [(0, nil), (1, nil), (1, 3)] as [(Int, Int?)])
  func theGradientIsThatOfCentralDifferences(context: Int, embedded: Int?) throws {
    let embedding = embedded.map { ContextEmbedding(inputs: context, widths: [$0]) }
    let flow = moved(try architecture(context: context, embedding: embedding))
    let start = try trainer(flow)
    let (loss, gradient) = try start.lossAndGradient(start.batch(0, ofEpoch: 0))
    #expect(loss > 0 && gradient.allSatisfy { abs($0) > 0 })
    let isDouble = MemoryLayout<Scalar>.size == 8
    let (step, tolerance) = isDouble ? (1e-5, 1e-7) : (3e-3, 2e-3)
    for parameter in gradient.indices {
      let losses = try [step, -step].map { change in
        var moved = flow
        moved.parameters[parameter] += Scalar(change)
        let trainer = try trainer(moved)
        return try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0)).loss
      }
      let difference = (losses[0] - losses[1]) / (2 * step)
      #expect(
        abs(difference - Double(gradient[parameter])) <= tolerance * max(1, abs(difference)),
        "parameter \(parameter): \(difference), \(gradient[parameter])")
    }
  }

  /// With f = 0 the loss is the mean of |x − z|²: here D (1 + the mean of x²).
  @Test func theLossOfAFlowAtRest() throws {
    let flow = Flow(architecture: try architecture(dimension: 2))
    var options = TrainingOptions()
    options.batchSize = 40_000
    let rows = [Double](repeating: 2, count: 2 * 40_000)
    let trainer = try Trainer(
      FlowMatching(flow.architecture), from: flow.parameters, train: EventArray(rows, dimension: 2), options: options,
      threads: 2)
    let loss = try trainer.lossAndGradient(trainer.batch(0, ofEpoch: 0)).loss
    // |2 − z|² has the variance 4 · 4 + 2 per feature.
    #expect(abs(loss - 10) < 4 * (36.0 / 40_000).squareRoot())
  }

  /// Two groups of correlated events, whose density is known; the flow learns it without one solution.
  @Test func learnsADensity() throws {
    var random = RandomStream(seed: 4, purpose: .samples)
    func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + random.uniform() } }
    let rows = (0..<6_000).flatMap { _ -> [Double] in
      let side = random.uniform() < 0.5 ? -1.0 : 1.0
      let x = 1.5 * side + 0.5 * normal()
      return [x, 0.5 * x + 0.4 * normal()]
    }
    let data = try EventArray(rows, dimension: 2)
    var options = TrainingOptions()
    (options.epochs, options.batchSize, options.learningRate) = (120, 250, 5e-3)
    let flow = Flow(architecture: try architecture("ode(hidden=32x32)"))
    let result = try Trainer(
      FlowMatching(flow.architecture), from: flow.parameters, train: data, validation: data, options: options,
      threads: 1
    ).fit()
    func logDensity(_ x: Double, _ y: Double) -> Double {
      let normalization = Double.log(0.5 * 0.4 * 2 * Double.pi)
      let groups = [-1.5, 1.5].map { Double.exp(-(x - $0) * (x - $0) / 0.5) / 2 }
      let v = (y - 0.5 * x) / 0.4
      return Double.log(groups[0] + groups[1]) - v * v / 2 - normalization
    }
    let truth = stride(from: 0, to: rows.count, by: 2).reduce(0.0) { $0 + logDensity(rows[$1], rows[$1 + 1]) }
    let densities = result.flow.logDensity(rows)
    let mean = densities.reduce(0, +) / Double(densities.count)
    #expect(abs(mean - truth / Double(densities.count)) < 0.05, "\(mean), truth \(truth / Double(densities.count))")
    // What is reported beside the loss is that likelihood, of an eighth of the events.
    let companion = try #require(result.history.last?.companion)
    #expect(abs(companion + mean) < 0.1)
    // Draws and densities are of one flow.
    let drawn = try result.flow.sample(2_000, seed: 1)
    #expect(abs(stride(from: 0, to: drawn.count, by: 2).reduce(0.0) { $0 + drawn[$1] } / 2_000) < 0.15)
  }

  @Test func theResultDoesNotDependOnThreads() throws {
    let flow = Flow(architecture: try architecture("ode(hidden=8)"))
    func trained(threads: Int) throws -> (parameters: [Scalar], losses: [Double]) {
      var options = TrainingOptions()
      (options.batchSize, options.epochs) = (300, 2)
      let data = try EventArray(uniformNumbers(2 * 700), dimension: 2)
      let result = try Trainer(
        FlowMatching(flow.architecture), from: flow.parameters, train: data, validation: data, options: options,
        threads: threads
      ).fit()
      return (result.parameters, result.history.flatMap { [$0.train, $0.valid ?? .nan, $0.companion ?? .nan] })
    }
    let one = try trained(threads: 1)
    #expect(one.parameters != flow.parameters && one.losses.allSatisfy { $0.isFinite })
    for threads in [2, 5] {
      let several = try trained(threads: threads)
      #expect(several.parameters == one.parameters && several.losses == one.losses, "\(threads) threads")
    }
  }

  @Test func whatItCannotTrainIsSaid() throws {
    func message(_ make: () throws -> Void) -> String {
      do {
        try make()
        return ""
      } catch { return (error as? FlowError)?.message ?? "\(error)" }
    }
    let objective = try FitObjective("flow-matching")
    #expect(objective.text == "flow-matching" && FitObjective.names.contains("flow-matching"))
    for layers in ["2*[ode(hidden=4)]", "lower", "ode(hidden=4),lower"] {
      let said = message { _ = try objective.objective(for: architecture(layers)) }
      #expect(said.hasPrefix("flow-matching trains one layer 'ode' and nothing beside it"), "\(said)")
    }
    let base = message { _ = try objective.objective(for: architecture(base: "gaussian")) }
    #expect(base.hasPrefix("flow-matching needs a base with nothing to train"), "\(base)")
    let weighted = try FitObjective("flow-matching", likelihoodWeight: 0.5)
    #expect(message { _ = try weighted.objective(for: architecture()) }.contains("no likelihood to mix in"))
    let unknown = message { _ = try FitObjective("flow-matching(steps=3)") }
    #expect(unknown.contains("flow-matching takes no such argument"), "\(unknown)")
  }
}
