internal import CFlowKernels

/// A mixture of K normal densities with diagonal covariances, learned weights wₖ = softmax(a)ₖ, means μₖ and scales
/// exp(ℓₖ):
///
///     log p₀(z) = log Σₖ wₖ Πᵢ N(zᵢ; μₖᵢ, exp(2ℓₖᵢ))
///
/// computed by log-sum-exp. 1 ≤ K ≤ 256. Starts with equal weights and means that are K events spread by k-means++
/// (Arthur & Vassilvitskii 2007), or standard normal numbers without data: components that start as equals would stay
/// equals. Text: `mixture(K)`, by default 8.
public struct GaussianMixture: BaseDistribution {
  public static let name = "mixture"
  public static let maximumComponents = Int(FLOWKIT_MAXIMUM_COMPONENTS)
  public let dimension: Int
  public let components: Int

  private enum CodingKeys: CodingKey { case dimension, components }

  public init(dimension: Int, components: Int = 8) {
    precondition(1...Self.maximumComponents ~= components, "\(components) components")
    (self.dimension, self.components) = (dimension, components)
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(
      1...Self.maximumComponents ~= components, "a mixture has \(components) components")
  }

  public var text: String { "\(Self.name)(\(components))" }
  public var traits: BaseTraits {
    BaseTraits(
      dimension: dimension, isNormal: components == 1, isIndependent: components == 1 || dimension == 1, isHeavy: false)
  }

  public static func make(_ arguments: inout LayerArguments) throws(FlowError) -> any BaseDistribution {
    GaussianMixture(dimension: arguments.dimension, components: try components(&arguments))
  }

  /// The number in `mixture(8)`, `mixture(components=8)` or none.
  static func components(_ arguments: inout LayerArguments) throws(FlowError) -> Int {
    let requirement = "a whole number from 1 to \(maximumComponents)"
    let components = try arguments.number("components", positional: true, default: 8, requirement) {
      1...Double(maximumComponents) ~= $0 && $0 == $0.rounded()
    }
    return Int(components)
  }

  // MARK: Parameters

  public var parameterShapes: [ParameterShape] {
    [
      ParameterShape("logits", [components]), ParameterShape("means", [components, dimension]),
      ParameterShape("logScales", [components, dimension]),
    ]
  }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    let means = (0..<(components * dimension)).map { _ in Scalar(random.normal()) }
    return parameters(means: means, deviations: Array(repeating: 1, count: dimension))
  }

  public func initialParameters(
    for sample: Tile, given context: Tile?, using random: inout RandomStream
  ) -> [Scalar] {
    let deviations = sample.moments.deviations
    let centres = sample.spreadEvents(components, scales: deviations, using: &random)
    let means = centres.flatMap { event in (0..<dimension).map { sample[$0, event] } }
    return parameters(means: means, deviations: deviations)
  }

  /// K components share the volume that the events take.
  private func parameters(means: [Scalar], deviations: [Double]) -> [Scalar] {
    let share = Double.log(Double(components)) / Double(dimension)
    let logScales = deviations.map { Scalar(Double.log($0) - share) }
    return Array(repeating: 0, count: components) + means + (0..<components).flatMap { _ in logScales }
  }

  // MARK: Preparation: the logarithm of each component's height, means, 1/scales; then, for draws, w₁ + … + wₖ and log wₖ

  var size: Int { components * dimension }
  public var preparedCount: Int? { 3 * components + 2 * size }
  var cumulatedRange: Range<Int> { (components + 2 * size)..<(2 * components + 2 * size) }
  var logWeightRange: Range<Int> { (2 * components + 2 * size)..<(3 * components + 2 * size) }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    let logWeights = parameters.logSoftmax(components)
    var cumulated = 0.0
    for k in 0..<components {
      var constant = logWeights[k] - 0.5 * Double(dimension) * Double.log(2 * .pi)
      for i in 0..<dimension {
        let (mean, logScale) = (components + k * dimension + i, components + size + k * dimension + i)
        constant -= Double(parameters[logScale])
        (prepared[mean], prepared[logScale]) = (parameters[mean], Scalar.exp(-parameters[logScale]))
      }
      cumulated += Double.exp(logWeights[k])
      (prepared[k], prepared[cumulatedRange.lowerBound + k]) = (Scalar(constant), Scalar(cumulated))
      prepared[logWeightRange.lowerBound + k] = Scalar(logWeights[k])
    }
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    let logWeights = parameters.logSoftmax(components)
    let total = preparedGradient.slice(0..<components).sum + preparedGradient.slice(logWeightRange).sum
    for k in 0..<components {
      let own = Double(preparedGradient[k]) + Double(preparedGradient[logWeightRange.lowerBound + k])
      gradient[k] += Scalar(own - Double.exp(logWeights[k]) * total)
      for i in 0..<dimension {
        let (mean, logScale) = (components + k * dimension + i, components + size + k * dimension + i)
        gradient[mean] += preparedGradient[mean]
        gradient[logScale] -= preparedGradient[k] + preparedGradient[logScale] * prepared[logScale]
      }
    }
  }

  // MARK: The density

  public func logDensityWithPullback(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> BasePullback {
    let shares = z.mixtureLogDensity(parameters, components, into: logDensity)
    return { cotangent, gradient in z.pullBackMixture(cotangent, shares, parameters, &gradient) }
  }
}

