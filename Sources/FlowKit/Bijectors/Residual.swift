/// z = x + g(x; c) with a perceptron g whose Lipschitz constant in x is at most L < 1: invertible, because x ↦ z − g(x)
/// contracts.
///
/// log det(I + J_g) is exact: the Jacobian of g from D directions, D³ operations per event beside D passes of the network.
/// Only training on D > 16 features estimates it (`ResidualDeterminant`).
/// Each eigenvalue of I + J_g has a real part of at least 1 − L, so the determinant is positive, and each diagonal
/// entry of ∂z/∂x lies between 1 − L and 1 + L. The inverse iterates to rounding (`solve`). Sources: Behrmann et al.,
/// "Invertible Residual Networks" (ICML 2019); Chen et al., "Residual Flows" (NeurIPS 2019). Layer list:
/// `residual(hidden=64x64,lipschitz=0.9,activation=lipswish,logdet=exact)`.
public struct Residual: InvertiblyDifferentiable {
  public static let layerName = "residual"
  /// g.
  public let network: LipschitzPerceptron
  /// How training computes the log-determinant.
  public let determinant: ResidualDeterminant

  private enum CodingKeys: CodingKey { case network, determinant }

  /// - Parameters:
  ///   - lipschitz: L, above 0 and at most 0.999; one layer changes distances by a factor within 1 ± L.
  ///   - determinant: how training computes the log-determinant; by default exactly for D ≤ 16.
  public init(
    dimension: Int, contextDimension: Int = 0, hidden: [Int] = [64, 64], lipschitz: Double = 0.9,
    activation: SmoothActivation = .lipswish, determinant: ResidualDeterminant? = nil
  ) {
    precondition(0 < lipschitz && lipschitz <= 0.999, "0 < L <= 0.999, got \(lipschitz)")
    network = LipschitzPerceptron(
      inputs: dimension, context: contextDimension, hidden: hidden, outputs: dimension, activation: activation,
      lipschitz: lipschitz)
    self.determinant = determinant ?? Self.defaultDeterminant(dimension)
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(
      network.outputs == dimension && network.lipschitz <= 0.999, "the network of \(layerList) does not fit it")
  }

  private static func defaultDeterminant(_ dimension: Int) -> ResidualDeterminant {
    dimension <= largestExactDimension ? .exact : .roulette
  }

  public var dimension: Int { network.inputs }
  public var contextDimension: Int { network.context }
  public var parameterShapes: [ParameterShape] { network.parameterShapes(prefix: "network/") }
  /// One pass for g and one for each column of its Jacobian.
  public var weightCount: Int { (1 + dimension) * network.weightCount }

  public var structure: JacobianStructure {
    var structure = JacobianStructure.full(dimension, isAffine: false)
    structure.diagonalSigns = Array(repeating: 1, count: dimension)
    return structure
  }

  public var traits: LayerTraits { .smallSteps(lipschitz: network.lipschitz) }

  public var layerList: String {
    var arguments = [
      "hidden=" + LayerArguments.text(ofWidths: network.hidden), "lipschitz=\(network.lipschitz)",
    ]
    if network.activation != .lipswish { arguments.append("activation=\(network.activation.rawValue)") }
    if determinant != Self.defaultDeterminant(dimension) { arguments.append("logdet=\(determinant.rawValue)") }
    return "\(Self.layerName)(\(arguments.joined(separator: ",")))"
  }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    network.initialParameters(using: &random)
  }

  public var preparedCount: Int? { network.parameterCount }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    network.prepare(parameters, into: prepared)
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    network.pullBackPreparation(parameters, preparedGradient: preparedGradient, to: &gradient)
  }

  /// A true upper bound of the Lipschitz constant of g.
  public func lipschitzBound(_ parameters: Parameters) -> Double { network.lipschitzBound(parameters) }

  /// Throws where the layer cannot be shown to be invertible.
  public func check(_ parameters: Parameters) throws(FlowError) {
    let bound = lipschitzBound(parameters)
    guard bound < 1 else {
      throw FlowError(
        .numerics, "\(layerList) is not invertible: the bound of its Lipschitz constant is \(bound), not below 1")
    }
  }

  // MARK: The map

  public func forward(_ x: consuming Tile, _ pass: Pass) -> Transformed {
    var z = x
    var tangents = TangentPass(network, at: z, pass)
    z.add(tangents.output)
    return Transformed(z, LogDeterminant(perEvent: tangents.jacobian().logDeterminantNearIdentity()))
  }

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    if determinant == .roulette, let random = pass.random { return estimatedWithPullback(x, pass, random) }
    var z = x
    var tangents = TangentPass(network, at: z, pass)
    z.add(tangents.output)
    let (inverse, logDeterminant) = tangents.jacobian().invertedNearIdentity()
    return (
      Transformed(z, LogDeterminant(perEvent: logDeterminant)),
      { [tangents] values, logDeterminant, gradient in
        // ∂ log det(I + J) / ∂J = (I + J)⁻ᵀ.
        var directions = inverse
        directions.scaleAllDirections(by: logDeterminant)
        let throughNetwork = tangents.pullBack(values, directions: directions, &gradient)
        var result = values
        result.add(throughNetwork)
        return result
      }
    )
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed {
    let solution = solve(z, pass)
    if let failure = solution.failure { throw failure }
    var logDeterminant = forward(solution.x, pass).logDeterminant.perEvent!
    logDeterminant.negate()
    return Transformed(solution.x, LogDeterminant(perEvent: logDeterminant))
  }

  /// An event whose iteration does not converge becomes NaN.
  ///
  /// By the implicit function theorem ∂x/∂z = (I + J)⁻¹ and ∂x/∂θ = −(I + J)⁻¹ ∂g/∂θ at the solution.
  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    let x = solve(z, pass).x
    var tangents = TangentPass(network, at: x, pass)
    var (inverse, logDeterminant) = tangents.jacobian().invertedNearIdentity()
    logDeterminant.negate()
    return (
      Transformed(x, LogDeterminant(perEvent: logDeterminant)),
      { [tangents, inverse] values, logDeterminant, gradient in
        var directions = inverse
        directions.scaleAllDirections(by: logDeterminant)
        directions.negate()
        var cotangent = Tile(features: values.features, like: values, filledWith: 0)
        cotangent = tangents.pullBack(cotangent, directions: directions, &gradient)
        cotangent.add(values)
        cotangent = inverse.multiplyingDirections(cotangent)
        var ofNetwork = cotangent
        ofNetwork.negate()
        _ = tangents.pullBack(ofNetwork, directions: nil, &gradient)
        return cotangent
      }
    )
  }
}

extension Residual: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    Residual(
      dimension: arguments.dimension, contextDimension: arguments.contextDimension,
      hidden: try arguments.widths("hidden", default: [64, 64]),
      lipschitz: try arguments.number("lipschitz", default: 0.9, "a number above 0 and at most 0.999") {
        0 < $0 && $0 <= 0.999
      },
      activation: try arguments.choice(
        "activation", default: .lipswish, from: SmoothActivation.allCases.map { ($0.rawValue, $0) }),
      determinant: try arguments.choice(
        "logdet", default: defaultDeterminant(arguments.dimension),
        from: ResidualDeterminant.allCases.map { ($0.rawValue, $0) }))
  }
}
