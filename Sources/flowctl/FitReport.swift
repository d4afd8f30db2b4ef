import FlowKit

// What a fit says when it is over.

extension Fit {
  private struct ResultLine: Encodable {
    let model: String
    let objective: String?
    let bestEpoch: Int
    /// Null without validation events.
    let valid: JSONNumber
    /// Only without validation events: mean over the last epoch, each batch before its step.
    let train: JSONNumber?
    let stopped: String
  }

  func report(_ result: TrainingResult, _ objective: FitObjective) throws(FlowError) {
    let best = result.history.first { $0.epoch == result.bestEpoch }
    let hasValidation = result.history.last?.valid != nil
    let loss = objective.criterion == nil ? result.loss : best?.companion
    if json {
      try ResultLine(
        model: output, objective: self.objective.isGiven ? objective.name : nil, bestEpoch: result.bestEpoch,
        valid: JSONNumber(hasValidation ? loss : nil), train: hasValidation ? nil : JSONNumber(loss),
        stopped: result.stopped.rawValue
      ).printJSON()
    } else {
      let kind = hasValidation ? "validation" : "training"
      let unit = objective.criterion == nil ? "loss" : objective.name
      let loss = "\(kind) \(unit) \(result.loss.text(digits: 4))" + (objective.criterion == nil ? " nats" : "")
      let likelihood = best?.companion.map { ", -log p \($0.text(digits: 4)) nats" } ?? ""
      print("model  \(output): epoch \(result.bestEpoch), \(loss)\(likelihood); stopped by \(result.stopped.rawValue)")
    }
    if let (ruined, likeliest) = result.ruinedLikelihood() {
      Terminal.note(
        "\(objective.name) has ruined the likelihood: -log p is \((ruined.companion ?? .nan).text(digits: 4)) nats in epoch "
          + "\(ruined.epoch), and was \((likeliest.companion ?? .nan).text(digits: 4)) in epoch \(likeliest.epoch); "
          + "--likelihood-weight mixes it in")
    }
    if result.stopped == .interrupted {
      Terminal.note("flowctl: interrupted; wrote the best model so far, of epoch \(result.bestEpoch), to \(output)")
    }
    if let failure = result.failure {
      throw FlowError(.numerics, "\(failure.message); the model of epoch \(result.bestEpoch) is in \(output)")
    }
  }
}
