/// The one line that says whether a density is calibrated: what is wrong, in which direction, by how much.
struct CalibrationVerdict {
  let columns: [RankCheck]
  let density: RankCheck?
  let local: LocalDependence?
  /// That of the local test after correction.
  let localP: Double
  let events: Int
  let pValue: Double
  private static let level = 0.05

  var line: String {
    guard pValue < Self.level else {
      return "calibrated: nothing in \(events) events speaks against it (smallest corrected p = \(Self.text(pValue)))"
    }
    return "not calibrated (p \(Self.comparison(pValue))): \(finding)"
  }

  private var finding: String {
    let failed = columns.filter { $0.pHolm < Self.level }.sorted { $0.pHolm < $1.pHolm }
    if let worst = Self.worst(of: failed) {
      let others = failed.count - 1
      let more = others > 0 ? "; \(others) more column\(others == 1 ? "" : "s")" : ""
      return Self.finding(of: worst) + more
    }
    if let density, density.pHolm < Self.level { return Self.jointFinding(of: density) }
    if let local, localP < Self.level { return Self.localFinding(of: local) }
    return "each column is right by itself, but not how columns go together"
  }

  /// The failed column whose bias or width is furthest from right.
  private static func worst(of failed: [RankCheck]) -> RankCheck? {
    failed.max { severity($0) < severity($1) }
  }

  private static func severity(_ check: RankCheck) -> Double {
    max(abs(check.bias.value), abs(Double.log(check.width.value)))
  }

  /// What is wrong with one column: what its errors show, at least the larger of bias and width.
  private static func finding(of check: RankCheck) -> String {
    let (width, bias) = (check.width, check.bias)
    let ofWidth = abs(width.value - 1) / width.error
    let ofBias = abs(bias.value) / bias.error
    guard max(ofWidth, ofBias) > 2.5 else { return "\(check.name) has another shape than the events" }
    var parts: [String] = []
    if ofWidth > 2.5 { parts.append("intervals of \(check.name) too \(widthText(width))") }
    if ofBias > 2.5 {
      let direction = bias.value > 0 ? "low" : "high"
      parts.append(
        "\(check.name) too \(direction) by \(text(abs(bias.value), 2)) ± \(text(bias.error, 2)) of its standard deviation"
      )
    }
    return (ofWidth > ofBias ? parts : parts.reversed()).joined(separator: ", ")
  }

  /// "narrow by about 10 ± 2 %": events scatter `width` times as far as the density says.
  static func widthText(_ width: Calibration.Estimate) -> String {
    let isNarrow = width.value > 1
    let percent = 100 * abs(1 / width.value - 1)
    let error = 100 * width.error / (width.value * width.value)
    return "\(isNarrow ? "narrow" : "wide") by about \(text(percent, 0)) ± \(text(max(1, error), 0)) %"
  }

  /// What regions of some masses hold, and in which direction that is wrong, if it is one.
  private static func jointFinding(of density: RankCheck) -> String {
    let points = density.distribution.count + 1
    let held = [0.5, 0.8, 0.95].map { mass in
      text(100 * density.distribution[Int((mass * Double(points)).rounded()) - 1], 1)
    }
    let ofBias = density.bias.value / density.bias.error
    let direction = abs(ofBias) > 2.5 ? " too \(ofBias > 0 ? "small" : "large")" : ""
    return
      "joint regions\(direction): those of 50, 80 and 95 % hold \(held[0]), \(held[1]) and \(held[2]) % of the events"
  }

  private static func localFinding(of local: LocalDependence) -> String {
    let worst = local.statistics.min { $0.pValue == $1.pValue ? $0.explained > $1.explained : $0.pValue < $1.pValue }!
    func size(_ region: LocalDependence.Region) -> Double {
      max(abs(region.bias.value) / region.bias.error, abs(region.width.value - 1) / region.width.error)
    }
    let region = worst.regions.max { size($0) < size($1) }!
    let place = "where \(worst.contextColumn) is \(significant(region.lowest)) to \(significant(region.highest))"
    let isWidth = abs(region.width.value - 1) / region.width.error > abs(region.bias.value) / region.bias.error
    let what: String
    if worst.name == RankCheck.Statistic.density.rawValue {
      what = "joint regions too \((isWidth ? region.width.value > 1 : region.bias.value > 0) ? "small" : "large")"
    } else if isWidth {
      what = "\(worst.name) too \(widthText(region.width))"
    } else {
      what =
        "\(worst.name) too \(region.bias.value > 0 ? "low" : "high") by "
        + "\(text(abs(region.bias.value), 2)) of its standard deviation"
    }
    return "right on average, but not everywhere: \(what) \(place)"
  }

  private static func comparison(_ p: Double) -> String { p < 1e-4 ? "< 0.0001" : "= \(text(p))" }

  /// Two digits of a probability.
  static func text(_ p: Double) -> String {
    guard p > 0 else { return "0" }
    var (digits, scale) = (2, 0.1)
    while p < scale, digits < 8 { (digits, scale) = (digits + 1, scale / 10) }
    return text(p, digits)
  }

  /// About four digits of a number of any size.
  private static func significant(_ value: Double) -> String {
    let size = abs(value)
    guard size < 1e9, size == 0 || size > 1e-3 else { return "\(Float(value))" }
    return text(value, size >= 1_000 ? 0 : size >= 10 ? 1 : 3)
  }

  /// With so many digits behind the point.
  static func text(_ value: Double, _ digits: Int) -> String {
    let scale = (0..<digits).reduce(1.0) { product, _ in product * 10 }
    guard abs(value) * scale < 1e15 else { return "\(value)" }
    let whole = Int((abs(value) * scale).rounded())
    let (units, rest) = whole.quotientAndRemainder(dividingBy: Int(scale))
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(units)" }
    let fraction = String(rest)
    return "\(sign)\(units).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
  }
}
