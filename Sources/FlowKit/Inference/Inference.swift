/// Fits a flow q to a target p known up to a constant by the reverse divergence KL(q ‖ p), on draws of the flow.
///
/// ```swift
/// let result = try Inference(of: target).run()
/// print(result.report.weights.logZ, result.report.weights.effectiveFraction)
/// ```
///
/// The flow works in units of a normal density that is fitted first (`NormalStart`). The same seed gives the same flow for any
/// number of threads, unless a time limit decides.
public final class Inference {
  /// The layers where none are given: a scale for each parameter, which the start may have found too narrow, affine couplings for
  /// scales that differ by orders of magnitude, then splines for shape.
  public static let layers =
    "diagonal,4*[coupling-affine(bound=4,hidden=64x64),permute(random)],4*[coupling-rqs(bins=8,bound=5,hidden=64x64),permute(random)]"

  public let architecture: Architecture
  public let options: InferenceOptions
  let target: CountedTarget
  let pool: WorkerPool
  /// Where the annealing begins, and from where other modes are looked for.
  let wide: NormalStart
  let trainer: Trainer
  let step: VariationalStep
  /// Draws of the target, N × D, which the flow should cover as well, and how much they count.
  let given: (points: [Double], weight: Double)
  private let clock = ContinuousClock.now

  /// What an inference made.
  public struct Result: Sendable {
    public let flow: Flow
    public let report: InferenceReport
  }

  /// - Parameters:
  ///   - layers: from the parameters to the base.
  ///   - draws: points drawn from the target, N × D, such as those of a Markov chain; KL(p ‖ q) on them is added.
  ///   - mix: the weight of that divergence.
  /// - Throws: where the list describes no flow, a layer's inverse has no derivative, or the target cannot be computed.
  public init(
    of target: any TargetDensity, layers: String = Inference.layers, base: String = StandardNormal.name,
    draws: [Double] = [], mix: Double = 0, options: InferenceOptions = InferenceOptions(), threads: Int? = nil,
    registry: Registry = .standard
  ) throws(FlowError) {
    try options.check()
    let dimension = target.dimension
    precondition(draws.count.isMultiple(of: dimension), "whole points of \(dimension) coordinates")
    (self.options, self.target, given) = (options, CountedTarget(target), (draws, draws.isEmpty ? 0 : mix))
    pool = WorkerPool(threads: threads ?? Processors.count)
    wide = try NormalStart.wide(self.target, seed: options.seed, on: pool)
    let start =
      options.anneals || options.refines ? wide : try NormalStart(self.target, temper: 1, seed: options.seed, on: pool)
    var random = RandomStream(seed: options.seed, purpose: .architecture)
    architecture = Architecture(
      chain: try LayerList(layers).chain(dimension: dimension, registry: registry, using: &random),
      base: try registry.base(base, dimension: dimension),
      preprocessing: [Standardize(means: start.means, standardDeviations: start.deviations)])
    step = VariationalStep(VariationalStep.Contents(temper: 1))
    var training = TrainingOptions()
    (training.batchSize, training.seed) = (options.batchSize, options.seed)
    let places = try EventArray([Double](repeating: 0, count: options.batchSize * dimension), dimension: dimension)
    trainer = try Trainer(
      VariationalObjective(architecture: architecture, target: self.target, step: step),
      from: Flow(architecture: architecture, seed: options.seed).parameters, train: places, options: training,
      threads: threads)
  }

  /// Fits the flow.
  ///
  /// - Parameters:
  ///   - observe: is told how it goes, about a hundred times.
  ///   - shouldStop: is asked before every step; what there is then is the result.
  /// - Throws: what the target throws; where steps do not stay finite; where the target fails at more than 1 % of the final draws.
  public func run(
    observe: (InferenceEvent) -> Void = { _ in }, shouldStop: () -> Bool = { false }
  ) throws(FlowError) -> Result {
    let share = options.refines ? 0.4 : 1
    func isToStop() -> Bool { Job.processes.decided(shouldStop()) }
    var parameters = try descend(share: share, observe, isToStop)
    if options.refines, !isToStop() {
      observe(.stage("refining: points moved towards p²/q"))
      parameters = try refine(from: parameters, share: 1 - share, observe, isToStop)
    }
    let flow = Flow(architecture: architecture, parameters: parameters)
    return Result(flow: flow, report: try report(on: flow))
  }

