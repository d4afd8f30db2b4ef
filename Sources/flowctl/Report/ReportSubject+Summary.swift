import FlowKit

extension ReportSubject {
  /// The figures that a reader looks for first.
  var summary: HTML {
    var facts: [(String, String)] = []
    if let mean = meanLogDensity, let read {
      let lost = mean.infinite > 0 ? "; \(mean.infinite.grouped) rows have none" : ""
      facts.append(
        (
          "mean log-density of \(read.count.grouped) rows",
          "\(mean.value.text(digits: 4)) ± \(mean.error.text(digits: 4)) nats\(lost)"
        ))
    }
    if let valid = model.provenance["validation_log_density"]?.number {
      let error =
        model.provenance["validation_log_density_standard_error"]?.number.map { " ± \($0.text(digits: 4))" } ?? ""
      facts.append(("of the validation rows", "\(valid.text(digits: 4))\(error) nats"))
    }
    if let elbo = model.provenance["elbo"]?.number { facts.append(("ELBO", "\(elbo.text(digits: 4)) nats")) }
    let compared = comparisons
    if !compared.isEmpty, areTested {
      let different = compared.filter(\.comparison.isDifferent).map(\.name)
      let which =
        different.isEmpty ? "none" : different.prefix(4).joined(separator: ", ") + (different.count > 4 ? " …" : "")
      facts.append(("columns distributed otherwise than the data", "\(different.count) of \(compared.count): \(which)"))
    }
    let parameters = model.members.reduce(0) { $0 + $1.flow.parameters.count }
    facts.append(
      ("parameters", parameters.grouped + (model.members.count > 1 ? " in \(model.members.count) flows" : "")))
    let findings = Set(
      model.members.flatMap {
        Expressivity.analyze($0.flow.architecture, repairing: false).findings.map(\.kind.rawValue)
      })
    facts.append(
      ("findings on the architecture", findings.isEmpty ? "none" : findings.sorted().joined(separator: ", ")))
    return .facts(facts)
  }

  // MARK: What was fitted

  var fitSection: [HTML] {
    var contents: [HTML] = [.paragraph(sentences.joined(separator: " "))]
    if let plan = model.provenance["automatic_plan"]?.text {
      contents.append(.paragraph("What was not named was chosen from the data:"))
      let decisions = plan.split(separator: ";").map { text -> HTML in
        "<li>\(String(text.drop(while: \.isWhitespace)))</li>"
      }
      contents.append("<ul>\(decisions)</ul>")
    }
    if let rounds = rounds { contents.append(rounds) }
    let flows = model.members.enumerated().map { index, member in
      [
        "\(index + 1)", "\(member.flow.parameters.count.grouped)", member.flow.architecture.base.text,
        member.flow.architecture.layerList,
      ]
    }
    // Flows of an ensemble mostly have the same layers.
    if Set(flows.map { $0.last! }).count == 1 {
      let flow = model.members[0].flow.architecture
      contents.append(
        .facts(
          [
            ("layers", flow.layerList), ("base", flow.base.text),
            ("preprocessing", flow.preprocessingSummary(columns: model.columns)),
          ], areLong: true))
    } else {
      contents.append(.table("The flows", head: ["flow", "parameters", "base", "layers"], flows))
    }
    return contents
  }

