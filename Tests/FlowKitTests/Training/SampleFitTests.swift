import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

/// Flows that learn by their samples.
@Suite struct SampleFitTests {
  private func events(_ set: PlanarSet, _ count: Int, seed: UInt64 = 0) throws -> EventArray {
    try EventArray(set.events(count, seed: seed), dimension: 2)
  }

  /// 2,400 events of a normal density with correlated columns.
  private func normalRows() throws -> [Double] {
    let noise = try normalCloud(2_400, dimension: 2, seed: 1).values
    var rows: [Double] = []
    for event in 0..<2_400 {
      let (u, v) = (noise[2 * event], noise[2 * event + 1])
      rows += [3 + 1.5 * u, -1 + u + 0.5 * v]
    }
    return rows
  }

  /// An affine flow is the whole family of normals: each objective finds the one of the events.
  @Test(arguments: [
    ("energy", 40), ("mmd", 30), ("sinkhorn(relative-epsilon=0.1)", 16),
    ("sinkhorn(relative-epsilon=0.1,gradient=unrolled)", 16),
  ])
  func aNormalIsFound(objective: String, epochs: Int) throws {
    let rows = try normalRows()
    let setup = try TrainingSetup(
      fitting: EventArray(rows, dimension: 2), validation: .fraction(0.4), layers: "lower,upper",
      options: TrainingOptions {
        ($0.epochs, $0.batchSize, $0.learningRate) = (epochs, 160, 0.04)
      }, objective: FitObjective(objective))
    let result = try Trainer(setup).fit()
    let samples = try PointCloud(result.flow.sample(20_000, seed: 3), dimension: 2)
    // The moments of the events themselves, of which many decide which epoch is the best one: of 160, chance would.
    let cost = try Wasserstein.gaussianCost(samples, PointCloud(rows, dimension: 2))
    // 144 noisy steps on 1,440 events; with 50,000 it is below 0.002 (docs/objectives.md).
    #expect(cost < 0.05, "W2^2 \(cost)")
    #expect(result.history.allSatisfy { $0.companion != nil })
    // The best epoch is that of the objective, not of the likelihood.
    let losses = result.history.compactMap { $0.valid }
    #expect(result.loss == losses.min())
    let density = -result.flow.logDensity(rows).reduce(0, +) / 2_400
    #expect(abs(density - result.history[result.bestEpoch - 1].companion!) < 0.2)
  }

  /// A critic that is 1-Lipschitz finds the normal as well; a value is a bound of W₁ by the critic of the moment.
  @Test func aCriticFindsANormal() throws {
    let rows = try normalRows()
    let setup = try TrainingSetup(
      fitting: EventArray(rows, dimension: 2), layers: "lower,upper",
      options: TrainingOptions { ($0.epochs, $0.batchSize, $0.learningRate) = (30, 240, 0.02) },
      objective: FitObjective("wasserstein(hidden=16x16,critic-rate=0.01)"))
    let start = try PointCloud(setup.start().sample(20_000, seed: 3), dimension: 2)
    let result = try Trainer(setup).fit()
    let (samples, events) = (
      try PointCloud(result.flow.sample(20_000, seed: 3), dimension: 2), try PointCloud(rows, dimension: 2)
    )
    let (before, after) = (
      try Wasserstein.gaussianCost(start, events), try Wasserstein.gaussianCost(samples, events)
    )
    #expect(after < 0.05 && before > 0.5, "W2^2 \(before), then \(after)")
    #expect(result.bestEpoch == 30)
  }

  /// That an objective on samples has ruined the likelihood is seen from the epochs, and only where it has.
  @Test func aRuinedLikelihoodIsSeen() {
    func history(_ losses: [Double?]) -> [EpochReport] {
      losses.enumerated().map { EpochReport.of(epoch: $0 + 1, companion: $1) }
    }
    let ruined = history([3, 2.5, 2.9, 3.6]).ruinedLikelihood(best: 4)
    #expect(ruined?.best.epoch == 4 && ruined?.likeliest.epoch == 2)
    #expect(history([3, 2.5, 2.9, .nan]).ruinedLikelihood(best: 4)?.likeliest.epoch == 2)
    #expect(history([3, 2.5, 2.9, .infinity]).ruinedLikelihood(best: 4) != nil)
    #expect(history([3, 2.5, 2.9, 3.4]).ruinedLikelihood(best: 4) == nil)
    #expect(history([3, 2.5, 9, 2.6]).ruinedLikelihood(best: 4) == nil)
    #expect(history([nil, nil]).ruinedLikelihood(best: 2) == nil)
  }

