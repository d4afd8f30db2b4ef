import ArgumentParser
import FlowKit
import Glibc

struct Infer: ParsableCommand, Diagnosing {
  static let configuration = CommandConfiguration(
    abstract: "Fits a flow to a density known up to a constant, such as a posterior.",
    discussion: """
      TARGET is a built-in density such as 'funnel(10)' (--list shows them), or a shared object: a Stan model that \
      BridgeStan compiled (with --data data.json), or one with the functions of flowkit_target.h. The flow minimises the reverse \
      divergence KL(flow || target) on draws of its own. What comes out is a model as of 'flowctl fit', the evidence lower \
      bound (ELBO) in nats, log Z by importance sampling, the effective sample size as a part of the draws, and the tail \
      index of the weights (Pareto k), above whose limit log Z is not to be trusted.
      """)

  @Argument(help: "The target: a built-in density or a shared object.")
  var target: String?

  @Option(help: "What a shared object is opened with: for a Stan model its data, a JSON file.")
  var data: String?

  @Flag(help: "List the built-in targets.")
  var list = false

  @Option(name: .shortAndLong, help: "The model file to write.")
  var output: String?

  @Option(help: "The layers, from the parameters to the base.")
  var layers = Inference.layers

  @Option(help: "The base distribution.")
  var base = "normal"

  @Option(parsing: .unconditional, help: "Training steps.")
  var steps: Int?

  @Option(parsing: .unconditional, help: "A time limit in place of --steps.")
  var minutes: Double?

  @Option(parsing: .unconditional, help: "Draws per step.")
  var batch = InferenceOptions().batchSize

  @Option(parsing: .unconditional, help: "The largest learning rate; it falls to 0 along a cosine.")
  var learningRate = InferenceOptions().learningRate

  @Flag(help: "Begin with a wide density that becomes the target step by step, so that modes far apart are found.")
  var anneal = false

  @Flag(help: "Then train on points that are moved towards the target's modes, which covers all of them.")
  var refine = false

  @Option(
    help:
      "DATA with draws of the target, such as those of a Markov chain, unconstrained: the flow is to cover them too.")
  var given: String?

  @Option(
    parsing: .unconditional, help: "How much the divergence of these from the flow counts beside the reverse one.")
  var mix: Double?

  @Option(parsing: .unconditional, help: "Draws for the final figures.")
  var draws = InferenceOptions().draws

  @Option(parsing: .unconditional, help: "Decides everything random.")
  var seed: UInt64 = 0

  @Option(parsing: .unconditional, help: "Threads; the result does not depend on them.")
  var threads: Int?

  @Flag(help: "Replace the output file if it exists.")
  var force = false

  @Flag(help: "Print JSON: a line of figures at the end.")
  var json = false

  @OptionGroup var diagnostics: Diagnostics

  func validate() throws {
    guard !list else { return }
    if target == nil { throw ValidationError("Missing expected argument '<target>'") }
    if output == nil { throw ValidationError("Missing expected argument '--output <output>'") }
  }

  func run() throws {
    guard !list, let target, let output else { return listTargets() }
    let options = try inferenceOptions()
    try OutputPath.check(output, force: force, inputs: given.map { [DataLocation($0).file] } ?? [])
    let density = try density(target)
    let draws = try givenDraws(of: density)
    Interrupts.catchThem()
    if !json {
      print("target \(target): \(density.columns.count) parameters")
      try Terminal.finishOutput()
    }
    let inference = try Inference(
      of: density, layers: layers, base: base, draws: draws, mix: mix ?? 1, options: options, threads: threads)
    if !json {
      print("flow   \(inference.architecture.layerList), \(inference.architecture.parameterCount.grouped) parameters")
      try Terminal.finishOutput()
    }
    defer { Terminal.status("") }
    let result = try inference.run(observe: show, shouldStop: { Interrupts.isPending })
    Terminal.status("")
    let line = ResultLine(output, result.report)
    try Model(flow: result.flow, columns: density.columns, provenance: provenance(target, result.report)).writeOnce(
      to: output)
    if json { try line.printJSON() } else { describe(output, result.report) }
    if Interrupts.isPending { Terminal.note("flowctl: interrupted; wrote the flow as it was then to \(output)") }
  }

  private func listTargets() {
    for target in BuiltInTarget.all {
      let logZ = target.logNormalizer.map { "log Z = \($0.text(digits: 4))" } ?? ""
      print("\(target.name): \(target.density.columns.count) parameters; \(target.summary); \(logZ)")
    }
  }

  private func density(_ text: String) throws(FlowError) -> any TargetDensity {
    if let target = try BuiltInTarget(named: text) {
      guard data == nil else { throw FlowError(.architecture, "the built-in target \(text) takes no --data") }
      return target.density
    }
    if text.contains("/") || text.hasSuffix(".so") { return try ContainedTarget(text, data: data) }
    let known = BuiltInTarget.all.map(\.name).joined(separator: ", ")
    throw FlowError(
      .architecture, "unknown target '\(text)': it is a shared object such as ./model.so, or one of \(known)")
  }

