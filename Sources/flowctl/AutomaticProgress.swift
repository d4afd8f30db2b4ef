import FlowKit

/// Shows the rounds of an automatic fit.
struct AutomaticProgress {
  let json: Bool
  /// The validation losses of the flow that is trained, and since when it is.
  private var losses: [Double] = []
  private var start = ContinuousClock.now

  init(json: Bool) { self.json = json }

  mutating func show(_ event: AutomaticFitEvent) {
    switch event {
    case .begins(let purpose, let epochs, let flows):
      (losses, start) = ([], .now)
      Terminal.status("\(purpose.rawValue): \(flows) flows, \(epochs) epochs")
    case .training(.progress(let step, let total, let epoch, let train, let rate)):
      let left = (ContinuousClock.now - start) / max(1, step) * (total - step)
      Terminal.status(
        Terminal.fitting([
          "epoch \(epoch)", "\(FitProgress.clock(left)) left", "train \(train.text(digits: 4))",
          losses.last.map { "valid \($0.text(digits: 4))" } ?? "", Sparkline.text(losses, width: 16),
          "\(Int(rate).grouped) events/s",
        ]))
    case .training(.epoch(let report)): if let valid = report.valid { losses.append(valid) }
    case .training(.retry(let message)), .training(.note(let message)): Terminal.note(message)
    case .ended(let round): show(round)
    }
  }

  private func show(_ round: FitRound) {
    if json {
      do { try round.printJSON() } catch { Terminal.note(error.line) }
      return
    }
    Terminal.status("")
    let loss = round.logDensity.map { "  valid \((-$0).text(digits: 4))" } ?? ""
    let flows = round.members == 1 ? "1 flow" : "\(round.members) flows"
    let mark = round.isBest ? "" : "  no better"
    Terminal.note(
      "\(round.purpose.rawValue)  \(round.subject), \(flows), \(round.epochs) epochs\(loss)\(mark)  "
        + "\(round.seconds.text(digits: 1)) s")
  }
}
