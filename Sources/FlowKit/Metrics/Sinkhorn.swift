/// Transport with an entropy: the plan P between the points x (weights a) and y (weights b) with the least
///
///     ⟨P, C⟩ + ε KL(P ‖ a bᵀ),      Pᵢⱼ = aᵢ bⱼ exp((fᵢ + gⱼ − Cᵢⱼ)/ε),
///
/// found by updating the potentials f and g in turn (Sinkhorn 1967; Cuturi 2013), in logarithms, so that no ε underflows, and
/// from a large ε down to the one that is asked for. One update of both is a sweep. Pairs are computed as they are needed, on
/// all threads: memory grows with N + M. Results do not depend on the number of threads.
///
/// ```swift
/// let plan = try Sinkhorn(regularization: .relative(0.05)).transport(samples, events)
/// print(plan.cost, plan.sweeps)
/// ```
public struct Sinkhorn: Sendable, Equatable {
  /// What it costs to move a unit of mass from x to y.
  public enum Cost: String, Sendable {
    /// |x − y|².
    case squared
    /// |x − y|.
    case euclidean
  }

  /// ε.
  public enum Regularization: Sendable, Equatable {
    /// In the units of the cost.
    case absolute(Double)
    /// In standard deviations of the cost over all pairs.
    case relative(Double)
  }

  /// How derivatives are made.
  public enum Gradient: String, Sendable {
    /// ∂/∂xᵢ = Σⱼ Pᵢⱼ ∂Cᵢⱼ/∂xᵢ at the last potentials: right where these are the best ones, and refused where they are not.
    case envelope
    /// Through all sweeps that were made, backwards: right for what was computed, converged or not.
    case unrolled
  }

  public var cost: Cost
  public var regularization: Regularization
  /// The L1 distance of the plan's marginals from a and b at which the sweeps end.
  public var tolerance: Double
  /// The most sweeps with the last ε.
  public var maximumSweeps: Int
  public var precision: PairwisePrecision

  public init(
    cost: Cost = .squared, regularization: Regularization = .relative(0.05), tolerance: Double = 1e-3,
    maximumSweeps: Int = 10_000, precision: PairwisePrecision = .double
  ) {
    (self.cost, self.regularization, self.tolerance) = (cost, regularization, tolerance)
    (self.maximumSweeps, self.precision) = (maximumSweeps, precision)
  }

  /// Throws where a number means nothing, such as ε ≤ 0.
  public func check() throws(FlowError) {
    let epsilon =
      switch regularization {
      case .absolute(let value), .relative(let value): value
      }
    guard epsilon > 0, epsilon.isFinite else {
      throw FlowError(.architecture, "Sinkhorn's epsilon is a number above 0, got \(epsilon)")
    }
    guard tolerance > 0, tolerance < 1 else {
      throw FlowError(.architecture, "Sinkhorn's tolerance is a number between 0 and 1, got \(tolerance)")
    }
    guard maximumSweeps > 0 else {
      throw FlowError(.architecture, "Sinkhorn's number of sweeps is above 0, got \(maximumSweeps)")
    }
  }

  /// The plan between two clouds, or what is known of it after `maximumSweeps`.
  public struct Transport: Sendable {
    /// ⟨P, C⟩, without the entropy.
    public var cost: Double
    /// ⟨P, C⟩ + ε KL(P ‖ a bᵀ) of the best plan; before it is converged, a lower bound of it (the dual at f and g).
    public var value: Double
    /// ε, in the units of the cost.
    public var epsilon: Double
    /// Σᵢ |Σⱼ Pᵢⱼ − aᵢ| + Σⱼ |Σᵢ Pᵢⱼ − bⱼ|.
    public var marginalError: Double
    /// With the last ε.
    public var sweeps: Int
    public var isConverged: Bool
    /// f of each x and g of each y.
    public var potentials: (x: [Double], y: [Double])
    /// ∂value/∂x and ∂value/∂y, row-major, where they were asked for.
    public var gradient: (x: [Double], y: [Double])?
  }

