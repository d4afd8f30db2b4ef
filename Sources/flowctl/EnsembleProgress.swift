import FlowKit

/// Shows a fit of one or several flows as it goes.
struct EnsembleProgress {
  private let fit: EnsembleFit
  private let json: Bool
  private let isNamed: Bool
  private let begun: EnsembleState?
  /// Of each member that has begun.
  private var members: [Int: FitProgress] = [:]
  /// The best epoch of each member that was selected.
  private var bestEpochs: [Int: Int] = [:]
  private var hasSaid: (streaming: Bool, refit: Bool) = (false, false)

  /// - Parameter begun: where a resumed fit stood.
  init(_ fit: EnsembleFit, json: Bool, naming isNamed: Bool, from begun: EnsembleState?) {
    (self.fit, self.json, self.isNamed, self.begun) = (fit, json, isNamed, begun)
    for (index, member) in (begun?.members ?? []).enumerated() {
      bestEpochs[index] = member.selection?.epochs ?? member.bestEpoch
    }
  }

  mutating func show(_ event: EnsembleEvent) {
    switch event {
    case .begins(let member, let refitting, let isStreaming): begin(member, refitting, isStreaming)
    case .training(let member, _, let event): members[member]?.show(event)
    case .ended(let member, let refitting, let result): end(member, refitting, result)
    case .selected: break
    }
  }

  private mutating func begin(_ member: Int, _ refitting: Bool, _ isStreaming: Bool) {
    let before = begun.flatMap { $0.members.indices.contains(member) ? $0.members[member] : nil }
    let isUnderWay = before.map { ($0.selection != nil) == refitting } ?? false
    members[member] = FitProgress(
      json: json, fit.setup.objective, naming: isNamed, from: isUnderWay ? before?.training : nil,
      member: fit.count > 1 ? member : nil, refitting: refitting)
    if isStreaming, !json, !hasSaid.streaming {
      hasSaid.streaming = true
      print("       larger than --buffer: read from the file in every epoch")
    }
    if let training = before?.training, isUnderWay, training.plan.startEpoch > 0,
      training.epoch == training.plan.startEpoch
    {
      say(
        "       goes on after \(training.epoch) epochs: the learning rate rises and falls once more, over "
          + "\(fit.setup.options.epochs - training.epoch) epochs")
    }
    if refitting, !hasSaid.refit {
      hasSaid.refit = true
      let rows = fit.setup.train.count + (fit.setup.validation?.count ?? 0)
      let epochs = (0..<fit.count).compactMap { bestEpochs[$0].map(String.init) }.joined(separator: ", ")
      let each = fit.count > 1 ? " for each" : ""
      say(
        "refit  fits again from the start to all \(rows.grouped) training and validation rows, for the \(epochs) epochs that "
          + "were best\(each); nothing stops it early")
    }
    do { try Terminal.finishOutput() } catch { Terminal.note(error.line) }
  }

  private mutating func end(_ member: Int, _ refitting: Bool, _ result: MemberFit) {
    if !refitting { bestEpochs[member] = result.bestEpoch }
    guard fit.count > 1, !json, let stopped = result.stopped else { return }
    let kind = result.history.last?.valid == nil ? "training" : "validation"
    let what = refitting ? "refitted" : "fitted"
    say(
      "member \(member)  \(what): epoch \(result.bestEpoch), \(kind) loss \(result.loss.text(digits: 4)); stopped by "
        + stopped.rawValue)
  }

  private func say(_ line: String) {
    guard !json else { return }
    Terminal.status("")
    print(line)
  }
}