  /// What was fitted, to what, and how, in words.
  private var sentences: [String] {
    let flows =
      model.members.count == 1
      ? "A normalizing flow" : "A mixture of \(model.members.count) normalizing flows of equal weight"
    let columns = model.columns.withUnits(model.units)
    let shown =
      columns.count > 20 ? columns.prefix(20).joined(separator: ", ") + ", …" : columns.joined(separator: ", ")
    let given =
      model.contextColumns.isEmpty
      ? "" : " given \(model.contextColumns.withUnits(model.contextUnits).joined(separator: ", "))"
    let number = columns.count == 1 ? "one column" : "\(columns.count) columns"
    var sentences: [String] = []
    func text(_ key: String) -> String? { model.provenance[key]?.text }
    if let target = text("target") {
      sentences.append(
        "\(flows) approximates the density \(target) of \(number) (\(shown)), which was given as a program: no data were fitted."
      )
    } else {
      let rows = model.provenance["training_rows"]?.integer.map { "\($0.grouped) events of " } ?? ""
      let what = model.contextColumns.isEmpty ? "density" : "conditional density"
      sentences.append(
        "\(flows) for the \(what) of \(number) (\(shown))\(given) was fitted to \(rows)\(text("data") ?? "data that the file does not name")."
      )
    }
    if let dropped = model.provenance["dropped_rows"]?.integer, dropped > 0 {
      sentences.append("\(dropped.grouped) rows were left out, because they hold values that are not finite.")
    }
    if let rows = model.provenance["validation_rows"]?.integer, rows > 0, let place = text("validation") {
      sentences.append("\(rows.grouped) other events of \(place) chose the epoch.")
    }
    if let objective = text("objective") {
      sentences.append(
        objective == FitObjective.likelihood.description
          ? "Training maximised the likelihood." : "The objective was \(objective).")
    }
    if let stopped = text("stopped") { sentences.append(Self.stopping(stopped)) }
    if let broad = model.members[0].flow.architecture.broad {
      sentences.append(
        "A broad component has \(broad.weight.significant(2)) of the mass, so that no event costs without bound.")
    }
    if let created = text("created"), let program = text("program") {
      sentences.append("\(program) wrote the model on \(created.prefix(10)) at \(created.dropFirst(11).prefix(5)) UTC.")
    }
    return sentences
  }

  private static func stopping(_ reason: String) -> String {
    switch reason {
    case "epochs": "It ended after the planned number of epochs."
    case "patience": "It ended when the validation loss no longer fell."
    case "time": "It ended when its time was over."
    case "complete": "All of its trainings have ended."
    case "interrupted": "It was interrupted: this is the best flow until then."
    case "unfinished": "It has not ended yet: this is the best flow so far."
    default: "It ended by: \(reason)."
    }
  }

  /// The rounds of an automatic fit.
  private var rounds: HTML? {
    guard let text = model.provenance["automatic_rounds"]?.text, let rounds = Self.rounds(text), !rounds.isEmpty else {
      return nil
    }
    let rows = rounds.enumerated().map { index, round in
      [
        "\(index + 1)", round.purpose.rawValue, round.subject, "\(round.members)", "\(round.epochs)",
        round.logDensity.map { $0.text(digits: 4) } ?? "–", round.error.map { "± " + $0.text(digits: 4) } ?? "–",
        round.isBest ? "better" : "no better",
      ]
    }
    return .table(
      "What was tried: log-densities are means over the validation events",
      head: ["round", "purpose", "preprocessing", "flows", "epochs", "log-density [nats]", "standard error", "result"],
      rows)
  }

  private static func rounds(_ text: String) -> [FitRound]? {
    do throws(FlowError) { return try [FitRound](jsonText: text, "the rounds of the fit") } catch { return nil }
  }

  // MARK: Inference

  var inferenceSection: [HTML] {
    func number(_ key: String) -> Double? { model.provenance[key]?.number }
    guard let elbo = number("elbo") else { return [] }
    var rows = [
      [
        "ELBO", elbo.text(digits: 4) + (number("elbo_standard_error").map { " ± \($0.text(digits: 4))" } ?? ""),
        "a lower bound of log Z, in nats; the closer, the better the flow",
      ]
    ]
    if let logZ = number("log_z") {
      rows.append([
        "log Z", logZ.text(digits: 4) + (number("log_z_standard_error").map { " ± \($0.text(digits: 4))" } ?? ""),
        "by importance weights; its error holds only where the weights can be trusted",
      ])
      rows.append([
        "log Z − ELBO", (logZ - elbo).text(digits: 4), "about the divergence KL(flow ‖ target) that is left, in nats",
      ])
    }
    if let ess = number("ess") {
      rows.append(["effective draws", "\((100 * ess).text(digits: 1)) %", "of the weighted draws, (Σw)²/(n Σw²)"])
    }
    if let khat = number("khat") {
      rows.append([
        "k̂", khat.text(digits: 2),
        khat < 0.7
          ? "tail of the weights: below 0.7, they can be trusted"
          : "tail of the weights: above 0.7, they cannot be trusted, nor can log Z and the effective draws",
      ])
    }
    if let modes = model.provenance["collapse"]?.text {
      rows.append(["lost modes", modes, "a probe for modes that the flow does not cover"])
    }
    return [.table("How well the flow stands for the target", head: ["quantity", "value", "what it says"], rows)]
  }
}
