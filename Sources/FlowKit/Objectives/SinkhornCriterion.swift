internal import Synchronization

/// Entropic transport between samples and events (``Sinkhorn``), debiased by independent halves of the batch:
///
///     ½ (OT(x₁, y₂) + OT(x₂, y₁)) − ½ OT(x₁, x₂) − ½ OT(y₁, y₂).
///
/// The transport of a sample onto itself, which the divergence takes off, is far smaller than that of a sample onto another
/// of the same distribution, so that with batches it pulls samples together. Onto independent samples the mean of the gradient is 0
/// where the distributions agree, whatever the size of the batch (Salimans et al. 2018, arXiv:1803.05573, who call it the
/// minibatch energy distance).
///
/// The gradient is that of the envelope theorem where the sweeps converge, and through all sweeps where they do not: then
/// training says so.
public struct SinkhornCriterion: SampleCriterion {
  public static let name = "sinkhorn"
  public var sinkhorn: Sinkhorn
  public var gradient: Sinkhorn.Gradient
  private let record = Record()

  /// ε is 0.05 standard deviations of the cost between two halves of the events of a batch, unless it is given.
  public init(
    _ sinkhorn: Sinkhorn = Sinkhorn(tolerance: 1e-2, maximumSweeps: 100), gradient: Sinkhorn.Gradient = .envelope
  ) {
    (self.sinkhorn, self.gradient) = (sinkhorn, gradient)
  }

  public var text: String {
    let usual = SinkhornCriterion()
    var arguments: [String] = []
    switch sinkhorn.regularization {
    case .absolute(let value): arguments.append("epsilon=\(value)")
    case .relative(let value) where sinkhorn.regularization != usual.sinkhorn.regularization:
      arguments.append("relative-epsilon=\(value)")
    case .relative: break
    }
    if sinkhorn.maximumSweeps != usual.sinkhorn.maximumSweeps { arguments.append("sweeps=\(sinkhorn.maximumSweeps)") }
    if sinkhorn.tolerance != usual.sinkhorn.tolerance { arguments.append("tolerance=\(sinkhorn.tolerance)") }
    if sinkhorn.cost != usual.sinkhorn.cost { arguments.append("cost=\(sinkhorn.cost.rawValue)") }
    if gradient != usual.gradient { arguments.append("gradient=\(gradient.rawValue)") }
    return arguments.isEmpty ? Self.name : "\(Self.name)(\(arguments.joined(separator: ",")))"
  }
  public var unit: String {
    sinkhorn.cost == .squared ? "squared units of the preprocessed columns" : "units of the preprocessed columns"
  }
  public var leastEvents: Int { 4 }
  public var evaluationSize: Int { 1_024 }

  public func distance(_ batch: SampleBatch) throws(FlowError) -> (value: Double, gradient: [Double]) {
    let origin = batch.events.mean
    let halves = [batch.samples, batch.events].map { cloud in [false, true].map { SampleBatch.half(cloud, odd: $0) } }
    let points = halves.map { $0.map { PairwisePoints<Scalar>($0, origin: origin) } }
    let epsilon = try sinkhorn.epsilon(points[1][0], points[1][1], batch.workers)
    let dimension = batch.samples.dimension
    var (value, result) = (0.0, [Double](repeating: 0, count: batch.wantsGradient ? batch.samples.values.count : 0))
    for (first, second, factor) in [
      ((0, 0), (1, 1), 0.5), ((0, 1), (1, 0), 0.5), ((0, 0), (0, 1), -0.5), ((1, 0), (1, 1), -0.5),
    ] {
      let problem = SinkhornProblem(
        points[first.0][first.1], points[second.0][second.1], sinkhorn.cost, epsilon,
        startingFrom: sinkhorn.largestCost(halves[first.0][first.1], halves[second.0][second.1]), batch.workers)
      let solution = problem.solution(
        tolerance: sinkhorn.tolerance, maximumSweeps: sinkhorn.maximumSweeps, recording: batch.wantsGradient)
      value += factor * problem.value(solution)
      if batch.wantsGradient { record.note(solution.isConverged) }
      guard batch.wantsGradient, first.0 == 0 else { continue }
      let isExact = gradient == .envelope && solution.isConverged
      let found = isExact ? problem.envelopeGradient(solution) : problem.unrolledGradient(solution)
      // Half h holds the points of number 2k + h.
      func add(_ rows: [Double], _ half: Int) {
        for index in rows.indices {
          result[(2 * (index / dimension) + half) * dimension + index % dimension] += factor * rows[index]
        }
      }
      add(found.x, first.1)
      if second.0 == 0 { add(found.y, second.1) }
    }
    return (value, result)
  }

  public func takeNotes() -> [String] {
    let (failed, all) = record.take()
    guard failed > 0 else { return [] }
    return [
      "\(Self.name): \(failed) of \(all) transports did not converge in \(sinkhorn.maximumSweeps) sweeps; their gradients go "
        + "through the sweeps. Take a larger epsilon, or more sweeps"
    ]
  }

  /// How many transports have converged: shared by copies of a criterion, which one thread at a time uses.
  private final class Record: Sendable {
    private let counts = Mutex((failed: 0, all: 0))

    func note(_ isConverged: Bool) {
      counts.withLock { $0 = ($0.failed + (isConverged ? 0 : 1), $0.all + 1) }
    }

    func take() -> (failed: Int, all: Int) {
      counts.withLock { counts in
        defer { counts = (0, 0) }
        return counts
      }
    }
  }
}
