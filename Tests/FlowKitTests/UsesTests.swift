import FlowKit
import Glibc
import Testing

// What programs do with flows, each in as many lines as stand behind `use`: scripts/guides.py counts them, and finds them in the
// guide Uses.md.

/// `count` rows of x ~ N(0, 1) and y ~ N(x, 0.2), of sums of twelve uniform numbers.
private func normalRows(_ count: Int, seed: UInt64 = 1) -> [[Double]] {
  var random = RandomStream(seed: seed, purpose: .samples)
  func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + random.uniform() } }
  return (0..<count).map { _ in
    let x = normal()
    return [x, x + 0.2 * normal()]
  }
}

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

@Suite struct UsesTests {
  private let rows = normalRows(400)
  private let options = TrainingOptions { ($0.epochs, $0.learningRate) = (30, 0.01) }
  private let point = [0.5, 0.4]

  private func fittedFlow() throws -> Flow {
    // use 3: fit rows
    let events = try EventArray(rows)
    let trainer = try Trainer(fitting: events, layers: "4*[coupling-rqs,permute(random)]", options: options)
    let flow = try trainer.fit().flow
    // end
    return flow
  }

  private func conditionalFlow() throws -> (flow: Flow, logDensity: Double, draws: [Double]) {
    let (features, contexts) = (rows.map { [$0[1]] }, rows.map { [$0[0]] })
    // use 4: a conditional flow of arrays
    let events = try EventArray(features, context: contexts)
    let flow = try Trainer(fitting: events, layers: "2*[coupling-affine]", options: options).fit().flow
    let logDensity = flow.logDensity([0.5], context: [0.4])[0]
    let draws = try flow.sample(100, context: [0.4], seed: 1)
    // end
    return (flow, logDensity, draws)
  }

  /// The entropy of the two is 2.838 − 1.609; independent normal densities have 2.838 + ….
  @Test func fitsRowsAndFlatArraysAlike() throws {
    let fitted = try fittedFlow()
    #expect(mean(fitted.logDensity(normalRows(2_000, seed: 2).flatMap { $0 })) > -1.7)
    let values = rows.flatMap { $0 }
    // use 3: fit numbers that lie one event after the other
    let events = try EventArray(values, dimension: 2)
    let trainer = try Trainer(fitting: events, layers: "4*[coupling-rqs,permute(random)]", options: options)
    let flow = try trainer.fit().flow
    // end
    #expect(flow.parameters == fitted.parameters)
  }

  @Test func scoresOneEvent() throws {
    let flow = try fittedFlow()
    // use 1: log p of one event
    let logDensity = flow.logDensity(point)[0]
    // end
    #expect(logDensity == flow.logDensity([3, -1] + point + [0, 0])[1])
    // use 1: the score of one event
    let score = flow.gradient(ofLogDensity: point)
    // end
    let step = MemoryLayout<Scalar>.size == 8 ? 1e-5 : 2e-3
    for feature in 0..<2 {
      let ends = [step, -step].map { change in
        var moved = point
        moved[feature] += change
        return flow.logDensity(moved)[0]
      }
      let difference = (ends[0] - ends[1]) / (2 * step)
      #expect(abs(score[feature] - difference) < 0.02 * max(1, abs(difference)), "\(score[feature]), \(difference)")
    }
  }

  @Test func leadsToTheLatentAndBack() throws {
    let flow = try fittedFlow()
    // use 1: z of x
    let z = flow.latent(of: point)
    // end
    // use 1: x of z
    let x = try flow.events(from: z)
    // end
    let far = zip(z, point).map { abs($0 - $1) }.max()!
    #expect(zip(x, point).allSatisfy { abs($0 - $1) < 1e-4 } && far > 1e-2, "\(x), \(z)")
  }

  /// y | x ~ N(x, 0.2).
  @Test func drawsGivenOneContext() throws {
    let (flow, logDensity, few) = try conditionalFlow()
    let observed = [0.4]
    // use 1: N samples given one context
    let draws = try flow.sample(1_000, context: observed, seed: 1)
    // end
    #expect(few == Array(draws[..<100]))
    let spread = mean(draws.map { ($0 - mean(draws)) * ($0 - mean(draws)) }).squareRoot()
    #expect(abs(mean(draws) - 0.4) < 0.1 && abs(spread - 0.2) < 0.1, "\(mean(draws)), \(spread)")
    #expect(logDensity > flow.logDensity([0.5], context: [-0.6])[0] + 3)
  }