  @Test func aConditionalFlowFollowsItsContext() throws {
    let (noise, context) = (
      try normalCloud(2_000, dimension: 1, seed: 1).values, uniformNumbers(2_000, in: -2...2, seed: 2)
    )
    let rows = zip(noise, context).map { 2 * $1 + $0 }
    let setup = try TrainingSetup(
      fitting: EventArray(rows, dimension: 1, context: context),
      layers: "elementwise-affine(hidden=16,activation=tanh)",
      options: TrainingOptions { ($0.epochs, $0.batchSize, $0.learningRate) = (25, 250, 0.02) },
      objective: FitObjective("energy"))
    let flow = try Trainer(setup).fit().flow
    for value in [-1.5, 0, 1.5] {
      let samples = try PointCloud(flow.sample(4_000, context: [value], seed: 5), dimension: 1)
      #expect(abs(samples.mean[0] - 2 * value) < 0.3, "mean \(samples.mean[0]) at \(value)")
      #expect(abs(samples.covariance[0].squareRoot() - 1) < 0.3, "deviation \(samples.covariance[0].squareRoot())")
    }
  }

  @Test func theSameBitsForAnyThreadsAndAfterAnInterruption() throws {
    let setup = try TrainingSetup(
      fitting: events(.moons, 900), layers: "2*[coupling-affine(hidden=8),permute(reverse)]",
      options: TrainingOptions { ($0.epochs, $0.batchSize) = (3, 200) },
      objective: FitObjective("sinkhorn", likelihoodWeight: 0.1))
    let whole = try Trainer(setup, threads: 1).fit()
    for threads in [2, 3] { #expect(try Trainer(setup, threads: threads).fit().parameters == whole.parameters) }
    var steps = 0
    let part = try Trainer(setup).fit(shouldStop: {
      steps += 1
      return steps > 6
    })
    let rest = try Trainer(setup).fit(from: part.checkpoint)
    #expect(part.stopped == .interrupted && rest.parameters == whole.parameters)
    #expect(rest.history.map(\.valid) == whole.history.map(\.valid))
    #expect(rest.history.map(\.companion) == whole.history.map(\.companion))
  }

  @Test func aModelKeepsItsObjective() throws {
    let options = TrainingOptions { ($0.epochs, $0.batchSize) = (2, 200) }
    func setup(_ objective: FitObjective) throws -> TrainingSetup {
      try TrainingSetup(fitting: events(.moons, 400), layers: "lower", options: options, objective: objective)
    }
    let energy = try setup(FitObjective("energy", likelihoodWeight: 0.5))
    var asked = 0
    let part = try Trainer(energy).fit(shouldStop: {
      asked += 1
      return asked > 3
    })
    try withFolder { folder in
      let file = "\(folder)/model.h5"
      try Model(energy, part, energy.provenance()).write(to: file)
      let read = try energy.modelToResume(file)
      #expect(read.model.history == part.history && read.model.history[0].companion != nil)
      #expect(read.model.provenance["objective"] == .text("energy + 0.5 likelihood"))
      let error = #expect(throws: FlowError.self) { try setup(.likelihood).modelToResume(file) }
      #expect(error?.message.contains("begun with the objective energy + 0.5 likelihood, not likelihood") == true)
    }
  }

  /// Mixed in with a large weight, the likelihood decides.
  @Test func theLikelihoodCanBeMixedIn() throws {
    func companion(_ objective: FitObjective) throws -> Double {
      let setup = try TrainingSetup(
        fitting: events(.moons, 2_000), layers: "4*[coupling-affine(hidden=16),permute(reverse)]",
        options: TrainingOptions { ($0.epochs, $0.batchSize) = (15, 100) }, objective: objective)
      let result = try Trainer(setup).fit()
      return result.history.last!.companion ?? result.history.last!.valid!
    }
    let (alone, mixed, likelihood) = (
      try companion(FitObjective("energy")), try companion(FitObjective("energy", likelihoodWeight: 1)),
      try companion(.likelihood)
    )
    #expect(mixed < alone && mixed < likelihood + 0.1, "\(alone), \(mixed), \(likelihood)")
  }
}

extension EpochReport {
  fileprivate static func of(epoch: Int, companion: Double?) -> EpochReport {
    var text = "{\"epoch\":\(epoch),\"train\":0,\"seconds\":1"
    if let companion, companion.isFinite { text += ",\"companion\":\(companion)" }
    var report = try! JSONDecoder().decode(EpochReport.self, from: Data((text + "}").utf8))
    report.companion = companion
    return report
  }
}
