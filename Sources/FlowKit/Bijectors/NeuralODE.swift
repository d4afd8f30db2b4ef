/// How a continuous flow computes the trace of its field's Jacobian in training; without a pullback in training it is always exact.
public enum JacobianTrace: String, Sendable, Codable, CaseIterable {
  /// Of a network with two hidden layers by one product (``VelocityField``); of others from the whole Jacobian, D passes of the
  /// network beside the one of the value.
  case exact
  /// ⟨v, J v⟩ with one vector v of random signs per event, the same along its path: an unbiased estimate (Hutchinson 1990) for two
  /// passes.
  case hutchinson
}

/// The flow of a differential equation: x = x(1) and z = x(0) on one solution of dx/dt = f(x, t; c), and
///
///     log|det ∂z/∂x| = −∫₀¹ tr ∂f/∂x dt
///
/// along it. f is any network (``VelocityField``): the equation can be solved both ways, whatever the parameters.
///
/// Forward solves from t = 1 to 0, the inverse from 0 to 1, by the method of Dormand & Prince (``DormandPrince``), x and the integral
/// together. Each event takes steps of its own, powers of ½ at multiples of themselves, such that the estimated error of a step is
/// below `tolerance` · (1 + |·|), as a root mean square over x and the integral. So an event's result does not depend on the tile
/// it is in; the inverse undoes the forward within some `tolerance`s, not to rounding, and log-densities are as exact. Where steps of
/// 2⁻¹² are too large an event becomes NaN.
///
/// The pullback is that of the steps that were taken, exact to rounding: it goes back step by step from the points where they began,
/// and computes again what lies between. Sources: Chen et al., "Neural Ordinary Differential Equations" (NeurIPS 2018); Grathwohl et
/// al., "FFJORD" (ICLR 2019, arXiv:1810.01367); discretize, then optimize: Onken & Ruthotto (arXiv:2005.13420). Layer list:
/// `ode(hidden=64x64,activation=lipswish,trace=exact,tolerance=1e-05)`.
public struct NeuralODE: InvertiblyDifferentiable {
  public static let layerName = "ode"
  /// f.
  public let field: VelocityField
  /// How training computes the trace.
  public let trace: JacobianTrace
  /// Of one step, absolute and relative.
  public let tolerance: Double

  private enum CodingKeys: CodingKey { case field, trace, tolerance }

  /// Where a layer list says nothing, training is exact up to this dimension, and beyond with two hidden layers.
  public static let largestExactDimension = 16
  static let defaultTolerance = 1e-5
  static let tolerances = 1e-13...0.1

  /// - Parameters:
  ///   - trace: how training computes the log-determinant; by default exactly for D ≤ 16 or two hidden layers.
  ///   - tolerance: from 1e-13 to 0.1; below the rounding of the element type an event may become NaN.
  public init(
    dimension: Int, contextDimension: Int = 0, hidden: [Int] = [64, 64], activation: SmoothActivation = .lipswish,
    trace: JacobianTrace? = nil, tolerance: Double = 1e-5
  ) {
    precondition(Self.tolerances ~= tolerance, "a tolerance from 1e-13 to 0.1, got \(tolerance)")
    field = VelocityField(
      dimension: dimension, context: contextDimension, hidden: hidden, activation: activation)
    self.trace = trace ?? Self.defaultTrace(dimension, hidden)
    self.tolerance = tolerance
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(Self.tolerances ~= tolerance, "\(Self.layerName) has a tolerance of \(tolerance)")
  }

  private static func defaultTrace(_ dimension: Int, _ hidden: [Int]) -> JacobianTrace {
    dimension <= largestExactDimension || hidden.count == 2 ? .exact : .hutchinson
  }

