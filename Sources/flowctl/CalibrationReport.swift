import FlowKit

/// What `calibrate --json` prints.
struct CalibrationLine: Encodable {
  /// The table that was read, and how many rows it has.
  let data: String
  let rows: Int
  let calibration: Calibration

  private enum Keys: CodingKey { case data, rows }

  /// The calibration's own keys stand beside these two.
  func encode(to encoder: any Encoder) throws {
    try calibration.encode(to: encoder)
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(data, forKey: .data)
    try container.encode(rows, forKey: .rows)
  }
}

/// What `calibrate` prints for people, at most 80 columns wide.
struct CalibrationReport {
  let calibration: Calibration
  let events: HeldOutEvents

  func show() {
    let of = events.rows > calibration.events ? " of \(events.rows.grouped)" : ""
    print("calibration on \(events.location)")
    print("\(calibration.events.grouped)\(of) rows, \(calibration.draws.grouped) draws for each")
    if let kept = events.kept { print("\(kept.grouped) rows were kept by their weights") }
    if events.nonFinite > 0 { print("left out: \(events.nonFinite.grouped) rows with values that are not finite") }
    print("")
    print(Self.row("", "bias / sigma", "width (1 = right)", ["p band", "p KS", "p chi2", "p Holm"]))
    for check in calibration.checks { print(Self.row(of: check)) }
    print("")
    if let density = calibration.density { print("coverage of highest-density regions\n  \(coverage(density))") }
    if let local = calibration.local { print(Self.line(local)) }
    print("\n\(calibration.verdict.wrapped(at: 80))")
  }

  private static func row(of check: RankCheck) -> String {
    row(
      names[check.statistic] ?? check.name, text(check.bias), text(check.width),
      [check.shapeP, check.ksP, check.chiSquareP, check.pHolm].map(text))
  }

  private static let names: [RankCheck.Statistic: String] = [
    .density: "log density", .distanceToUniform: "TARP, uniform", .distanceToEvent: "TARP, events",
  ]

  private static func row(_ name: String, _ bias: String, _ width: String, _ values: [String]) -> String {
    let short = name.count > 16 ? name.prefix(15) + "~" : name[...]
    return short.padded(to: 16) + bias.leftPadded(to: 16) + width.leftPadded(to: 19)
      + values.map { $0.leftPadded(to: 7) }.joined()
  }

  private static func text(_ estimate: Calibration.Estimate) -> String {
    "\(estimate.value.text(digits: 3)) ± \(estimate.error.text(digits: 3))"
  }

  private static func text(_ p: Double) -> String { p < 0.0005 ? "<.0005" : p.text(digits: 3) }

  private func coverage(_ density: RankCheck) -> String {
    let points = calibration.band.points
    return [0.5, 0.8, 0.9, 0.95].compactMap { level -> String? in
      guard let index = points.firstIndex(where: { abs($0 - level) < 1e-9 }) else { return nil }
      return "\((100 * level).text(digits: 0)) %: \((100 * density.distribution[index]).text(digits: 1)) %"
    }.joined(separator: "  ")
  }

  private static func line(_ local: LocalDependence) -> String {
    let worst = local.statistics.min { ($0.pValue, -$0.explained) < ($1.pValue, -$1.explained) }!
    return "dependence on the context  p = \(text(local.pValue)), most of \(worst.name) on \(worst.contextColumn)"
  }
}

extension StringProtocol {
  /// With line ends in place of spaces where lines would be longer.
  func wrapped(at width: Int) -> String {
    split(separator: " ").reduce(into: (text: "", column: 0)) { result, word in
      let fits = result.column + 1 + word.count <= width
      let isFirst = result.text.isEmpty
      result.text += isFirst ? word : (fits ? " " : "\n") + word
      result.column = isFirst || !fits ? word.count : result.column + 1 + word.count
    }.text
  }

  func padded(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }
  func leftPadded(to width: Int) -> String { String(repeating: " ", count: Swift.max(0, width - count)) + self }
}
