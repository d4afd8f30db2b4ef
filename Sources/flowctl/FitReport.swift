import FlowKit

// What a fit says when it is over.

extension Fit {
  private struct ResultLine: Encodable {
    let model: String
    let objective: String?
    /// Of an ensemble that of each member.
    let bestEpoch: Int?
    /// Null without validation events. Of an ensemble that of the mixture, of a fit that was then repeated on all rows that of the first.
    let valid: JSONNumber
    let validStandardError: JSONNumber?
    /// Only without validation events: mean over the last epoch, each batch before its step.
    let train: JSONNumber?
    let stopped: String
    let refit: Bool?
    let members: [MemberLine]?
  }

  private struct MemberLine: Encodable {
    let seed: UInt64
    let bestEpoch: Int
    let valid, train: JSONNumber?
    let stopped: String

    /// `valid` is that of the likelihood, and of the fit that selected where another followed.
    init(_ member: MemberFit, _ seed: UInt64) {
      self.seed = seed
      bestEpoch = member.selection?.epochs ?? member.bestEpoch
      let history = member.selection?.history ?? member.history
      let best = history.first { [bestEpoch] in $0.epoch == bestEpoch }
      valid = (best?.companion ?? best?.valid).map { JSONNumber($0) }
      train = JSONNumber(member.history.last?.train)
      stopped = member.stopped?.rawValue ?? "unfinished"
    }
  }

  func report(_ fit: EnsembleFit, _ state: EnsembleState) throws(FlowError) {
    if fit.count == 1, !fit.refits {
      try report(state.members[0], fit.setup.objective)
    } else {
      try reportAll(fit, state)
    }
    let epoch = state.members.last!.bestEpoch
    if state.isInterrupted {
      let what = fit.count > 1 ? "\(state.members.count) of \(fit.count) members" : "the best model"
      Terminal.note("flowctl: interrupted; wrote \(what) so far, of epoch \(epoch), to \(output)")
    } else if state.members.count < fit.count || !state.members.allSatisfy(\.hasEnded) {
      Terminal.note("flowctl: interrupted; wrote \(state.members.count) of \(fit.count) members to \(output)")
    }
    for (index, member) in state.members.enumerated() {
      guard let failure = member.failure else { continue }
      let which = fit.count > 1 ? "member \(index), " : ""
      throw FlowError(.numerics, "\(which)\(failure.message); the model of epoch \(member.bestEpoch) is in \(output)")
    }
  }

  private func report(_ result: MemberFit, _ objective: FitObjective) throws(FlowError) {
    let best = result.history.first { $0.epoch == result.bestEpoch }
    let hasValidation = result.history.last?.valid != nil
    let loss = objective.criterion == nil ? result.loss : best?.companion
    let stopped = result.stopped?.rawValue ?? ""
    if json {
      try ResultLine(
        model: output, objective: self.objective.isGiven ? objective.name : nil, bestEpoch: result.bestEpoch,
        valid: JSONNumber(hasValidation ? loss : nil), validStandardError: nil,
        train: hasValidation ? nil : JSONNumber(loss), stopped: stopped, refit: nil, members: nil
      ).printJSON()
    } else {
      let kind = hasValidation ? "validation" : "training"
      let unit = objective.criterion == nil ? "loss" : objective.name
      let loss = "\(kind) \(unit) \(result.loss.text(digits: 4))" + (objective.criterion == nil ? " nats" : "")
      let likelihood = best?.companion.map { ", -log p \($0.text(digits: 4)) nats" } ?? ""
      print("model  \(output): epoch \(result.bestEpoch), \(loss)\(likelihood); stopped by \(stopped)")
    }
    if let (ruined, likeliest) = result.history.ruinedLikelihood(best: result.bestEpoch) {
      Terminal.note(
        "\(objective.name) has ruined the likelihood: -log p is \((ruined.companion ?? .nan).text(digits: 4)) nats in epoch "
          + "\(ruined.epoch), and was \((likeliest.companion ?? .nan).text(digits: 4)) in epoch \(likeliest.epoch); "
          + "--likelihood-weight mixes it in")
    }
  }

  /// Of an ensemble, and of a fit that is repeated on all rows.
  private func reportAll(_ fit: EnsembleFit, _ state: EnsembleState) throws(FlowError) {
    let isWhole = state.members.count == fit.count && state.members.allSatisfy(\.hasEnded)
    let reasons = Set(state.members.compactMap { $0.stopped?.rawValue }).sorted().joined(separator: ", ")
    guard !json else {
      let members = state.members.enumerated().map { MemberLine($1, fit.seed(ofMember: $0)) }
      return try ResultLine(
        model: output, objective: objective.isGiven ? fit.setup.objective.name : nil,
        bestEpoch: fit.count == 1 ? members[0].bestEpoch : nil,
        valid: JSONNumber(state.validation.map { -$0.value }),
        validStandardError: JSONNumber(state.validation?.standardError), train: nil,
        stopped: isWhole ? reasons : "interrupted",
        refit: fit.refits ? state.members.allSatisfy { $0.selection != nil } : nil,
        members: members
      ).printJSON()
    }
    let what = fit.count > 1 ? "mixture of \(state.members.count) flows" : "one flow"
    let loss = state.validation.map { score in
      ", validation loss \((-score.value).text(digits: 4)) ± \(score.standardError.text(digits: 4)) nats"
    }
    let refitted = fit.refits && isWhole ? " before they were fitted again to all rows" : ""
    print(
      "model  \(output): \(what)\(loss.map { $0 + refitted } ?? ""); stopped by \(isWhole ? reasons : "interrupted")")
  }
}
