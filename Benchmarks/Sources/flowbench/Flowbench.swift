import ArgumentParser
import FlowKit

@main
struct Flowbench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures training, scoring and sampling rates, in events per second.")

  @Argument(help: "Workloads: \(Workload.all.map(\.name).joined(separator: ", ")); all where none is named.")
  var workloads: [String] = []

  @Option(help: "The number of threads; one per processor where omitted.")
  var threads: Int?

  @Option(help: "Seconds of each measurement: training takes twice as long.")
  var seconds = 4.0

  @Flag(help: "Print one JSON object per workload.")
  var json = false

  @Flag(help: "Measure the density of one event instead, for every recipe in six dimensions.")
  var single = false

  @Flag(help: "Measure criteria over pairs of points instead: Sinkhorn's sweeps, kernels, energies.")
  var pairs = false

  @Option(help: "Count instead how often so many exact and so many bent posteriors pass as calibrated.")
  var calibrations: Int?

  func validate() throws {
    let known = single ? Recipe.all.map(\.name) : Workload.all.map(\.name)
    for name in workloads where !known.contains(name) {
      throw ValidationError("unknown workload '\(name)'")
    }
  }

  func run() throws {
    if single { return try measureSingleEvents() }
    if pairs { return try Pairs.measure(threads: threads) }
    if let calibrations { return try Calibrations.count(calibrations) }
    for workload in Workload.all where workloads.isEmpty || workloads.contains(workload.name) {
      let result = try measure(workload)
      print(json ? result.json : result.text)
    }
  }

  /// What a user's own loop pays for log p of one point.
  private func measureSingleEvents() throws {
    var random = RandomStream(seed: 1, purpose: .split)
    let points = (0..<1_000).map { _ in (0..<6).map { _ in 4 * random.uniform() - 2 } }
    for recipe in Recipe.all where workloads.isEmpty || workloads.contains(recipe.name) {
      let chain = try LayerList(recipe.layers).chain(dimension: 6, using: &random)
      let flow = Flow(architecture: Architecture(chain: chain, base: StandardNormal(dimension: 6)))
      let rate = rate(events: 1, seconds: seconds / 4) { call in _ = flow.logDensity(points[call % points.count]) }
      print(
        "\(recipe.name): \(flow.parameters.count) parameters, \(rounded(1e6 / Double(rate))) microseconds for one event"
      )
    }
  }

  private func measure(_ workload: Workload) throws -> Measurement {
    let flow = try workload.flow()
    var random = RandomStream(seed: 1, purpose: .split)
    // Any finite numbers serve: no rate depends on the values.
    let events = (0..<(Workload.eventCount * workload.dimension)).map { _ in 4 * random.uniform() - 2 }
    var options = TrainingOptions()
    options.batchSize = workload.batchSize
    let trainer = try Trainer(
      flow, train: EventArray(events, dimension: workload.dimension), options: options, threads: threads)
    let train = try rate(events: workload.batchSize, seconds: 2 * seconds) { call in
      try trainer.step(trainer.batch(call % trainer.stepsPerEpoch, ofEpoch: 0), rate: 1e-3)
    }
    let writeTime = threads == 1 ? nil : SharedLines.writeTime()
    let evaluator = trainer.flow.evaluator(threads: threads)
    let size = Workload.chunk * workload.dimension
    let density = rate(events: Workload.chunk, seconds: seconds) { call in
      let start = call % (Workload.eventCount / Workload.chunk) * size
      _ = evaluator.logDensity(Array(events[start..<(start + size)]))
    }
    let sample = try rate(events: Workload.chunk, seconds: seconds) { call in
      _ = try evaluator.sample(Workload.chunk, first: call * Workload.chunk)
    }
    return Measurement(
      workload: workload.name, parameters: flow.parameters.count, weights: flow.architecture.chain.weightCount,
      train: train, density: density, sample: sample, sgemm: SGEMM.rate(threads: threads), writeTime: writeTime)
  }

  /// Events per second of `call`, after one call that is not counted.
  private func rate(events: Int, seconds: Double, _ call: (Int) throws -> Void) rethrows -> Int {
    try call(0)
    let start = ContinuousClock.now
    var calls = 0
    var elapsed = 0.0
    repeat {
      try call(calls)
      calls += 1
      let duration = (ContinuousClock.now - start).components
      elapsed = Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
    } while elapsed < seconds
    return Int((Double(calls * events) / elapsed).rounded())
  }
}

private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

struct Measurement {
  let workload: String
  let parameters: Int
  /// Matrix entries per event and pass, masked ones not counted.
  let weights: Int
  let train: Int
  let density: Int
  let sample: Int
  /// GFLOP/s of OpenBLAS's sgemm on all threads together.
  let sgemm: Double
  /// Nanoseconds to write a cache line that another core has read, after training; nil on one thread.
  let writeTime: Double?

  /// Forward 2 operations per weight, backward twice that.
  private var trainGFLOPS: Double { Double(6 * weights * train) * 1e-9 }
  private var densityGFLOPS: Double { Double(2 * weights * density) * 1e-9 }

  var json: String {
    """
    {"library":"flowkit","version":"\(flowKitVersion)","workload":"\(workload)","parameters":\(parameters),\
    "train":\(train),"density":\(density),"sample":\(sample),"trainGFLOPS":\(rounded(trainGFLOPS)),\
    "densityGFLOPS":\(rounded(densityGFLOPS)),"sgemmGFLOPS":\(rounded(sgemm))\
    \(writeTime.map { ",\"sharedLineNanoseconds\":\(rounded($0))" } ?? "")}
    """
  }

  var text: String {
    """
    \(workload): \(parameters) parameters, \(weights) weights that are not masked
      train    \(train) events/s, \(rounded(trainGFLOPS)) GFLOP/s, \(percent(trainGFLOPS)) of sgemm
      density  \(density) events/s, \(rounded(densityGFLOPS)) GFLOP/s, \(percent(densityGFLOPS)) of sgemm
      sample   \(sample) events/s
      sgemm    \(rounded(sgemm)) GFLOP/s in this run\
    \(writeTime.map { "; \(rounded($0)) ns to write a cache line that another core has read" } ?? "")
    """
  }

  private func percent(_ value: Double) -> String { "\(Int((100 * value / sgemm).rounded())) %" }
}