  private func inferenceOptions() throws(FlowError) -> InferenceOptions {
    if steps != nil, minutes != nil {
      throw FlowError(.architecture, "--steps and --minutes both say how long to train; give one of them")
    }
    var options = InferenceOptions()
    options.steps = try OptionCheck.positive(steps ?? options.steps, "--steps", atMost: 1_000_000_000)
    options.minutes = try minutes.map { minutes throws(FlowError) in
      try OptionCheck.positive(minutes, "--minutes", atMost: 10_000_000)
    }
    options.batchSize = try OptionCheck.positive(batch, "--batch", atMost: 1_000_000)
    options.learningRate = try OptionCheck.positive(learningRate, "--learning-rate", atMost: 1_000)
    options.draws = try OptionCheck.positive(draws, "--draws", atMost: 100_000_000)
    _ = try mix.map { mix throws(FlowError) in try OptionCheck.positive(mix, "--mix", atMost: 1e6) }
    _ = try OptionCheck.threads(threads)
    (options.anneals, options.refines, options.seed) = (anneal, refine, seed)
    return options
  }

  // MARK: Reports

  private func show(_ event: InferenceEvent) {
    guard !json else { return }
    switch event {
    case .stage(let text): Terminal.note(text)
    case .progress(let step, let done, let temper, let elbo):
      let beta = temper < 1 ? "  beta \(temper.text(digits: 3))" : ""
      let text = "step \(step)  \(Int(100 * done)) %\(beta)  ELBO \(elbo.text(digits: 4)) nats"
      if Terminal.isInteractive { Terminal.status(text) } else { Terminal.note(text) }
    }
  }

  private func describe(_ output: String, _ report: InferenceReport) {
    let weights = report.weights
    print(
      """
      model  \(output)
      ELBO   \(weights.elbo.text(digits: 4)) +- \(weights.elboStandardError.text(digits: 4)) nats
      log Z  \(weights.logZ.text(digits: 4)) +- \(weights.logZStandardError.text(digits: 4))
      ESS    \((100 * weights.effectiveFraction).text(digits: 1)) % of \(weights.logWeights.count.grouped) draws
      k      \(weights.paretoShape.text(digits: 2)), \(weights.isTrusted ? "below" : "ABOVE") its limit \(weights.paretoLimit.text(digits: 2))
      """)
    if report.failures > 0 {
      print(
        "failed \(report.failures.grouped) of \(report.evaluations.grouped) points had no finite value; they count as density 0"
      )
    }
    if let collapse = report.collapse { Terminal.note("modes  \(collapse); try --refine") }
    if !weights.isTrusted {
      Terminal.note("weights of this tail have no finite variance: log Z and ESS are not to be trusted")
    }
  }

  private func provenance(_ target: String, _ report: InferenceReport) -> [String: MetadataValue] {
    let weights = report.weights
    return Provenance.common.merging([
      "target": .text(Self.place(target)), "target_data": .text(data.map(Self.place) ?? ""), "seed": .text("\(seed)"),
      "elbo": .number(weights.elbo),
      "elbo_standard_error": .number(weights.elboStandardError), "log_z": .number(weights.logZ),
      "log_z_standard_error": .number(weights.logZStandardError), "ess": .number(weights.effectiveFraction),
      "khat": .number(weights.paretoShape), "collapse": .text(report.collapse ?? "none found"),
    ]) { $1 }
  }

  /// The whole path of a file, to find it again.
  private static func place(_ text: String) -> String {
    guard let path = realpath(text, nil) else { return text }
    defer { free(path) }
    return String(cString: path)
  }

  private struct ResultLine: Encodable {
    let model: String
    let elbo, elboStandardError, logZ, logZStandardError, ess, khat, khatLimit: JSONNumber
    let failures: Int
    let collapse: String?
    let seconds: JSONNumber

    init(_ model: String, _ report: InferenceReport) {
      let weights = report.weights
      self.model = model
      (elbo, elboStandardError) = (JSONNumber(weights.elbo), JSONNumber(weights.elboStandardError))
      (logZ, logZStandardError) = (JSONNumber(weights.logZ), JSONNumber(weights.logZStandardError))
      (ess, khat) = (JSONNumber(weights.effectiveFraction), JSONNumber(weights.paretoShape))
      (khatLimit, seconds) = (JSONNumber(weights.paretoLimit), JSONNumber(report.seconds))
      (failures, collapse) = (report.failures, report.collapse)
    }

    private enum CodingKeys: CodingKey {
      case model, elbo, elboStandardError, logZ, logZStandardError, ess, khat, khatLimit, failures, collapse, seconds
    }

    /// `collapse` is null where nothing was lost.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(model, forKey: .model)
      try container.encode(elbo, forKey: .elbo)
      try container.encode(elboStandardError, forKey: .elboStandardError)
      try container.encode(logZ, forKey: .logZ)
      try container.encode(logZStandardError, forKey: .logZStandardError)
      try container.encode(ess, forKey: .ess)
      try container.encode(khat, forKey: .khat)
      try container.encode(khatLimit, forKey: .khatLimit)
      try container.encode(failures, forKey: .failures)
      try container.encode(collapse, forKey: .collapse)
      try container.encode(seconds, forKey: .seconds)
    }
  }
}
