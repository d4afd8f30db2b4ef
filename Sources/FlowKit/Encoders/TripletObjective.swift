internal import Synchronization

/// Trains an encoder so that latents of one class are nearer to each other than to those of others: the ``TripletLoss`` of each batch.
///
/// The context of each event is its label. Of weights only 0 counts, which leaves an event out. Losses of different epochs do not say
/// which is better: the fewer triplets are active, the more the hard ones decide their mean.
public struct TripletObjective: BatchObjective {
  public let encoder: LabelledEncoder
  public let triplets: TripletLoss
  private let record: Record

  public init(_ architecture: EncoderArchitecture, _ triplets: TripletLoss = TripletLoss()) {
    self.init(LabelledEncoder(architecture, labels: 1), triplets, Record())
  }

  private init(_ encoder: LabelledEncoder, _ triplets: TripletLoss, _ record: Record) {
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

  public func takeNotes() -> [String] {
    let (active, all) = record.take()
    guard all > 0 else { return [] }
    return ["triplet: \(active) of \(all) triplets of the epoch were active"]
  }

  /// How many triplets were active: shared by copies of an objective, which one thread at a time uses.
  private final class Record: Sendable {
    private let counts = Mutex((active: 0, all: 0))

    func note(_ result: TripletLoss.Result) {
      counts.withLock { $0 = ($0.active + result.active, $0.all + result.all) }
    }

    func take() -> (active: Int, all: Int) {
      counts.withLock { counts in
        defer { counts = (0, 0) }
        return counts
      }
    }
  }
}
