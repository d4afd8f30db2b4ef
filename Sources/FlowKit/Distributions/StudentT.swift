internal import CFlowKernels

/// Independent Student t features, each with learned degrees of freedom ν:
///
///     log p₀(z) = Σ cᵢ − ½ (νᵢ + 1) log(1 + zᵢ²/νᵢ),   c = log Γ((ν + 1)/2) − log Γ(ν/2) − ½ log νπ
///
/// ν = 1 + exp(n) with the parameter n, so that ν > 1: tails between those of a Cauchy density, whose mean does not
/// exist, and a normal one. n counts up to log 10⁶, where the density is a normal one but for 10⁻⁶. Starts at ν = 5.
/// Location and scale are 0 and 1: a flow's layers have their own. In Float the log-density stays constant beyond |z| =
/// 10¹⁸.
///
/// Text: `student-t`. Samples: Bailey, "Polar generation of random variates with the t-distribution", Math. Comp. 62
/// (1994).
public struct StudentT: BaseDistribution {
  public static let name = "student-t"
  public let dimension: Int

  private enum CodingKeys: CodingKey { case dimension }
  public var traits: BaseTraits { BaseTraits(dimension: dimension, isIndependent: true, isHeavy: true) }

  public init(dimension: Int) {
    self.dimension = dimension
  }

  public func ofDimension(_ dimension: Int) -> StudentT? { StudentT(dimension: dimension) }
  public var parameterShapes: [ParameterShape] { [ParameterShape("logExcessFreedom", [dimension])] }

  public static func make(_ arguments: inout LayerArguments) throws(FlowError) -> any BaseDistribution {
    StudentT(dimension: arguments.dimension)
  }

  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    Array(repeating: Scalar(Double.log(4)), count: dimension)
  }

  // MARK: Preparation: ν, then c

  public var preparedCount: Int? { 2 * dimension }

  private static let maximumExcess = 1e6

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    for i in 0..<dimension {
      let ν = 1 + min(Self.maximumExcess, Double.exp(Double(parameters[i])))
      let c = Double.logGamma((ν + 1) / 2) - Double.logGamma(ν / 2) - 0.5 * Double.log(ν * .pi)
      (prepared[i], prepared[dimension + i]) = (Scalar(ν), Scalar(c))
    }
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    for i in 0..<dimension {
      let excess = Double.exp(Double(parameters[i]))
      guard excess < Self.maximumExcess else { continue }
      let ν = 1 + excess
      let slopeOfConstant = 0.5 * (Double.digamma((ν + 1) / 2) - Double.digamma(ν / 2) - 1 / ν)
      let total = Double(preparedGradient[i]) + Double(preparedGradient[dimension + i]) * slopeOfConstant
      gradient[i] += Scalar(total * excess)
    }
  }

  // MARK: The density

  public func logDensity(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) {
    z.checkLogDensities(logDensity)
    flowkit_student_log_density(
      z.base, parameters.base, parameters.base + dimension, logDensity.baseAddress!, z.features, z.width)
  }

  public func logDensityWithPullback(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> BasePullback {
    self.logDensity(z, parameters, into: logDensity)
    return { cotangent, gradient in z.pullBackStudent(cotangent, parameters, &gradient) }
  }

  public func sample(into z: inout Tile, _ parameters: Parameters, from random: EventRandom) {
    flowkit_student_fill(
      z.mutableBase(), parameters.base, z.features, z.width, random.seed, random.purposeWord(), UInt64(random.first))
  }

  /// ∂z/∂ν at fixed random numbers; c has no part in a draw.
  public func sampleWithPullback(
    into z: inout Tile, _ parameters: Parameters, from random: EventRandom
  ) -> SamplePullback {
    sample(into: &z, parameters, from: random)
    let slopes = z.studentSlopes(parameters, from: random)
    return { cotangent, gradient in
      gradient.withSlice(0..<dimension) { cotangent.addRowDots(with: slopes, to: &$0) }
    }
  }
}

extension Tile {
  fileprivate func pullBackStudent(_ cotangent: Tile, _ parameters: Parameters, _ gradient: inout Gradient) -> Tile {
    checkCotangent(cotangent)
    var result = Tile(features: features, like: self)
    flowkit_student_log_density_pullback(
      base, cotangent.base, parameters.base, result.mutableBase(), gradient.base, gradient.base + features, features,
      width)
    return result
  }

  fileprivate func studentSlopes(_ parameters: Parameters, from random: EventRandom) -> Tile {
    var slopes = Tile(features: features, like: self)
    flowkit_student_fill_slopes(
      base, parameters.base, slopes.mutableBase(), features, width, random.seed, random.purposeWord(),
      UInt64(random.first))
    return slopes
  }
}
