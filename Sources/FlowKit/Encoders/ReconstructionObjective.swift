/// Trains an encoder and its decoder to give events back:
///
///     L = Σ wᵢ (1/D) Σⱼ |x̂ᵢⱼ − xᵢⱼ|ᵖ,      p = 2 or 1
///
/// of events as the scaling leaves them. With p = 2 it is the part of the columns' variance that is lost: 1 for the mean in place of every
/// event. Linear networks then reach what as many principal components reach, and no less (Baldi & Hornik 1989).
public struct ReconstructionObjective: SumObjective {
  public enum Error: String, Sendable, CaseIterable { case squared, absolute }

  public let architecture: EncoderArchitecture
  public let error: Error

  /// - Throws: where there is no decoder.
  public init(_ architecture: EncoderArchitecture, error: Error = .squared) throws(FlowError) {
    guard architecture.decoder != nil else {
      throw FlowError(.architecture, "an auto-encoder gives events back: it needs a decoder")
    }
    self.init(unchecked: architecture, error)
  }

  private init(unchecked architecture: EncoderArchitecture, _ error: Error) {
    (self.architecture, self.error) = (architecture, error)
  }

  public var subject: any Trainable { architecture }
  public func copied() -> ReconstructionObjective { ReconstructionObjective(unchecked: architecture.copied(), error) }

  public func loss(of tile: EventTile, _ pass: Pass) -> Double {
    let encoder = EncoderPass(architecture, pass)
    return residuals(encoder.events(from: encoder.latents(of: tile.x)), tile).loss
  }

  public func loss(of tile: EventTile, _ pass: Pass, addingGradientTo gradient: inout Gradient) -> Double {
    let encoder = EncoderPass(architecture, pass)
    let (z, pullBackEncoder) = encoder.latentsWithPullback(of: tile.x)
    let (x̂, pullBackDecoder) = encoder.eventsWithPullback(from: z)
    let (loss, slopes) = residuals(x̂, tile)
    _ = pullBackEncoder(pullBackDecoder(slopes, &gradient), &gradient)
    return loss
  }

  /// The loss, and its derivative with respect to x̂.
  func residuals(_ x̂: Tile, _ tile: EventTile) -> (loss: Double, slopes: Tile) {
    var residuals = x̂
    residuals.add(tile.x, scaledBy: -1)
    // |r|ᵖ = r s with s = r or its sign.
    var slopes = error == .squared ? residuals : residuals.mapped { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
    let errors = residuals.eventDots(with: slopes)
    let columns = Double(architecture.dimension)
    let loss = (0..<tile.count).reduce(0) { $0 + tile.weight(of: $1) * Double(errors[0, $1]) / columns }
    let power = error == .squared ? 2.0 : 1
    slopes.scaleEvents(by: tile.row { power * tile.weight(of: $0) / columns })
    return (loss, slopes)
  }
}
