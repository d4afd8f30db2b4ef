/// N(μ, Σ) with a learned mean and covariance: diagonal, Σ = diag(exp 2ℓ), or full, Σ = LLᵀ with a lower triangular L
/// whose diagonal is exp(ℓ).
///
/// log p₀(z) = −½ |y|² − Σ ℓᵢ − D/2 · log 2π with y = L⁻¹ (z − μ). Starts at N(0, I), or at the mean and the variances
/// of the events that a fit begins with. Text: `gaussian`, `gaussian(full)`.
public struct Gaussian: BaseDistribution, Composite {
  public enum Covariance: String, Sendable, Codable {
    case diagonal, full
  }

  public static let name = "gaussian"
  public let covariance: Covariance
  /// z ↦ y, whose inverse draws.
  private let whitening: Chain
  var layout: ParameterLayout { whitening.layout }
  private let normal: StandardNormal

  public init(dimension: Int, covariance: Covariance = .diagonal) {
    self.covariance = covariance
    normal = StandardNormal(dimension: dimension)
    let layers: [any InvertiblyDifferentiable] =
      switch covariance {
      case .diagonal: [Shift(dimension: dimension), Diagonal(dimension: dimension)]
      case .full: [LowerTriangular(dimension: dimension)]
      }
    do {
      whitening = try Chain(layers.map(Inverted.init), dimension: dimension)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  public var dimension: Int { normal.dimension }
  public var text: String { covariance == .diagonal ? Self.name : "\(Self.name)(\(covariance.rawValue))" }
  public func ofDimension(_ dimension: Int) -> Gaussian? {
    covariance == .diagonal ? Gaussian(dimension: dimension) : nil
  }
  public var traits: BaseTraits {
    BaseTraits(
      dimension: dimension, isNormal: true, isIndependent: covariance == .diagonal || dimension == 1, isHeavy: false)
  }

  public static func make(_ arguments: inout LayerArguments) throws(FlowError) -> any BaseDistribution {
    let given = arguments.positionals()
    let covariance = given.first.map { Covariance(rawValue: $0.value) } ?? .diagonal
    guard given.count <= 1, let covariance else {
      throw arguments.error(given.last!, "gaussian takes diagonal or full")
    }
    return Gaussian(dimension: arguments.dimension, covariance: covariance)
  }

  // MARK: Parameters: those of the layers

  public var parameterShapes: [ParameterShape] {
    whitening.layout.parts.flatMap(\.value.parameterShapes)
  }

  public func initialParameters(
    for sample: Tile, given context: Tile?, using random: inout RandomStream
  ) -> [Scalar] {
    let (means, deviations) = sample.moments
    let logScales = deviations.map { Scalar(Double.log($0)) }
    switch covariance {
    case .diagonal: return means.map { Scalar($0) } + logScales
    case .full:
      return Array(repeating: 0, count: dimension * (dimension - 1) / 2) + logScales + means.map { Scalar($0) }
    }
  }

  // MARK: The density

  public func logDensity(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) {
    let y = whitening.forward(z, Pass(parameters))
    normal.logDensity(y.values, parameters, into: logDensity)
    for event in logDensity.indices { logDensity[event] += y.logDeterminant.constant }
  }

  public func logDensityWithPullback(
    _ z: Tile, _ parameters: Parameters, into logDensity: UnsafeMutableBufferPointer<Double>
  ) -> BasePullback {
    let (y, pullback) = whitening.forwardWithPullback(z, Pass(parameters))
    let pullbackOfNormal = normal.logDensityWithPullback(y.values, parameters, into: logDensity)
    for event in logDensity.indices { logDensity[event] += y.logDeterminant.constant }
    return { cotangent, gradient in pullback(pullbackOfNormal(cotangent, &gradient), cotangent, &gradient) }
  }

  public func sample(into z: inout Tile, _ parameters: Parameters, from random: EventRandom) {
    normal.sample(into: &z, parameters, from: random)
    do {
      z = try whitening.inverse(z, Pass(parameters)).values
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// z = μ + L y with y as it was drawn.
  public func sampleWithPullback(
    into z: inout Tile, _ parameters: Parameters, from random: EventRandom
  ) throws(FlowError) -> SamplePullback {
    normal.sample(into: &z, parameters, from: random)
    let (value, pullback) = try whitening.inverseWithPullback(z, Pass(parameters))
    z = value.values
    return { cotangent, gradient in
      _ = pullback(cotangent, Tile(features: 1, like: cotangent, filledWith: 0), &gradient)
    }
  }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case dimension, covariance }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let dimension = try container.decode(Int.self, forKey: .dimension)
    try DescriptionCheck.requireSize(dimension, "the base '\(Self.name)'")
    self.init(
      dimension: dimension,
      covariance: try container.decode(Covariance.self, forKey: .covariance))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(dimension, forKey: .dimension)
    try container.encode(covariance, forKey: .covariance)
  }
}

extension Tile {
  /// The mean and the standard deviation of each row, the latter at least 10⁻³.
  var moments: (means: [Double], deviations: [Double]) {
    let means = (0..<features).map { rowSum($0) / Double(width) }
    let deviations = (0..<features).map { feature in
      let squares = withRow(feature) { row in
        row.reduce(0.0) { $0 + (Double($1) - means[feature]) * (Double($1) - means[feature]) }
      }
      return max(1e-3, (squares / Double(width)).squareRoot())
    }
    return (means, deviations)
  }
}
