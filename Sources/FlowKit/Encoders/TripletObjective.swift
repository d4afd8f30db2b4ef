/// Trains an encoder so that latents of one class are nearer to each other than to those of others: the ``TripletLoss`` of each batch.
///
/// The context of each event is its label. Of weights only 0 counts, which leaves an event out. Losses of different epochs do not say
/// which is better: the fewer triplets are active, the more the hard ones decide their mean.
public struct TripletObjective: BatchObjective {
  public let encoder: LabelledEncoder
  public let triplets: TripletLoss
  private let record: TripletRecord

  public init(_ architecture: EncoderArchitecture, _ triplets: TripletLoss = TripletLoss()) {
    self.init(LabelledEncoder(architecture, labels: 1), triplets, TripletRecord())
  }

  private init(_ encoder: LabelledEncoder, _ triplets: TripletLoss, _ record: TripletRecord) {
    (self.encoder, self.triplets, self.record) = (encoder, triplets, record)
  }

  public var subject: any Trainable { encoder }
  public var comparesEpochs: Bool { false }
  public func copied() -> TripletObjective { TripletObjective(encoder.copied(), triplets, record) }

  /// The latents, then the label.
  public var outputCount: Int { encoder.architecture.latentDimension + 1 }

  public func outputsWithPullback(
    of tile: EventTile, _ pass: Pass
  ) throws(FlowError) -> (values: [Double], pullback: OutputPullback) {
    let (z, pullback) = EncoderPass(encoder.architecture, pass).latentsWithPullback(of: tile.x)
    let (width, latents) = (outputCount, encoder.architecture.latentDimension)
    return (
      values(z, tile),
      { cotangents, gradient in
        var z̄ = Tile(features: latents, like: z)
        z̄.fill { latent, event in event < tile.count ? Scalar(cotangents[event * width + latent]) : 0 }
        _ = pullback(z̄, &gradient)
      }
    )
  }

  public func outputs(of tile: EventTile, _ pass: Pass) -> [Double] {
    values(EncoderPass(encoder.architecture, pass).latents(of: tile.x), tile)
  }

  private func values(_ z: Tile, _ tile: EventTile) -> [Double] {
    (0..<tile.count).flatMap { event in
      (0..<z.features).map { Double(z[$0, event]) } + [Double(tile.context![0, event])]
    }
  }

  public func loss(of batch: OutputBatch) throws(FlowError) -> (value: Double, cotangents: [Double]) {
    let (width, count) = (outputCount, batch.weights.count)
    guard count > 0 else { return (0, []) }
    let labels = (0..<count).map { Int(batch.outputs[($0 + 1) * width - 1]) }
    let points = batch.outputs.enumerated().filter { ($0.offset + 1) % width != 0 }.map(\.element)
    let result = triplets(points, labels: labels)
    if batch.random != nil { record.note(result) }
    var cotangents = [Double](repeating: 0, count: batch.outputs.count)
    for event in 0..<count {
      for latent in 0..<(width - 1) {
        cotangents[event * width + latent] = result.gradient[event * (width - 1) + latent]
      }
    }
    return (result.value, cotangents)
  }

  public func takeNotes() -> [String] { record.takeNotes() }
}
