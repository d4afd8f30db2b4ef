// The entropy moves the optimum: between a cloud and itself its transport is not 0. The divergence takes that off.

extension Sinkhorn {
  /// S(x, y) = OT(x, y) − ½ OT(x, x) − ½ OT(y, y), with the values of transport with one ε: 0 for equal clouds, above 0 for
  /// others (Feydy et al. 2019).
  public struct Divergence: Sendable {
    public var value: Double
    /// Of x with y, x with itself, and y with itself.
    public var values: (xy: Double, xx: Double, yy: Double)
    public var epsilon: Double
    /// The most of the three.
    public var marginalError: Double
    public var sweeps: Int
    public var isConverged: Bool
    /// ∂value/∂x, row-major, where it was asked for.
    public var gradient: [Double]?
  }

  /// The divergence of two clouds. Their transport onto themselves is found by symmetric, averaged updates, a few sweeps.
  ///
  /// - Parameters:
  ///   - gradient: whether to make the derivative with respect to x, by the envelope theorem.
  ///   - acceptingUnconverged: returns what there is after `maximumSweeps`, without a gradient, where it is an error
  ///     otherwise.
  public func divergence(
    _ x: PointCloud, _ y: PointCloud, gradient: Bool = false, acceptingUnconverged: Bool = false, threads: Int? = nil
  ) throws(FlowError) -> Divergence {
    let pool = WorkerPool(threads: threads ?? Processors.count)
    return switch precision {
    case .single: try divergence(x, y, gradient, acceptingUnconverged, Float.self, pool)
    case .double: try divergence(x, y, gradient, acceptingUnconverged, Double.self, pool)
    }
  }

  private func divergence<Element: PairwiseElement>(
    _ x: PointCloud, _ y: PointCloud, _ gradient: Bool, _ acceptingUnconverged: Bool, _ type: Element.Type,
    _ pool: WorkerPool
  ) throws(FlowError) -> Divergence {
    try check()
    try x.checkDimension(of: y)
    let points = PairwisePoints<Element>.pair(x, y)
    let epsilon = try epsilon(points.x, points.y, pool)
    func problem(_ x: PairwisePoints<Element>, _ y: PairwisePoints<Element>, _ cost: Double) -> SinkhornProblem<Element>
    {
      SinkhornProblem(x, y, self.cost, epsilon, startingFrom: cost, pool)
    }
    let between = problem(points.x, points.y, largestCost(x, y))
    let own = (problem(points.x, points.x, largestCost(x, x)), problem(points.y, points.y, largestCost(y, y)))
    let solution = between.solution(tolerance: tolerance, maximumSweeps: maximumSweeps, recording: false)
    let xSolution = own.0.symmetricSolution(tolerance: tolerance, maximumSweeps: maximumSweeps)
    let ySolution = own.1.symmetricSolution(tolerance: tolerance, maximumSweeps: maximumSweeps)
    let parts = [between.transport(solution), own.0.transport(xSolution), own.1.transport(ySolution)]
    if let failed = parts.first(where: { !$0.isConverged }), !acceptingUnconverged { throw notConverged(failed) }
    var result = Divergence(
      value: parts[0].value - (parts[1].value + parts[2].value) / 2,
      values: (parts[0].value, parts[1].value, parts[2].value), epsilon: epsilon,
      marginalError: parts.reduce(0) { max($0, $1.marginalError) }, sweeps: parts.reduce(0) { max($0, $1.sweeps) },
      isConverged: parts.allSatisfy(\.isConverged))
    if gradient, result.isConverged {
      let (toY, toItself) = (between.envelopeGradient(solution).x, own.0.envelopeGradient(xSolution))
      result.gradient = toY.indices.map { toY[$0] - (toItself.x[$0] + toItself.y[$0]) / 2 }
    }
    return result
  }
}
