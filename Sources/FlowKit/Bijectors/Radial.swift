/// z = x + β (x − x₀) / (α + r) with r = |x − x₀|: space expands from or contracts to a centre.
///
/// With q = α / (α + r) and β = κα this is z − x₀ = (1 + κq)(x − x₀), and log|det| = (D − 1) log(1 + κq) + log(1 + κq²).
/// α = exp(a); κ = 10⁻³ + log(1 + exp(v + c)) − 1 > −0.999 keeps every factor positive (the paper's β ≥ −α, with a margin),
/// and v = 0, where training starts, is the identity. |z − x₀| is a quadratic's root in r, so the inverse is exact. The
/// log-determinant has a kink at x₀ itself, where its gradient is taken as 0. The paper uses this family from base to data;
/// here, as everywhere, forward leads from data to latent. Source: Rezende & Mohamed, "Variational Inference with
/// Normalizing Flows" (ICML 2015), section 4.1 and appendix A.2. Layer list: `radial`.
public struct Radial: InvertiblyDifferentiable {
  public static let layerName = "radial"
  public let dimension: Int

  private enum CodingKeys: CodingKey { case dimension }

  public init(dimension: Int) {
    self.dimension = dimension
  }

  public var structure: JacobianStructure { .full(dimension, isAffine: false) }
  public var traits: LayerTraits {
    var traits = LayerTraits.unknown
    (traits.growsLinearly, traits.inverse) = (true, .exact)
    return traits
  }
  public var parameterShapes: [ParameterShape] {
    [ParameterShape("centre", [dimension]), ParameterShape("logScale", [1]), ParameterShape("gain", [1])]
  }

  /// Centres of random direction, so that several layers do not stay the same.
  public func initialParameters(using random: inout RandomStream) -> [Scalar] {
    random.directions(1, dimension: dimension) + [0, 0]
  }

  // MARK: Preparation: x₀, α and κ

  public var preparedCount: Int? { dimension + 2 }

