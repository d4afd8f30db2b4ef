internal import CFlowKernels

/// A mixture of K elliptical Student t densities, each with a learned weight wₖ = softmax(a)ₖ, mean μₖ, shape and degrees of freedom νₖ:
///
///     log p₀(z) = log Σₖ wₖ cₖ |Aₖ| (1 + |Aₖ (z − μₖ)|²/νₖ)^(−(νₖ + D)/2),   c = Γ((ν + D)/2)/(Γ(ν/2) (νπ)^(D/2))
///
/// Aₖ is lower triangular with the diagonal exp(ℓₖ): the scale matrix is Σₖ = (AₖᵀAₖ)⁻¹. ν = 1 + exp(n) with the parameter n, which
/// counts up to log 10⁶, where a component is a normal density but for 10⁻⁶; 1 ≤ K ≤ 256. In Float a component's log-density stays
/// constant beyond |Aₖ (z − μₖ)| = 10¹⁸.
///
/// Starts from the events by expectation-maximization (``StudentTMixtureFit``): it is a density of its own before any layer has
/// learned anything. Without data: standard normal means, unit shapes, ν = 5. Text: `t-mixture(K)`, by default 8.
///
/// Source: Peel & McLachlan, "Robust mixture modelling using the t distribution", Statistics and Computing 10 (2000).
public struct StudentTMixture: BaseDistribution {
  public static let name = "t-mixture"
  public let dimension: Int
  public let components: Int

  private enum CodingKeys: CodingKey { case dimension, components }

  public init(dimension: Int, components: Int = 8) {
    precondition(1...GaussianMixture.maximumComponents ~= components, "\(components) components")
    (self.dimension, self.components) = (dimension, components)
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(
      1...GaussianMixture.maximumComponents ~= components, "a mixture has \(components) components")
  }

  public var text: String { "\(Self.name)(\(components))" }
  public var traits: BaseTraits { BaseTraits(dimension: dimension, isIndependent: dimension == 1, isHeavy: true) }

  public static func make(_ arguments: inout LayerArguments) throws(FlowError) -> any BaseDistribution {
    StudentTMixture(
      dimension: arguments.dimension, components: try GaussianMixture.components(&arguments))
  }

  // MARK: Parameters

  private var strict: Int { dimension * (dimension - 1) / 2 }
  private var entries: Int { dimension * (dimension + 1) / 2 }

  public var parameterShapes: [ParameterShape] {
    [
      ParameterShape("logits", [components]), ParameterShape("logExcessFreedom", [components]),
      ParameterShape("means", [components, dimension]), ParameterShape("logDiagonals", [components, dimension]),
      ParameterShape("offDiagonals", [components, strict]),
    ]
  }

