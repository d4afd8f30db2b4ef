import FlowKit

/// The losses of training over its epochs, and the epoch that was chosen.
enum TrainingPlot {
  /// Histories of the flows of a model, as far as they are stored.
  static func picture(_ model: Model) throws(FlowError) -> Picture {
    let curves = model.curves
    let (width, height, left, top) = (640.0, 320.0, 84.0, 44.0)
    guard let epochs = curves.flatMap({ $0.history.map(\.epoch) }).max(), epochs > 0 else {
      throw FlowError(.data, "the model holds no history of its training, such as 'flowctl fit' writes")
    }
    var script = PlotScript(width: Int(left + width + 24), height: Int(top + height + 56))
    let losses = curves.flatMap { $0.history.flatMap { [$0.train, $0.valid ?? $0.train] } }.filter(\.isFinite)
    let sorted = SortedColumn(losses)
    let low = sorted.values[0]
    // The first epochs of a long training would leave no room for the others.
    let high = max(sorted.quantile(epochs > 8 ? 0.93 : 1), low + 1e-6)
    let range = (low - 0.06 * (high - low))...(high + 0.08 * (high - low))
    script.panel(x: left, y: top, width: width, height: height)
    let horizontal = 0.5...(Double(epochs) + 0.5)
    script.line(
      "set xrange [\(horizontal.lowerBound):\(horizontal.upperBound)]; set yrange [\(range.lowerBound):\(range.upperBound)]"
    )
    let whole = AxisTicks(horizontal, atMost: 9)
    script.line(
      "set xtics (\(whole.positions.filter { $0 == $0.rounded() }.map { "\(Int($0))" }.joined(separator: ", "))) nomirror font ',10' offset 0,0.3"
    )
    script.tics("y", AxisTicks(range, atMost: 6), labelled: true, size: 10)
    script.label("epoch", x: left + width / 2, y: top + height + 38)
    let ticks = AxisTicks(range, atMost: 6)
    let note = ticks.offset == 0 ? "" : " \(ticks.offset < 0 ? "+" : "−") \(ticks.offset.magnitude.significant(9))"
    script.label(model.lossName + note, x: 18, y: top + height / 2, isUpwards: true)
    let hasValidation = curves.contains { $0.history.contains { $0.valid != nil } }
    legend(hasValidation, left, &script)
    var parts: [String] = []
    let isOne = curves.count == 1
    for (history, chosen) in curves {
      let train = script.data([history.map { [Double($0.epoch), $0.train] }])
      parts.append("\(train) using 1:2 with lines lw \(isOne ? 1.6 : 0.8) lc rgb '\(Ink.data)'")
      let valid = history.compactMap { report in report.valid.map { [Double(report.epoch), $0] } }
      guard !valid.isEmpty else { continue }
      parts.append("\(script.data([valid])) using 1:2 with lines lw \(isOne ? 1.8 : 0.9) lc rgb '\(Ink.model)'")
      if let best = valid.first(where: { $0[0] == Double(chosen) }) {
        parts.append("\(script.data([[best]])) using 1:2 with points pt 6 ps 0.9 lw 1.6 lc rgb '\(Ink.model)'")
      }
    }
    if isOne, let (history, chosen) = curves.first, history.contains(where: { $0.epoch == chosen }) {
      script.line(
        "set arrow from \(chosen), graph 0 to \(chosen), graph 1 nohead lw 0.8 dt 2 lc rgb '\(Ink.frame)' back")
      let isRight = Double(chosen) > 0.75 * Double(epochs)
      script.line(
        "set label 'epoch \(chosen), chosen' at \(chosen), graph 0.94 \(isRight ? "right offset -1,0" : "left offset 1,0") font ',10' textcolor rgb '\(Ink.quiet)'"
      )
    }
    script.line("plot \(parts.joined(separator: ", "))")
    return script.picture(alternative(model, curves))
  }

  private static func legend(_ hasValidation: Bool, _ left: Double, _ script: inout PlotScript) {
    script.stroke(from: (left, 20), to: (left + 24, 20), colour: Ink.data, width: 2.4)
    script.label("training rows", x: left + 32, y: 20, .left)
    guard hasValidation else { return }
    script.stroke(from: (left + 160, 20), to: (left + 184, 20), colour: Ink.model, width: 2.4)
    script.label("validation rows", x: left + 192, y: 20, .left)
  }

  private static func alternative(_ model: Model, _ curves: [(history: [EpochReport], chosen: Int)]) -> String {
    let texts = curves.enumerated().map { index, curve in
      let last = curve.history.last!
      let best = curve.history.first { $0.epoch == curve.chosen } ?? last
      let valid = best.valid.map { ", validation \($0.significant(5))" } ?? ""
      return (curves.count > 1 ? "Flow \(index + 1): " : "")
        + "\(curve.history.count) epochs; in epoch \(best.epoch), which was chosen, training \(best.train.significant(5))\(valid)"
    }
    return "\(model.lossName) over the epochs of training. \(texts.joined(separator: ". "))."
  }
}

extension Model {
  /// The history of each flow that chose its number of epochs, and the chosen epoch.
  var curves: [(history: [EpochReport], chosen: Int)] {
    members.compactMap { member in
      let history = member.selectionHistory.isEmpty ? member.history : member.selectionHistory
      guard let last = history.last else { return nil }
      let own = members.count > 1 ? member.provenance : provenance
      let stored = own[member.selectionHistory.isEmpty ? "best_epoch" : "refit_epochs"]?.integer
      return (history, stored ?? last.epoch)
    }
  }

  /// What its losses are.
  var lossName: String {
    let objective = provenance["objective"]?.text ?? FitObjective.likelihood.description
    return objective == FitObjective.likelihood.description ? "−log p per event [nats]" : objective
  }
}
