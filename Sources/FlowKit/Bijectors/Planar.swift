/// z = x + û tanh(wᵀx + b): one unit that stretches or squeezes space along û near a plane.
///
/// û = u + (k − wᵀu) w / |w|² with k = 10⁻³ + log(1 + exp(wᵀu + c)) − 1 makes wᵀû = k > −0.999, so that
/// log|det| = log(1 + k (1 − tanh²)) ≥ −6.91 exists everywhere; c makes u = 0, where training starts, the identity. The
/// inverse solves y + k tanh y = wᵀz + b to rounding (`TanhUnits`); where k is near −1 it magnifies errors up to a
/// thousand times. The paper uses this family from base to data and leaves the other direction without a formula; here,
/// as everywhere, forward leads from data to latent. Source: Rezende & Mohamed, "Variational Inference with Normalizing
/// Flows" (ICML 2015), section 4.1 and appendix A.1. Layer list: `planar`.
public struct Planar: TanhUnitLayer {
  public static let layerName = "planar"
  public let dimension: Int

  private enum CodingKeys: CodingKey { case dimension }

  public init(dimension: Int) {
    self.dimension = dimension
  }

  var units: TanhUnits { TanhUnits(dimension: dimension, count: 1) }
  public var parameterShapes: [ParameterShape] {
    [ParameterShape("out", [dimension]), ParameterShape("in", [dimension]), ParameterShape("bias", [1])]
  }

  /// u = 0, w normal with |w| near 1, b = 0.
  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    Array(repeating: 0, count: dimension) + random.directions(1, dimension: dimension) + [0]
  }

  // MARK: Preparation: û, w, b and k

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    let constraint = Constraint(parameters, dimension)
    for i in 0..<dimension {
      prepared[i] = parameters[i] + constraint.along * parameters[dimension + i]
      prepared[dimension + i] = parameters[dimension + i]
    }
    (prepared[2 * dimension], prepared[2 * dimension + 1]) = (parameters[2 * dimension], constraint.gain)
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    let constraint = Constraint(parameters, dimension)
    let (q, γ) = (constraint.squares, constraint.along)
    var γ̄: Scalar = 0
    for i in 0..<dimension { γ̄ += preparedGradient[i] * parameters[dimension + i] }
    let k̄ = preparedGradient[2 * dimension + 1] + γ̄ / q
    let dot̄ = k̄ * UnitGain.slope(constraint.dot) - γ̄ / q
    let q̄ = -γ̄ * γ / q
    for i in 0..<dimension {
      let (u, w, û̄) = (parameters[i], parameters[dimension + i], preparedGradient[i])
      gradient[i] += û̄ + dot̄ * w
      gradient[dimension + i] += preparedGradient[dimension + i] + γ * û̄ + dot̄ * u + 2 * q̄ * w
    }
    gradient[2 * dimension] += preparedGradient[2 * dimension]
  }

  /// û = u + γ w.
  private struct Constraint {
    let dot, squares, gain: Scalar
    var along: Scalar { (gain - dot) / squares }

    init(_ parameters: Parameters, _ dimension: Int) {
      var (dot, squares): (Scalar, Scalar) = (0, 0)
      for i in 0..<dimension {
        dot += parameters[i] * parameters[dimension + i]
        squares += parameters[dimension + i] * parameters[dimension + i]
      }
      // w = 0 is the identity along w, not 0/0.
      (self.dot, self.squares, gain) = (dot, max(squares, .leastNormalMagnitude), UnitGain.value(dot))
    }
  }
}

extension RandomStream {
  /// `count` vectors of random direction and lengths near 1.
  mutating func directions(_ count: Int, dimension: Int) -> [Scalar] {
    let scale = 1 / Double(dimension).squareRoot()
    return (0..<(count * dimension)).map { _ in
      // Nearly normal: a sum of twelve uniform numbers.
      Scalar(scale * (0..<12).reduce(-6) { sum, _ in sum + uniform() })
    }
  }
}

extension Planar: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    Planar(dimension: arguments.dimension)
  }
}