  /// The plan between two clouds.
  ///
  /// - Parameters:
  ///   - gradient: how to make the derivatives of `value`; nil makes none.
  ///   - acceptingUnconverged: returns what there is after `maximumSweeps`, where it is an error otherwise.
  ///   - threads: the result does not depend on them.
  /// - Throws: where the sweeps do not converge, or numbers mean nothing.
  public func transport(
    _ x: PointCloud, _ y: PointCloud, gradient: Gradient? = nil, acceptingUnconverged: Bool = false,
    threads: Int? = nil
  ) throws(FlowError) -> Transport {
    let pool = WorkerPool(threads: threads ?? Processors.count)
    return switch precision {
    case .single: try transport(x, y, gradient, acceptingUnconverged, Float.self, pool)
    case .double: try transport(x, y, gradient, acceptingUnconverged, Double.self, pool)
    }
  }

  func transport<Element: PairwiseElement>(
    _ x: PointCloud, _ y: PointCloud, _ gradient: Gradient?, _ acceptingUnconverged: Bool, _ type: Element.Type,
    _ pool: WorkerPool
  ) throws(FlowError) -> Transport {
    try check()
    try x.checkDimension(of: y)
    let points = PairwisePoints<Element>.pair(x, y)
    let epsilon = try epsilon(points.x, points.y, pool)
    let problem = SinkhornProblem(points.x, points.y, cost, epsilon, startingFrom: largestCost(x, y), pool)
    let solution = problem.solution(
      tolerance: tolerance, maximumSweeps: maximumSweeps, recording: gradient == .unrolled)
    var result = problem.transport(solution)
    guard result.isConverged || acceptingUnconverged else { throw notConverged(result) }
    switch gradient {
    case nil: break
    case .envelope:
      guard result.isConverged else {
        throw FlowError(
          .numerics, "\(notConverged(result).message); until then its gradient by the envelope theorem is wrong")
      }
      result.gradient = problem.envelopeGradient(solution)
    case .unrolled: result.gradient = problem.unrolledGradient(solution)
    }
    return result
  }

  func notConverged(_ result: Transport) -> FlowError {
    FlowError(
      .numerics,
      "Sinkhorn's sweeps have not converged: the marginals are \(result.marginalError) from theirs, not \(tolerance), "
        + "after \(result.sweeps) sweeps with epsilon \(result.epsilon); allow more sweeps, or take a larger epsilon")
  }

  /// ε in the units of the cost.
  func epsilon<Element: PairwiseElement>(
    _ x: PairwisePoints<Element>, _ y: PairwisePoints<Element>, _ pool: WorkerPool
  ) throws(FlowError) -> Double {
    guard case .relative(let part) = regularization else {
      guard case .absolute(let value) = regularization else { return .nan }
      return value
    }
    let moments = [
      cost == .squared ? PairKernel.squaredDistance : .distance, cost == .squared ? .fourthPower : .squaredDistance,
    ]
    .map { kernel in
      zip(x.weights, x.kernelSums(over: y, kernel.code, bandwidths: [1], gradient: false, pool).sums)
        .reduce(0) { $0 + $1.0 * $1.1 }
    }
    let deviation = max(0, moments[1] - moments[0] * moments[0]).squareRoot()
    // Points that are all the same distance apart, such as one and one, or all in one place, where any number will do.
    guard deviation <= 1e-6 * moments[0] else { return part * deviation }
    return part * (moments[0] > 0 ? moments[0] : 1)
  }

  /// No pair costs more: the diagonal of a box around all points.
  func largestCost(_ x: PointCloud, _ y: PointCloud) -> Double {
    let dimension = x.dimension
    let square = (0..<dimension).reduce(0.0) { sum, axis in
      var (low, high) = (Double.infinity, -Double.infinity)
      for cloud in [x, y] {
        for index in stride(from: axis, to: cloud.values.count, by: dimension) {
          (low, high) = (min(low, cloud.values[index]), max(high, cloud.values[index]))
        }
      }
      return sum + (high - low) * (high - low)
    }
    return cost == .squared ? square : square.squareRoot()
  }
}
