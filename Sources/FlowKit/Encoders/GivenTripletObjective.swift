/// Trains an encoder by triplets that are given: the ``TripletLoss`` of those of each batch, whose events are triplets, the columns of anchor,
/// positive and negative side by side, 3 D numbers.
///
/// Losses of different epochs do not say which is better, as those of ``TripletObjective``.
public struct GivenTripletObjective: BatchObjective {
  public let architecture: EncoderArchitecture
  public let triplets: TripletLoss
  private let record: TripletRecord

  public init(_ architecture: EncoderArchitecture, _ triplets: TripletLoss = TripletLoss()) {
    self.init(architecture, triplets, TripletRecord())
  }

  private init(_ architecture: EncoderArchitecture, _ triplets: TripletLoss, _ record: TripletRecord) {
    (self.architecture, self.triplets, self.record) = (architecture, triplets, record)
  }

  public var subject: any Trainable { Subject(architecture: architecture) }
  public var comparesEpochs: Bool { false }
  public func copied() -> GivenTripletObjective { GivenTripletObjective(architecture.copied(), triplets, record) }
  public func takeNotes() -> [String] { record.takeNotes() }

  /// The latents of the three.
  public var outputCount: Int { 3 * architecture.latentDimension }

  public func outputsWithPullback(
    of tile: EventTile, _ pass: Pass
  ) throws(FlowError) -> (values: [Double], pullback: OutputPullback) {
    let parts = (0..<3).map { EncoderPass(architecture, pass).latentsWithPullback(of: rows(tile.x, $0)) }
    let (width, latents, count) = (outputCount, architecture.latentDimension, tile.count)
    return (
      values(parts.map(\.value), count),
      { cotangents, gradient in
        for (part, (z, pullback)) in parts.enumerated() {
          var z̄ = Tile(features: latents, like: z)
          z̄.fill { latent, event in
            event < count ? Scalar(cotangents[event * width + part * latents + latent]) : 0
          }
          _ = pullback(z̄, &gradient)
        }
      }
    )
  }

  public func outputs(of tile: EventTile, _ pass: Pass) -> [Double] {
    values((0..<3).map { EncoderPass(architecture, pass).latents(of: rows(tile.x, $0)) }, tile.count)
  }

  public func loss(of batch: OutputBatch) throws(FlowError) -> (value: Double, cotangents: [Double]) {
    let count = batch.weights.count
    guard count > 0 else { return (0, []) }
    // Point 3i is the anchor of triplet i.
    let result = triplets(
      batch.outputs, count: 3 * count, triplets: (0..<count).map { (3 * $0, 3 * $0 + 1, 3 * $0 + 2) })
    if batch.random != nil { record.note(result) }
    return (result.value, result.gradient)
  }

  private func rows(_ x: Tile, _ part: Int) -> Tile {
    x.copy(ofRows: (part * architecture.dimension)..<((part + 1) * architecture.dimension))
  }

  private func values(_ parts: [Tile], _ count: Int) -> [Double] {
    (0..<count).flatMap { event in
      parts.flatMap { z in (0..<z.features).map { Double(z[$0, event]) } }
    }
  }

  /// The encoder, of events that are three of its own.
  private struct Subject: Trainable {
    let architecture: EncoderArchitecture
    var layout: ParameterLayout { architecture.layout }
    var dimension: Int { 3 * architecture.dimension }
    var preprocessing: [any Preprocessing] {
      let scaling = architecture.scaling
      return [
        Standardize(
          means: scaling.means + scaling.means + scaling.means,
          standardDeviations: scaling.standardDeviations + scaling.standardDeviations + scaling.standardDeviations)
      ]
    }
    func copied() -> Subject { Subject(architecture: architecture.copied()) }
  }
}