extension Parameters {
  /// The logarithms of the weights of which the first `count` parameters are the logits.
  func logSoftmax(_ count: Int) -> [Double] {
    let logits = (0..<count).map { Double(self[$0]) }
    let top = logits.max()!
    let logSum = top + Double.log(logits.reduce(0) { $0 + Double.exp($1 - top) })
    return logits.map { $0 - logSum }
  }
}

extension Tile {
  /// Writes the log-densities and returns the share of each component (a row) in that of each event.
  fileprivate func mixtureLogDensity(
    _ parameters: Parameters, _ components: Int, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> Tile {
    checkLogDensities(logDensity)
    var shares = Tile(features: components, like: self)
    let means = parameters.base + components
    flowkit_mixture_log_density(
      base, parameters.base, means, means + components * features, logDensity.baseAddress!, shares.mutableBase(),
      components, features, width)
    return shares
  }

  fileprivate func pullBackMixture(
    _ cotangent: Tile, _ shares: Tile, _ parameters: Parameters, _ gradient: inout Gradient
  ) -> Tile {
    checkCotangent(cotangent)
    var result = Tile(features: features, like: self)
    let (means, size) = (parameters.base + shares.features, shares.features * features)
    let gradientOfMeans = gradient.base + shares.features
    flowkit_mixture_log_density_pullback(
      base, cotangent.base, shares.base, means, means + size, result.mutableBase(), gradient.base, gradientOfMeans,
      gradientOfMeans + size, shares.features, features, width)
    return result
  }

  /// `count` events, each drawn with a probability that grows as the square of its distance to those drawn before
  /// (k-means++), features in units of `scales`.
  fileprivate func spreadEvents(_ count: Int, scales: [Double], using random: inout RandomStream) -> [Int] {
    var chosen = [random.integer(below: width)]
    var distances = [Double](repeating: .infinity, count: width)
    while chosen.count < count {
      let last = chosen[chosen.count - 1]
      for event in 0..<width {
        let distance = (0..<features).reduce(0.0) { sum, i in
          let difference = Double(self[i, event] - self[i, last]) / scales[i]
          return sum + difference * difference
        }
        distances[event] = min(distances[event], distance)
      }
      let total = distances.reduce(0, +)
      var rest = random.uniform() * total
      // Where all events are chosen already, any will do.
      guard total > 0 else { return chosen + Array(repeating: last, count: count - chosen.count) }
      chosen.append(
        distances.firstIndex {
          rest -= $0; return rest < 0
        } ?? width - 1)
    }
    return chosen
  }
}
