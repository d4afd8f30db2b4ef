/// Trains an encoder whose latents say what label an event has, and not from which domain it comes (Ganin et al. 2016, arXiv:1505.07818):
///
///     L = E_source[−log p(label | z)] + E[−log p(domain | R(z))]
///
/// with the ``GradientReversal`` R, whose strength grows as training goes on. The context of each event is its label and its domain. Events of
/// the smallest domain, the source, have labels; the labels of all others are not looked at.
public struct DomainAdversarialObjective: SumObjective {
  public let encoder: LabelledEncoder
  /// λ at the end of the training.
  public let strength: Double
  private let domains: LabelPredictor
  /// The part of the weight that is the source's.
  private let sourceShare: Double
  private let progress: TrainingProgress

  /// - Parameters:
  ///   - architecture: with a predictor of labels.
  ///   - domains: tells the domains apart by the latents.
  public init(
    _ architecture: EncoderArchitecture, domains: LabelPredictor, sourceShare: Double, strength: Double = 1
  ) {
    precondition(architecture.predictor != nil && sourceShare > 0, "labels of the source are to be predicted")
    let encoder = LabelledEncoder(architecture, labels: 2, beside: [("domain", domains)])
    self.init(encoder, domains, sourceShare, strength, TrainingProgress())
  }

  private init(
    _ encoder: LabelledEncoder, _ domains: LabelPredictor, _ sourceShare: Double, _ strength: Double,
    _ progress: TrainingProgress
  ) {
    (self.encoder, self.domains, self.sourceShare) = (encoder, domains, sourceShare)
    (self.strength, self.progress) = (strength, progress)
  }

  public var subject: any Trainable { encoder }
  /// What tells domains apart is one of that moment: where it is behind, an epoch looks better.
  public var comparesEpochs: Bool { false }
  public func begin(progress: Double) { self.progress.value = progress }
  public func copied() -> DomainAdversarialObjective {
    DomainAdversarialObjective(encoder.copied(), domains, sourceShare, strength, progress)
  }

  public func loss(of tile: EventTile, _ pass: Pass) -> Double {
    let encoder = EncoderPass(encoder.architecture, pass)
    let z = encoder.latents(of: tile.x)
    let ofLabels = entropies(encoder.labelLogits(of: z), tile, predictor.classes, column: 0) { labelWeight($0, tile) }
    let ofDomains = entropies(domains.network.forward(z, domainPass(pass)), tile, domains.classes, column: 1) {
      tile.weight(of: $0)
    }
    return ofLabels.loss + ofDomains.loss
  }

  public func loss(of tile: EventTile, _ pass: Pass, addingGradientTo gradient: inout Gradient) -> Double {
    let encoder = EncoderPass(encoder.architecture, pass)
    let (z, pullBackEncoder) = encoder.latentsWithPullback(of: tile.x)
    let (labels, pullBackLabels) = encoder.labelLogitsWithPullback(of: z)
    let ofLabels = entropies(labels, tile, predictor.classes, column: 0) { labelWeight($0, tile) }
    var z̄ = pullBackLabels(ofLabels.slopes, &gradient)
    let (logits, pullBackDomains) = domains.network.forwardWithPullback(z, domainPass(pass))
    let ofDomains = entropies(logits, tile, domains.classes, column: 1) { tile.weight(of: $0) }
    let reversal = GradientReversal(strength, at: progress.value)
    z̄.add(reversal.pullBack(gradient.withSlice(domainRange) { pullBackDomains(ofDomains.slopes, &$0) }))
    _ = pullBackEncoder(z̄, &gradient)
    return ofLabels.loss + ofDomains.loss
  }

  private var predictor: LabelPredictor { encoder.architecture.predictor! }
  private var domainRange: Range<Int> { encoder.layout.prepared.last! }
  private func domainPass(_ pass: Pass) -> Pass {
    var part = pass.part(encoder.layout.parts.count - 1, domainRange)
    part.context = nil
    return part
  }

  /// Of events of the source alone, so that its mean counts as much as that over all events.
  private func labelWeight(_ event: Int, _ tile: EventTile) -> Double {
    let isSource = Int(tile.context![1, event]) == domains.classes[0]
    let isKnown = predictor.classes.contains(Int(tile.context![0, event]))
    return isSource && isKnown ? tile.weight(of: event) / sourceShare : 0
  }

  /// Σ weight · cross-entropy, and its derivative with respect to the logits.
  private func entropies(
    _ logits: Tile, _ tile: EventTile, _ classes: [Int], column: Int, weight: (Int) -> Double
  ) -> (loss: Double, slopes: Tile) {
    let targets = tile.row { Double(classes.firstIndex(of: Int(tile.context![column, $0])) ?? 0) }
    var (losses, slopes) = logits.crossEntropies(with: targets, classes: classes.count)
    slopes.scaleEvents(by: tile.row(weight))
    return ((0..<tile.count).reduce(0) { $0 + weight($1) * losses[$1] }, slopes)
  }
}
