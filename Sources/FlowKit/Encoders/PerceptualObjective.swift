/// Trains an encoder and its decoder to give events back as another encoder φ sees them (Johnson et al. 2016, arXiv:1603.08155), a perceptual loss:
///
///     L = Σ wᵢ [ (1/D) Σⱼ |x̂ᵢⱼ − xᵢⱼ|ᵖ + λ (1/L′) Σₖ (φₖ(x̂ᵢ) − φₖ(xᵢ))² ]
///
/// with the L′ latents φ of that encoder, which is not trained. Events that φ leads to one code may differ: the first term, that of
/// ``ReconstructionObjective``, asks for the event itself.
public struct PerceptualObjective: SumObjective {
  public let features: EventEncoder
  /// λ > 0.
  public let weight: Double
  private let reconstruction: ReconstructionObjective
  private let encoder: LabelledEncoder
  private let fixed: FixedNetwork

  /// - Throws: where there is no decoder, or the features are those of other columns or of a context.
  public init(
    _ architecture: EncoderArchitecture, error: ReconstructionObjective.Error = .squared, features: EventEncoder,
    weight: Double = 1
  ) throws(FlowError) {
    precondition(weight > 0 && weight.isFinite, "features have a weight above 0, got \(weight)")
    guard features.dimension == architecture.dimension else {
      throw FlowError(
        .architecture,
        "features of \(features.dimension) columns cannot judge reconstructions of \(architecture.dimension)")
    }
    guard features.contextDimension == 0 else {
      throw FlowError(
        .architecture,
        "features are those of an encoder without context, got one that sees \(features.contextDimension)")
    }
    self.init(try ReconstructionObjective(architecture, error: error), features, weight)
  }

  private init(_ reconstruction: ReconstructionObjective, _ features: EventEncoder, _ weight: Double) {
    (self.reconstruction, self.features, self.weight) = (reconstruction, features, weight)
    fixed = FixedNetwork(features)
    encoder = LabelledEncoder(reconstruction.architecture, labels: 0, beside: [("features", fixed)])
  }

  public var subject: any Trainable { encoder }
  public func copied() -> PerceptualObjective { PerceptualObjective(reconstruction.copied(), features, weight) }

  public func loss(of tile: EventTile, _ pass: Pass) -> Double {
    let networks = EncoderPass(architecture, pass)
    let x̂ = networks.events(from: networks.latents(of: tile.x))
    return reconstruction.residuals(x̂, tile).loss
      + distance(from: fixed.network.forward(seen(x̂), part(pass)), tile, pass).loss
  }

  public func loss(of tile: EventTile, _ pass: Pass, addingGradientTo gradient: inout Gradient) -> Double {
    let networks = EncoderPass(architecture, pass)
    let (z, pullBackEncoder) = networks.latentsWithPullback(of: tile.x)
    let (x̂, pullBackDecoder) = networks.eventsWithPullback(from: z)
    var (loss, slopes) = reconstruction.residuals(x̂, tile)
    let (code, pullBackFeatures) = fixed.network.forwardWithPullback(seen(x̂), part(pass))
    let ofFeatures = distance(from: code, tile, pass)
    // What is fixed has no gradient.
    var unused = Gradient(count: range.count)
    var ofEvents = pullBackFeatures(ofFeatures.slopes, &unused)
    ofEvents.scaleRows(by: factors)
    slopes.add(ofEvents)
    loss += ofFeatures.loss
    _ = pullBackEncoder(pullBackDecoder(slopes, &gradient), &gradient)
    return loss
  }

  private var architecture: EncoderArchitecture { reconstruction.architecture }
  private var range: Range<Int> { encoder.layout.prepared.last! }
  private func part(_ pass: Pass) -> Pass {
    var part = pass.part(encoder.layout.parts.count - 1, range)
    part.context = nil
    return part
  }

  /// λ/L′ Σ w |φ(x̂) − φ(x)|² over the latents, and its derivative with respect to the outputs of the features' network.
  private func distance(from code: Tile, _ tile: EventTile, _ pass: Pass) -> (loss: Double, slopes: Tile) {
    let latents = features.latentDimension
    var residuals = code
    residuals.add(fixed.network.forward(seen(tile.x), part(pass)), scaledBy: -1)
    // With a head the second half is log σ, which is no feature.
    if residuals.features > latents {
      var means = Tile(features: residuals.features, like: residuals, filledWith: 0)
      means.write(residuals.copy(ofRows: 0..<latents), toRow: 0)
      residuals = means
    }
    let squares = residuals.eventDots(with: residuals)
    let scale = weight / Double(latents)
    let loss = (0..<tile.count).reduce(0) { $0 + scale * tile.weight(of: $1) * Double(squares[0, $1]) }
    residuals.scaleEvents(by: tile.row { 2 * scale * tile.weight(of: $0) })
    return (loss, residuals)
  }

  /// Events in the scaling of the features, of which they have another here: x ↦ (unit · x + mean − mean′)/unit′.
  private func seen(_ x: Tile) -> Tile {
    let (own, other, factors) = (architecture.scaling, features.architecture.scaling, factors)
    let shifts = own.means.indices.map { Scalar((own.means[$0] - other.means[$0]) / other.standardDeviations[$0]) }
    var result = x
    result.fill { column, event in factors[column] * x[column, event] + shifts[column] }
    return result
  }

  private var factors: Parameters {
    let (own, other) = (architecture.scaling.standardDeviations, features.architecture.scaling.standardDeviations)
    return Parameters(zip(own, other).map { Scalar($0 / $1) })
  }
}

/// The network of an encoder with the parameters that it has: beside what is trained, it begins with these and, without a gradient, keeps them.
private struct FixedNetwork: Conditioned {
  static let parameterPrefix = ""
  let network: any Conditioner
  let values: [Scalar]

  init(_ encoder: EventEncoder) {
    network = encoder.architecture.encoder.network
    values = Array(encoder.parameters.prefix(encoder.architecture.encoder.parameterCount))
  }

  func initialParameters(using random: inout RandomStream) -> [Scalar] { values }

  // MARK: Coding

  private enum CodingKeys: CodingKey { case network, values }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    network = try container.decode(EncodedNetwork.self, forKey: .network).network
    values = try container.decode([Scalar].self, forKey: .values)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(EncodedNetwork(network), forKey: .network)
    try container.encode(values, forKey: .values)
  }
}
