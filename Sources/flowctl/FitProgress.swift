import FlowKit

/// Shows training as it goes: JSON lines, one live line on a terminal, or a plain line per epoch elsewhere.
struct FitProgress {
  let json: Bool
  /// What is minimised, where that is not the likelihood.
  private let objective: String?
  /// What JSON lines call the objective, if they name it.
  private let named: String?
  /// Not against a critic, whose values of different epochs do not compare.
  private let hasBest: Bool
  private var best = Double.infinity
  private var bestEpoch = 0
  private var lastValid, lastCompanion: Double?
  /// The validation losses of this run.
  private var losses: [Double] = []
  private let start = ContinuousClock.now
  /// The number of the flow in an ensemble, and what lines about it begin with.
  private let member: Int?
  private let label: String
  private let refitting: Bool
  /// The steps that an earlier run has made.
  private var stepsBefore = 0

  /// Of a fit of an encoder.
  init(json: Bool, _ objective: EncoderObjective, from checkpoint: TrainingCheckpoint?) {
    self.init(
      json: json, objective: objective.name, named: objective.name, from: checkpoint, member: nil, refitting: false,
      label: "encoder  ", hasBest: true)
  }

  /// - Parameters:
  ///   - checkpoint: where a resumed fit stood.
  ///   - member: which of several fits this is; nil where it is the only one.
  ///   - refitting: whether this is the fit to all rows that follows another.
  init(
    json: Bool, _ objective: FitObjective, naming isNamed: Bool, from checkpoint: TrainingCheckpoint?,
    member: Int? = nil, refitting: Bool = false
  ) {
    self.init(
      json: json, objective: objective.criterion == nil ? nil : objective.name, named: isNamed ? objective.name : nil,
      from: checkpoint, member: member, refitting: refitting,
      label: (member.map { "member \($0)  " } ?? "") + (refitting ? "refit  " : ""),
      hasBest: !(objective.criterion is Adversary))
  }

  private init(
    json: Bool, objective: String?, named: String?, from checkpoint: TrainingCheckpoint?, member: Int?, refitting: Bool,
    label: String, hasBest: Bool
  ) {
    (self.json, self.objective, self.named, self.member) = (json, objective, named, member)
    (self.refitting, self.label, self.hasBest) = (refitting, label, hasBest)
    if let checkpoint { stepsBefore = checkpoint.step + checkpoint.stepOfEpoch }
    if let best = checkpoint?.best { (self.best, bestEpoch) = (best.loss, best.epoch) }
  }

  mutating func show(_ event: TrainingEvent) {
    switch event {
    case .retry(let message), .note(let message): Terminal.note(label + message)
    case .progress(let step, let total, let epoch, let train, let rate):
      guard !json else { return }
      let left = (ContinuousClock.now - start) / max(1, step - stepsBefore) * (total - step)
      Terminal.status(
        Terminal.fitting([
          "\(label)epoch \(epoch)", "\(Self.clock(left)) left", "\(name)train \(train.text(digits: 4))",
          lastValid.map { "valid \($0.text(digits: 4))" } ?? "", Sparkline.text(losses, width: 16),
          lastValid == nil ? "" : bestText,
          lastCompanion.map { "-log p \($0.text(digits: 4)) nats" } ?? "", "\(Int(rate).grouped) events/s",
        ]))
    case .epoch(let report): show(report)
    }
  }

  /// Losses are those of the likelihood, in nats, where no other objective is named.
  private var name: String { objective.map { "\($0): " } ?? "" }

  private var bestText: String { hasBest ? "best \(best.text(digits: 4)), epoch \(bestEpoch)" : "" }

  private var validText: String {
    let best = bestText.isEmpty ? "" : " (\(bestText))"
    let valid = lastValid.map { "  valid \($0.text(digits: 4))\(best)" } ?? ""
    return valid + (lastCompanion.map { "  -log p \($0.text(digits: 4)) nats" } ?? "")
  }

  private mutating func show(_ report: EpochReport) {
    (lastValid, lastCompanion) = (report.valid, report.companion)
    if let valid = report.valid { losses.append(valid) }
    if let valid = report.valid, valid < best { (best, bestEpoch) = (valid, report.epoch) }
    if json {
      // A report is finite, so that JSON can express it.
      do {
        try JSONEpoch(report, isLikelihood: objective == nil, named, member, refitting).printJSON()
      } catch { Terminal.note(error.line) }
    } else if !Terminal.isInteractive {
      Terminal.note(
        "\(label)epoch \(report.epoch)  \(name)train \(report.train.text(digits: 4))" + validText
          + "  \(Int(report.eventsPerSecond).grouped) events/s  \(report.seconds.text(digits: 1)) s")
    }
  }

  /// An epoch as JSON shows it: without validation events `valid` is null. Where an objective is named, `train` and `validObjective`
  /// are its losses, and `valid` is that of the likelihood.
  private struct JSONEpoch: Encodable {
    let epoch: Int
    /// Only of an ensemble.
    let member: Int?
    /// Only of the fit to all rows that follows another.
    let refit: Bool?
    let objective: String?
    let train, valid, seconds, eventsPerSecond, learningRate: JSONNumber
    let validObjective: JSONNumber?

    init(_ report: EpochReport, isLikelihood: Bool, _ objective: String?, _ member: Int?, _ refitting: Bool) {
      (epoch, self.member, refit) = (report.epoch, member, refitting ? true : nil)
      self.objective = objective
      train = JSONNumber(report.train)
      valid = JSONNumber(isLikelihood ? report.valid : report.companion)
      validObjective = objective != nil ? JSONNumber(report.valid) : nil
      (seconds, eventsPerSecond) = (JSONNumber(report.seconds), JSONNumber(report.eventsPerSecond))
      learningRate = JSONNumber(report.learningRate)
    }
  }

  static func clock(_ duration: Duration) -> String {
    let seconds = Int(duration.components.seconds)
    let padded = seconds % 60 < 10 ? "0\(seconds % 60)" : "\(seconds % 60)"
    return "\(seconds / 60):\(padded)"
  }
}