  /// Where the parts stand among the parameters.
  private var freedoms: Int { components }
  private var means: Int { 2 * components }
  private var logDiagonals: Int { means + components * dimension }
  private var offDiagonals: Int { logDiagonals + components * dimension }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    let equal = [Scalar](repeating: 0, count: components)
    let freedom = [Scalar](repeating: Scalar(Double.log(4)), count: components)
    let means = (0..<(components * dimension)).map { _ in Scalar(random.normal()) }
    return equal + freedom + means + Array(repeating: 0, count: components * (dimension + strict))
  }

  public func initialParameters(
    for sample: Tile, given context: Tile?, using random: inout RandomStream
  ) -> [Scalar] {
    let fit = StudentTMixtureFit(
      sample.rows(count: sample.width), dimension: dimension, weights: nil, components: components, using: &random)
    // Of fewer events than components the last stands for the others.
    let parts = (0..<components).map { fit.parts[min($0, fit.parts.count - 1)] }
    var result = parts.map { Scalar(Double.log($0.weight)) }
    result += parts.map { Scalar(Double.log($0.freedom - 1)) }
    result += parts.flatMap { $0.mean.map { Scalar($0) } }
    result += parts.flatMap { part in (0..<dimension).map { Scalar(Double.log(part.factor[$0 * (dimension + 1)])) } }
    result += parts.flatMap { part in
      (0..<dimension).flatMap { i in (0..<i).map { Scalar(part.factor[i * dimension + $0]) } }
    }
    return result
  }

  // MARK: Preparation: log wₖ + log cₖ + log |Aₖ|, νₖ, means, factors; then, for draws, w₁ + … + wₖ

  public var preparedCount: Int? { 3 * components + components * (dimension + entries) }
  private var factors: Int { means + components * dimension }
  private var cumulated: Int { factors + components * entries }

  private static let maximumExcess = 1e6

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    let logWeights = parameters.logSoftmax(components)
    let d = Double(dimension)
    var sum = 0.0
    for k in 0..<components {
      let ν = 1 + min(Self.maximumExcess, Double.exp(Double(parameters[freedoms + k])))
      var constant =
        logWeights[k] + Double.logGamma((ν + d) / 2) - Double.logGamma(ν / 2) - 0.5 * d * Double.log(ν * .pi)
      var (place, strictPlace) = (factors + k * entries, offDiagonals + k * strict)
      for i in 0..<dimension {
        for _ in 0..<i {
          prepared[place] = parameters[strictPlace]
          (place, strictPlace) = (place + 1, strictPlace + 1)
        }
        let logDiagonal = parameters[logDiagonals + k * dimension + i]
        prepared[place] = Scalar.exp(logDiagonal)
        place += 1
        constant += Double(logDiagonal)
        prepared[means + k * dimension + i] = parameters[means + k * dimension + i]
      }
      sum += Double.exp(logWeights[k])
      (prepared[k], prepared[freedoms + k], prepared[cumulated + k]) = (Scalar(constant), Scalar(ν), Scalar(sum))
    }
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    let logWeights = parameters.logSoftmax(components)
    let total = preparedGradient.slice(0..<components).sum
    let d = Double(dimension)
    for k in 0..<components {
      let own = Double(preparedGradient[k])
      gradient[k] += Scalar(own - Double.exp(logWeights[k]) * total)
      let excess = Double.exp(Double(parameters[freedoms + k]))
      if excess < Self.maximumExcess {
        let ν = 1 + excess
        let slope = 0.5 * (Double.digamma((ν + d) / 2) - Double.digamma(ν / 2) - d / ν)
        gradient[freedoms + k] += Scalar((Double(preparedGradient[freedoms + k]) + own * slope) * excess)
      }
      var (place, strictPlace) = (factors + k * entries, offDiagonals + k * strict)
      for i in 0..<dimension {
        for _ in 0..<i {
          gradient[strictPlace] += preparedGradient[place]
          (place, strictPlace) = (place + 1, strictPlace + 1)
        }
        gradient[logDiagonals + k * dimension + i] += preparedGradient[place] * prepared[place] + preparedGradient[k]
        place += 1
        gradient[means + k * dimension + i] += preparedGradient[means + k * dimension + i]
      }
    }
  }

  // MARK: The density

  public func logDensityWithPullback(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> BasePullback {
    z.checkLogDensities(logDensity)
    var shares = Tile(features: components, like: z)
    let base = parameters.base
    Self.withScratch(2 * dimension) { scratch in
      flowkit_ellipses_log_density(
        z.base, base, base + means, base + freedoms, base + factors, scratch, logDensity.baseAddress!,
        shares.mutableBase(), components, dimension, z.width)
    }
    return { [shares] cotangent, gradient in
      z.checkCotangent(cotangent)
      var result = Tile(features: dimension, like: z)
      let (base, into) = (parameters.base, gradient.base)
      Self.withScratch(3 * dimension) { scratch in
        flowkit_ellipses_log_density_pullback(
          z.base, cotangent.base, shares.base, base + means, base + freedoms, base + factors, scratch,
          result.mutableBase(), into, into + means, into + freedoms, into + factors, components, dimension, z.width)
      }
      return result
    }
  }

  /// Room for so many rows of 16 numbers.
  private static func withScratch(_ rows: Int, _ body: (UnsafeMutablePointer<Double>) -> Void) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 16 * rows) { body($0.baseAddress!) }
  }

  // MARK: Draws

  /// z = μₖ + Aₖ⁻¹ e (νₖ/χ²)^½ with e of N(0, I) and χ² of νₖ degrees of freedom.
  public func sample(into z: inout Tile, _ parameters: Parameters, from random: EventRandom) {
    let width = z.width
    var rows = [Scalar](repeating: 0, count: width * dimension)
    for event in 0..<width {
      var stream = random.stream(of: event)
      let u = Scalar(stream.uniform())
      let k = (0..<components).first { u < parameters[cumulated + $0] } ?? components - 1
      let ν = Double(parameters[freedoms + k])
      let stretch = (ν / (2 * stream.gamma(shape: ν / 2))).squareRoot()
      var place = factors + k * entries
      var y = [Double](repeating: 0, count: dimension)
      for i in 0..<dimension {
        let sum = (0..<i).reduce(stream.normal() * stretch) { $0 - Double(parameters[place + $1]) * y[$1] }
        y[i] = sum / Double(parameters[place + i])
        place += i + 1
        rows[event * dimension + i] = Scalar(Double(parameters[means + k * dimension + i]) + y[i])
      }
    }
    for i in 0..<dimension {
      z.withMutableRow(i) { row in
        for event in row.indices { row[event] = rows[event * dimension + i] }
      }
    }
  }
}

extension RandomStream {
  /// A number of the gamma density x^(a − 1) e^(−x)/Γ(a), a ≥ ½ (Marsaglia & Tsang, "A simple method for generating gamma
  /// variables", ACM TOMS 26, 2000; below a = 1 by a + 1 and U^(1/a)).
  fileprivate mutating func gamma(shape: Double) -> Double {
    let boost = shape < 1 ? Double.pow(1 - uniform(), 1 / shape) : 1
    let d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let t = 1 + c * x
      let v = t * t * t
      if v > 0, Double.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Double.log(v) { return d * v * boost }
    }
  }
}
