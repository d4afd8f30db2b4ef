/// Leads features with declared bounds to the whole line: z = log(x − a) above a bound a, z = −log(b − x) below b, and
/// z = log((x − a)/(b − x)), a scaled logit, between both. A feature without bounds is left alone.
///
/// log dz/dx is −log(x − a), −log(b − x) or log(b − a) − log(x − a) − log(b − x). The inverse always lies strictly
/// between the bounds: what would round to a bound, or beyond the finite numbers, becomes the last number before it.
/// `flowctl fit --bounds column=a..b`.
public struct Bounded: ElementwisePreprocessing {
  public static let layerName = "bounds"
  /// a of each feature, if any.
  public let lower: [Double?]
  /// b of each feature, if any.
  public let upper: [Double?]

  private enum CodingKeys: CodingKey { case lower, upper }

  public init(lower: [Double?], upper: [Double?]) {
    precondition(lower.count == upper.count, "\(lower.count) lower bounds, \(upper.count) upper ones")
    for (a, b) in zip(lower, upper) {
      precondition(
        (a ?? -1).isFinite && (b ?? 1).isFinite && (a ?? -.infinity) < (b ?? .infinity), "bounds rise and are finite")
    }
    (self.lower, self.upper) = (lower, upper)
  }

  public func checkDescription() throws(FlowError) {
    try DescriptionCheck.require(
      lower.count == upper.count
        && zip(lower, upper).allSatisfy {
          ($0 ?? -1).isFinite && ($1 ?? 1).isFinite && ($0 ?? -.infinity) < ($1 ?? .infinity)
        },
      "\(Self.layerName) has bounds that do not rise")
  }

  public var dimension: Int { lower.count }
  public var isAffine: Bool { (lower + upper).allSatisfy { $0 == nil } }
  public var domain: [Interval] { zip(lower, upper).map { Interval($0 ?? -.infinity, $1 ?? .infinity) } }

  public func forward(_ x: Double, feature: Int) -> ElementwiseValue {
    switch (lower[feature], upper[feature]) {
    case (nil, nil): return .identity(x)
    case (let a?, nil):
      let d = inside(x, feature) - a
      return ElementwiseValue(.log(d), slope: 1 / d, logSlope: -.log(d), logSlopeDerivative: -1 / d)
    case (nil, let b?):
      let d = b - inside(x, feature)
      return ElementwiseValue(-.log(d), slope: 1 / d, logSlope: -.log(d), logSlopeDerivative: 1 / d)
    case (let a?, let b?):
      let x = inside(x, feature)
      let (left, right) = (x - a, b - x)
      let (z, slope) = (Double.log(left) - .log(right), (b - a) / left / right)
      return ElementwiseValue(
        z, slope: slope, logSlope: .log(b - a) - .log(left) - .log(right), logSlopeDerivative: 1 / right - 1 / left)
    }
  }

  public func inverse(_ z: Double, feature: Int) -> ElementwiseValue {
    switch (lower[feature], upper[feature]) {
    case (nil, nil): return .identity(z)
    case (let a?, nil):
      return ElementwiseValue(inside(a + .exp(z), feature), slope: .exp(z), logSlope: z, logSlopeDerivative: 1)
    case (nil, let b?):
      return ElementwiseValue(inside(b - .exp(-z), feature), slope: .exp(-z), logSlope: -z, logSlopeDerivative: -1)
    case (let a?, let b?):
      // With e = exp(−|z|), the nearer bound is (b − a) e/(1 + e) away.
      let e = Double.exp(-abs(z))
      let distance = (b - a) * (e / (1 + e))
      return ElementwiseValue(
        inside(z < 0 ? a + distance : b - distance, feature), slope: distance / (1 + e),
        logSlope: .log(b - a) - abs(z) - 2 * .log(onePlus: e), logSlopeDerivative: -.tanh(z / 2))
    }
  }

  /// The nearest number strictly between the bounds. NaN stays.
  private func inside(_ x: Double, _ feature: Int) -> Double {
    let last = upper[feature]?.nextDown ?? .greatestFiniteMagnitude
    let first = lower[feature]?.nextUp ?? -.greatestFiniteMagnitude
    return x < first ? first : x > last ? last : x
  }

  public func summary(columns: [String]) -> String {
    columns.indices.compactMap { feature in
      guard let range = rangeText(lower[feature], upper[feature]) else { return nil }
      return "\(lower[feature] != nil && upper[feature] != nil ? "logit" : "log") of \(columns[feature]) (\(range))"
    }.joined(separator: ", ")
  }
}

/// Bounds as `--bounds` takes them, such as `0..1` or `0..`; nil without any.
func rangeText(_ lower: Double?, _ upper: Double?) -> String? {
  func text(_ x: Double?) -> String {
    guard let x else { return "" }
    return Int(exactly: x).map { "\($0)" } ?? "\(x)"
  }
  return lower == nil && upper == nil ? nil : "\(text(lower))..\(text(upper))"
}