  public func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    for i in 0..<dimension { prepared[i] = parameters[i] }
    prepared[dimension] = Scalar.exp(parameters[dimension])
    prepared[dimension + 1] = UnitGain.value(parameters[dimension + 1])
  }

  public func pullBackPreparation(
    _ parameters: Parameters, prepared: Parameters, preparedGradient: Parameters, to gradient: inout Gradient
  ) {
    for i in 0..<dimension { gradient[i] += preparedGradient[i] }
    gradient[dimension] += preparedGradient[dimension] * prepared[dimension]
    gradient[dimension + 1] += preparedGradient[dimension + 1] * UnitGain.slope(parameters[dimension + 1])
  }

  // MARK: The map

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    let difference = centred(x, pass.parameters)
    let q = shares(difference.eventDots(with: difference).mapped { $0.squareRoot() }, pass.parameters)
    let κ = pass.parameters[dimension + 1]
    var z = difference
    z.scaleEvents(by: q.mapped { 1 + κ * $0 })
    z.addBias(pass.parameters.slice(0..<dimension))
    return (
      Transformed(z, LogDeterminant(perEvent: logDeterminant(q, κ, sign: 1))),
      { values, logDeterminant, gradient in
        pullBack(values, logDeterminant, at: difference, q, pass.parameters, to: &gradient)
      }
    )
  }

  private func pullBack(
    _ values: Tile, _ logDeterminant: Tile, at difference: Tile, _ q: Tile, _ parameters: Parameters,
    to gradient: inout Gradient
  ) -> Tile {
    let (α, κ) = (parameters[dimension], parameters[dimension + 1])
    var towards = values.eventDots(with: difference)
    var (ᾱ, κ̄): (Scalar, Scalar) = (0, 0)
    for event in 0..<q.width {
      let (q, l̄) = (q[0, event], logDeterminant[0, event])
      let across̄ = towards[0, event] + l̄ * Scalar(dimension - 1) / (1 + κ * q)
      let alonḡ = l̄ / (1 + κ * q * q)
      let q̄ = κ * (across̄ + 2 * q * alonḡ)
      κ̄ += q * (across̄ + q * alonḡ)
      ᾱ += q̄ * q * (1 - q) / α
      // dq/dr · 1/r with r = α (1 − q) / q; at the centre the slope has no direction.
      towards[0, event] = q < 1 ? -q̄ * q * q * q / (α * α * (1 - q)) : 0
    }
    gradient[dimension] += ᾱ
    gradient[dimension + 1] += κ̄
    var result = values
    result.scaleEvents(by: q.mapped { 1 + κ * $0 })
    result.add(difference, scaledByEvents: towards)
    // z = x₀ + …, and x₀ moves x − x₀ the other way.
    gradient.withSlice(0..<dimension) {
      values.addRowSums(to: &$0)
      result.addRowSums(to: &$0, scaledBy: -1)
    }
    return result
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) -> Transformed {
    solved(z, pass.parameters).value
  }

  /// By the implicit function theorem: with g the cotangent of x, the log-determinant's part included, that of z is J⁻¹g
  /// (J is symmetric: 1 + κq across x − x₀, 1 + κq² along it), and θ gets what the forward pullback makes of −J⁻¹g.
  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    let (value, difference, q) = solved(z, pass.parameters)
    let κ = pass.parameters[dimension + 1]
    return (
      value,
      { values, logDeterminant, gradient in
        let negative = logDeterminant.negated
        var unused = Gradient(count: dimension + 2)
        let none = Tile(features: dimension, like: q, filledWith: 0)
        var g = pullBack(none, negative, at: difference, q, pass.parameters, to: &unused)
        g.add(values)
        var along = g.eventDots(with: difference)
        let squares = difference.eventDots(with: difference)
        for event in 0..<q.width {
          let (q, square) = (q[0, event], squares[0, event])
          let change = 1 / (1 + κ * q * q) - 1 / (1 + κ * q)
          along[0, event] = square > 0 ? along[0, event] / square * change : 0
        }
        g.scaleEvents(by: q.mapped { 1 / (1 + κ * $0) })
        g.add(difference, scaledByEvents: along)
        _ = pullBack(g.negated, negative, at: difference, q, pass.parameters, to: &gradient)
        return g
      }
    )
  }

  /// With ρ = |z − x₀|: r² + p r − αρ = 0 where p = α (1 + κ) − ρ, and r is its root above 0.
  private func solved(_ z: Tile, _ parameters: Parameters) -> (value: Transformed, difference: Tile, q: Tile) {
    let (α, κ) = (parameters[dimension], parameters[dimension + 1])
    var difference = centred(z, parameters)
    let r = difference.eventDots(with: difference).mapped { square in
      let ρ = square.squareRoot()
      let p = α * (1 + κ) - ρ
      let root = (p * p + 4 * α * ρ).squareRoot()
      return p > 0 ? 2 * α * ρ / (p + root) : (root - p) / 2
    }
    let q = shares(r, parameters)
    difference.scaleEvents(by: q.mapped { 1 / (1 + κ * $0) })
    var x = difference
    x.addBias(parameters.slice(0..<dimension))
    return (Transformed(x, LogDeterminant(perEvent: logDeterminant(q, κ, sign: -1))), difference, q)
  }

  private func centred(_ x: Tile, _ parameters: Parameters) -> Tile {
    var difference = x
    difference.addBias(parameters.slice(0..<dimension), scaledBy: -1)
    return difference
  }

  /// q of radii r.
  private func shares(_ radii: Tile, _ parameters: Parameters) -> Tile {
    let α = parameters[dimension]
    return radii.mapped { α / (α + $0) }
  }

  private func logDeterminant(_ q: Tile, _ κ: Scalar, sign: Scalar) -> Tile {
    var result = q.mapped { 1 + κ * $0 * $0 }.logarithms
    result.add(q.mapped { 1 + κ * $0 }.logarithms, scaledBy: Scalar(dimension - 1))
    return sign < 0 ? result.negated : result
  }
}

extension Radial: ListedLayer {
  public static func fromLayerList(_ arguments: inout LayerArguments) throws(FlowError) -> any Bijector {
    Radial(dimension: arguments.dimension)
  }
}
