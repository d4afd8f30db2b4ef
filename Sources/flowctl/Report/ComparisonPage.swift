import FlowKit

extension Comparison {
  var verdictOnPage: HTML { .verdict(verdict, isWarning: differs(at: 0.05)) }

  /// What differs jointly, and column by column.
  var tables: [HTML] {
    let hasP = p != nil
    let rows = columns.map { column in
      [
        column.name, column.ks.significant(3), hasP ? column.ksP.asP : "–", hasP ? column.ksPHolm.asP : "–",
        column.w1.significant(3),
      ]
    }
    return [
      .table("Together", head: ["measure", "value", "p"], jointRows),
      .table("Column by column", head: ["column", "KS distance", "p", "p after Holm", "W₁ / σ"], rows),
    ]
  }

  private var jointRows: [[String]] {
    func p(_ value: Double?) -> String { self.p != nil ? value.map(\.asP) ?? "–" : "–" }
    func number(_ value: Double?, _ error: Double? = nil) -> String {
      guard let value else { return "–" }
      return value.significant(3) + (error.map { " ± \($0.significant(2))" } ?? "")
    }
    return [
      [
        "classifier's accuracy on rows it has not seen (0.5 where nothing can be told)",
        number(joint.c2st, joint.c2stError), p(joint.c2stP),
      ],
      ["area under its ROC curve", number(joint.auc, joint.aucError), "–"],
      ["energy distance [σ]", number(joint.energy), p(joint.energyP)], ["MMD²", number(joint.mmd), p(joint.mmdP)],
      ["sliced W₂ [σ]", number(joint.slicedW2), "–"], ["sliced KS distance", number(joint.slicedKS), "–"],
      ["Fréchet distance [σ²]", number(joint.frechet, joint.frechetError), "–"],
    ]
  }
}

extension HTML {
  static func verdict(_ text: String, isWarning: Bool) -> HTML {
    "<p class=\"\(isWarning ? "verdict warn" : "verdict")\">\(text)</p>"
  }
}

extension Double {
  /// As a p-value is written.
  var asP: String { self < 0.0005 ? "< 0.0005" : text(digits: 3) }
}

extension ComparedSamples {
  /// The page of `flowctl compare`.
  func page(_ comparison: Comparison, _ command: Compare) throws(FlowError) -> Page {
    let most = EventReading.usualRows
    let shown = (
      try ReadEvents(first, atMost: most, seed: command.seed), try ReadEvents(second, atMost: most, seed: command.seed)
    )
    func rows(_ read: ReadEvents, _ letter: String) -> PictureEvents.Rows {
      PictureEvents.Rows(values: read.rows.events, weights: read.rows.weights, name: "\(letter): \(read.name)")
    }
    let events = PictureEvents(
      columns: first.columns, units: first.units, data: rows(shown.0, "A"), model: rows(shown.1, "B"))
    let facts: [(String, String)] = [
      ("A", "\(first.place), \(first.count.grouped) rows"), ("B", "\(second.place), \(second.count.grouped) rows"),
      ("p after correction", comparison.p.map(\.asP) ?? "none: the model was fitted to these rows"),
      ("classifier", comparison.joint.c2st?.significant(3) ?? "–"),
    ]
    return Page(
      kind: "flowctl compare", title: "Two samples compared", summary: .facts(facts),
      sections: [
        ("Verdict", "verdict", [comparison.verdictOnPage]),
        (
          "A against B", "corner",
          [
            try .figure(
              CornerPlot.picture(events), id: "corner-figure",
              caption:
                "Blue: A, with errors of one standard deviation. Orange: B. Contours hold 39.3, 86.5 and 98.9 % of the events (1, 2 and 3 standard deviations of a normal density of two columns)."
            )
          ]
        ),
        ("Measures", "measures", comparison.tables),
        (
          "To repeat it", "repeat",
          [.code(CommandLine.arguments.joined(separator: " "), label: "Command")]
        ),
      ])
  }
}