  var seconds: Double { Job.processes.decided((ContinuousClock.now - clock).inSeconds) }

  /// How far a part is that takes a share of the whole, between 0 and 1.
  func done(_ steps: Int, since begin: Double, share: Double) -> Double {
    let whole = options.minutes.map { (seconds - begin) / (60 * $0) } ?? Double(steps) / Double(options.steps)
    return min(1, whole / share)
  }

  /// The learning rate when that much is done: a short rise, then a cosine.
  func rate(_ done: Double) -> Double {
    options.learningRate * min(1, done / 0.02 + 0.01) * (0.5 + 0.5 * Double.cos(.pi * done))
  }

  // MARK: The reverse divergence

  /// Descends on KL(q ‖ p^β); returns the parameters with the best bound.
  private func descend(
    share: Double, _ observe: (InferenceEvent) -> Void, _ shouldStop: () -> Bool
  ) throws(FlowError) -> [Scalar] {
    var best = (elbo: -Double.infinity, parameters: trainer.parameters)
    var (steps, failed, shown, begin) = (0, 0, 0.0, seconds)
    while true {
      let done = done(steps, since: begin, share: share)
      if steps > 0, done >= 1 || shouldStop() { break }
      let temper = options.anneals ? min(1, 0.02 + 3 * done) : 1
      step.become(contents(temper: temper, step: steps))
      failed = try trainer.step(trainer.batch(0, ofEpoch: steps), rate: rate(done)).isFinite ? 0 : failed + 1
      if failed == 100 { throw FlowError(.numerics, "100 steps in a row were not finite, from step \(steps - 98) on") }
      steps += 1
      guard done - shown >= 0.02 || done >= 1 else { continue }
      shown = done
      let elbo = try weights(of: trainer.flow, count: 2_048, seed: options.seed &+ 1).elbo
      observe(.progress(step: steps, done: done * share, temper: temper, elbo: elbo))
      if temper == 1, elbo > best.elbo { best = (elbo, trainer.parameters) }
    }
    let last = try weights(of: trainer.flow, count: 2_048, seed: options.seed &+ 1).elbo
    return last > best.elbo ? trainer.parameters : best.parameters
  }

  private func contents(temper: Double, step: Int) -> VariationalStep.Contents {
    var contents = VariationalStep.Contents(temper: temper, reference: temper < 1 ? wide : nil)
    guard given.weight > 0 else { return contents }
    let dimension = architecture.dimension
    var random = RandomStream(seed: options.seed, purpose: .shuffle, index: UInt64(step))
    contents.weights = Array(repeating: given.weight / Double(options.batchSize), count: options.batchSize)
    for _ in 0..<options.batchSize {
      let row = random.integer(below: given.points.count / dimension) * dimension
      contents.points += given.points[row..<(row + dimension)]
    }
    return contents
  }

  // MARK: Figures

  /// log p̃ − log q at draws of a flow.
  func weights(of flow: Flow, count: Int, seed: UInt64) throws(FlowError) -> ImportanceWeights {
    let evaluator = flow.evaluator(threads: pool.count)
    let points = try evaluator.sample(count, seed: seed)
    let (ofFlow, ofTarget) = (evaluator.logDensity(points), try target.evaluate(points, on: pool).logDensities)
    return ImportanceWeights(zip(ofTarget, ofFlow).map { $1.isFinite ? $0 - $1 : -.infinity })
  }

  private func report(on flow: Flow) throws(FlowError) -> InferenceReport {
    let before = target.failures
    let weights = try weights(of: flow, count: options.draws, seed: options.seed &+ 2)
    let failed = target.failures.count - before.count
    if failed * 100 > options.draws {
      throw FlowError(
        .numerics,
        "the target has no finite value at \(failed) of \(options.draws) draws of the fitted flow; more than 1 % is too many"
      )
    }
    let collapse = try lostMass(of: flow, logZ: weights.logZ)
    return InferenceReport(
      weights: weights, failures: target.failures.count, evaluations: target.failures.of, collapse: collapse,
      seconds: seconds)
  }
}
