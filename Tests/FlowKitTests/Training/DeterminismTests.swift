import FlowKit
import Testing

@Suite struct DeterminismTests {
  private func fitted(threads: Int, seed: UInt64 = 1) throws -> (parameters: [Scalar], losses: [Double]) {
    var options = TrainingOptions()
    (options.epochs, options.batchSize, options.seed) = (3, 400, seed)
    let weights = uniformNumbers(1_501, in: 0...2, seed: 7)
    let trainer = try Trainer(
      exampleFlow(context: 1),
      train: EventArray(
        uniformNumbers(3 * 1_501), dimension: 3, context: uniformNumbers(1_501, seed: 2), weights: weights),
      validation: EventArray(
        uniformNumbers(3 * 301, seed: 3), dimension: 3, context: uniformNumbers(301, seed: 4)),
      options: options, threads: threads)
    let result = try trainer.fit()
    return (result.flow.parameters, result.history.flatMap { [$0.train, $0.valid ?? .nan] })
  }

  @Test func anyNumberOfThreadsGivesTheSameBits() throws {
    let one = try fitted(threads: 1)
    #expect(one.losses.count == 6 && one.losses.allSatisfy(\.isFinite))
    #expect(one.losses[4] < one.losses[0])
    for threads in [2, 3, 8] {
      let several = try fitted(threads: threads)
      #expect(several.parameters == one.parameters, "\(threads) threads")
      #expect(several.losses == one.losses, "\(threads) threads")
    }
  }

  /// Ways in which parameters reach the workers: copies of θ, θ itself where there is too much of it to copy, and what layers
  /// prepare. Batches of one to seven tiles leave some workers without any, and their copies behind.
  @Test(arguments: [
    "8*[coupling-affine(hidden=32),permute(reverse)]", "2*[coupling-affine(hidden=512x512),permute(reverse)]",
    "2*[residual(hidden=16),lower]", "ode(hidden=6,trace=hutchinson,tolerance=1e-3)",
    "2*[coupling-affine(hidden=32,dropout=0.3),autoregressive-affine(network=residual,hidden=24,dropout=0.3)]",
  ]) func everyWayOfSharingParametersGivesTheSameBits(layers: String) throws {
    var random = RandomStream(seed: 1, purpose: .architecture)
    let chain = try LayerList(layers).chain(dimension: 3, using: &random)
    let architecture = Architecture(chain: chain, base: StandardNormal(dimension: 3))
    func steps(threads: Int) throws -> (parameters: [Scalar], losses: [Double]) {
      var options = TrainingOptions()
      options.batchSize = 900
      let trainer = try Trainer(
        Flow(architecture: architecture, seed: 5), train: EventArray(uniformNumbers(3 * 900), dimension: 3),
        options: options,
        threads: threads)
      let losses = try [900, 100, 100, 400, 900, 20, 900].map { count in
        try trainer.step(trainer.batch(ofFirst: count), rate: 1e-3)
      }
      return (trainer.flow.parameters, losses)
    }
    let one = try steps(threads: 1)
    #expect(one.losses.allSatisfy(\.isFinite) && one.losses[6] < one.losses[0])
    for threads in [2, 3, 8] {
      let several = try steps(threads: threads)
      #expect(several.losses == one.losses, "\(threads) threads")
      #expect(several.parameters == one.parameters, "\(threads) threads")
    }
  }

  @Test func aSeedGivesTheSameFitAndAnotherAnother() throws {
    let first = try fitted(threads: 2)
    #expect(try fitted(threads: 2).parameters == first.parameters)
    #expect(try fitted(threads: 2, seed: 2).parameters != first.parameters)
  }

  @Test func initialParametersFollowTheSeed() throws {
    let architecture = try exampleFlow().architecture
    #expect(
      Flow(architecture: architecture, seed: 1).parameters
        == Flow(architecture: architecture, seed: 1).parameters)
    #expect(
      Flow(architecture: architecture, seed: 1).parameters
        != Flow(architecture: architecture, seed: 2).parameters)
  }
}