  public var dimension: Int { field.dimension }
  public var contextDimension: Int { field.context }
  public var parameterShapes: [ParameterShape] {
    field.parameterShapes.map { ParameterShape("field/" + $0.name, $0.dimensions) }
  }
  /// Of eight steps of six stages, each with one pass for f, and one for its trace or for each direction of its Jacobian.
  public var weightCount: Int {
    48 * (field.hasTraceMatrix || trace == .hutchinson ? 2 : 1 + dimension) * field.weightCount
  }

  public var structure: JacobianStructure {
    var structure = JacobianStructure.full(dimension, isAffine: false)
    if dimension == 1 { structure.diagonalSigns = [1] }
    return structure
  }

  public var traits: LayerTraits { .continuousFlow }

  public var layerList: String {
    var arguments = ["hidden=" + LayerArguments.text(ofWidths: field.hidden)]
    if field.activation != .lipswish { arguments.append("activation=\(field.activation.rawValue)") }
    if trace != Self.defaultTrace(dimension, field.hidden) { arguments.append("trace=\(trace.rawValue)") }
    if tolerance != Self.defaultTolerance { arguments.append("tolerance=\(tolerance)") }
    return Self.layerList(arguments)
  }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    field.initialParameters(using: &random)
  }

  // MARK: Preparation

  public var preparedCount: Int? { field.preparedCount }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    if field.hasTraceMatrix {
      field.prepare(parameters, into: prepared)
    } else {
      copy(parameters, into: prepared)
    }
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    if field.hasTraceMatrix {
      field.pullBackPreparation(parameters, preparedGradient: preparedGradient, to: &gradient)
    } else {
      add(preparedGradient, to: &gradient)
    }
  }

  // MARK: The map

  public func forward(_ x: consuming Tile, _ pass: Pass) -> Transformed {
    let x = x
    return solve(x, .toBase, pass, along: probes(like: x, nil)).value
  }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    solvedWithPullback(x, .toBase, pass)
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed {
    let z = z
    let solution = solve(z, .toData, pass, along: probes(like: z, nil))
    guard let event = solution.failedEvent else { return solution.value }
    throw FlowError(
      .numerics,
      "\(layerList): for \(z.latentText(ofEvent: event)) steps of 2^-12 are too large for the tolerance. Fit with a larger "
        + "tolerance=, or compute in Double")
  }

  /// An event whose equation cannot be solved within the tolerance becomes NaN.
  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    solvedWithPullback(z, .toData, pass)
  }

  private func solvedWithPullback(
    _ start: Tile, _ direction: StepControl.Direction, _ pass: Pass
  ) -> (value: Transformed, pullback: Pullback) {
    let probes = probes(like: start, pass.random)
    let solution = solve(start, direction, pass, along: probes, recording: true)
    return (
      solution.value,
      { values, logDeterminant, gradient in
        pullBack(solution.steps, values, logDeterminant, pass, along: probes, &gradient)
      }
    )
  }

  /// The vectors v of Σ ⟨v, J v⟩: the unit vectors, or one of random signs for each event; nil where no vector is needed.
  func probes(like x: Tile, _ random: EventRandom?) -> Tile? {
    guard trace == .hutchinson, let random else { return field.hasTraceMatrix ? nil : x.unitDirections() }
    var streams = random.streams(like: x)
    return NeumannSeries.signs(like: x, drawing: &streams)
  }
}

extension NeuralODE: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    let hidden = try arguments.widths("hidden", default: [64, 64])
    return NeuralODE(
      dimension: arguments.dimension, contextDimension: arguments.contextDimension, hidden: hidden,
      activation: try arguments.choice(
        "activation", default: .lipswish, from: SmoothActivation.allCases.map { ($0.rawValue, $0) }),
      trace: try arguments.choice(
        "trace", default: defaultTrace(arguments.dimension, hidden),
        from: JacobianTrace.allCases.map { ($0.rawValue, $0) }),
      tolerance: try arguments.number("tolerance", default: defaultTolerance, "a number from 1e-13 to 0.1") {
        tolerances ~= $0
      })
  }
}