  @Test func composesAChain() throws {
    // use 6: a chain composed in code
    let spline = Coupling(dimension: 2, map: RationalQuadraticSpline(bins: 8, bound: 4), hidden: [32, 32])
    let layers: [any Bijector] = [spline, Permutation.reverse(dimension: 2), spline, LowerTriangular(dimension: 2)]
    let chain = try Chain(layers, dimension: 2)
    let flow = Flow(architecture: Architecture(chain: chain, base: StudentT(dimension: 2)), seed: 1)
    // end
    let list =
      "coupling-rqs(bins=8,bound=4.0,hidden=32x32),permute(reverse),coupling-rqs(bins=8,bound=4.0,hidden=32x32),lower"
    #expect(flow.architecture.layerList == list)
    #expect(try flow.sample(100).count == 200)
  }

  @Test func trainsByHandAndStopsEarly() throws {
    let events = try EventArray(rows)
    let flow = try TrainingSetup(fitting: events, layers: "2*[coupling-affine,permute(reverse)]").start()
    // use 12: an own loop with an own loss and an own optimizer
    struct Descent: Optimizer {
      let name = "descent"
      func step(_ number: Int, rate: Double) -> @Sendable (inout ParameterBlock) -> Void {
        { block in for k in block.indices { block.parameters[k] -= Scalar(rate) * block.gradient(k) } }
      }
    }
    let loss = LogDensityObjective(flow.architecture) { values, weights in
      (-zip(values, weights).reduce(0) { $0 + max($1.0, -6) * $1.1 }, zip(values, weights).map { $0 > -6 ? -$1 : 0 })
    }
    let trainer = try Trainer(loss, from: flow.parameters, train: events, options: options, optimizer: Descent())
    for epoch in 0..<300 { try trainer.step(trainer.batch(0, ofEpoch: epoch), rate: 0.02) }
    // end
    func truncated(_ flow: Flow) -> Double { -mean(flow.logDensity(rows.flatMap { $0 }).map { max($0, -6) }) }
    let (before, after) = (truncated(flow), truncated(trainer.flow))
    #expect(trainer.stepsPerEpoch == 1 && after < before - 0.3, "\(before), \(after)")

    // use 3: stopping early, with a callback
    var losses: [Double] = []
    let result = try trainer.fit(
      observe: { if case .epoch(let report) = $0 { losses.append(report.train) } }, shouldStop: { losses.count == 3 })
    // end
    #expect(result.stopped == .interrupted && losses == result.history.map(\.train) && losses.count == 3)
    #expect(abs(losses[0] - after) < 1e-4)
  }

  @Test func savesAndLoads() throws {
    let flow = try fittedFlow()
    try withFolder { folder in
      let path = "\(folder)/flow.h5"
      // use 2: save and load
      try Model(flow: flow, columns: ["x", "y"]).write(to: path)
      let loaded = try Model(reading: path).flow
      // end
      let values = rows.flatMap { $0 }
      #expect(loaded.logDensity(values) == flow.logDensity(values))
    }
  }
}

/// The threads of this process that workers of FlowKit run on: they bear its name.
private func workerThreads() -> [String] {
  files(in: "/proc/self/task").filter { thread in
    // A thread may end between being listed and being asked.
    guard let file = fopen("/proc/self/task/\(thread)/comm", "r") else { return false }
    defer { fclose(file) }
    var name = [CChar](repeating: 0, count: 64)
    guard fgets(&name, 64, file) != nil else { return false }
    return String(decoding: name.prefix { $0 != 10 && $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      == "flowkit"
  }.sorted()
}

/// In a process of its own, in which nothing else starts workers.
@Suite struct SingleEventThreadTests {
  @Test func aThousandCallsForOneEventStartNoThread() async {
    await #expect(processExitsWith: .success) {
      let flow = try exampleFlow(context: 1)
      for number in 0..<1_000 {
        let draw = try flow.sample(1, context: [0.3], seed: UInt64(number))
        try #require(flow.logDensity(draw, context: [0.3])[0].isFinite)
      }
      try #require(workerThreads() == [])
    }
  }

  @Test func copiesShareWhatIsPrepared() async {
    await #expect(processExitsWith: .success) {
      let flow = try exampleFlow()
      let events = uniformNumbers(3 * 5_000)
      let whole = flow.logDensity(events)
      let threads = workerThreads()
      let copies = (0..<100).map { _ in flow }
      for copy in copies { try #require(copy.logDensity(events) == whole) }
      try #require(workerThreads() == threads)
      // Threads do show: an evaluator of one's own starts its own.
      let evaluator = flow.evaluator(threads: 3)
      try #require(evaluator.logDensity(events) == whole)
      try #require(workerThreads().count == threads.count + 2)
      // A copy that is changed prepares its own.
      var other = flow
      other.parameters[0] += 0.5
      try #require(other.logDensity(events) != whole && flow.logDensity(events) == whole)
    }
  }
}
