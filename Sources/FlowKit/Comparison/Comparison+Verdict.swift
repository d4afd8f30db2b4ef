// What all tests say together, in a number and in a sentence.

extension Comparison {
  /// A test of the comparison, with its p-value.
  public struct Test: Sendable, Equatable {
    /// `columns`, `energy`, `mmd` or `classifier`.
    public let name: String
    public let p: Double
  }

  /// The tests that have a p-value: that of the columns, which is the least of their corrected ones, and the joint ones.
  public var tests: [Test] {
    let columns = columns.map(\.ksPHolm).min()
    let all = [
      ("columns", columns), ("energy", joint.energyP), ("mmd", joint.mmdP), ("classifier", joint.c2stP),
    ]
    return all.compactMap { name, p in p.map { Test(name: name, p: $0) } }
  }

  /// The p-value of the hypothesis that all of it is chance: the least one of the tests, corrected for their number (Holm
  /// 1979). Nil where the second sample was drawn from a model that was fitted to the rows of the first.
  public var p: Double? {
    guard !isFitted, let least = tests.map(\.p).min() else { return nil }
    return min(1, least * Double(tests.count))
  }

  /// Whether the samples are found to differ at the level α.
  public func differs(at level: Double) -> Bool { p.map { $0 <= level } ?? false }

  /// One line in words: whether the samples differ, by how much, and how that was tested.
  public var verdict: String {
    func named(_ sample: Sample) -> String { "\(sample.name) (\(sample.rows) row\(sample.rows == 1 ? "" : "s"))" }
    let rows = "\(named(first)) and \(named(second))"
    let isDifferent = tests.contains { $0.p * Double(tests.count) <= 0.05 }
    var parts: [String]
    switch p {
    case nil:
      parts = ["\(rows): no p-value, because the model was fitted to these rows"]
      parts.append("distances only, which such rows make too small")
    case let p?:
      let corrected =
        "p = \(Self.text(p)), the least of \(tests.count) tests (\(testNames)), corrected by Holm's method"
      parts = [isDifferent ? "\(rows) differ: \(corrected)" : "no difference found between \(rows): \(corrected)"]
    }
    parts += sizes
    parts += notes
    return parts.joined(separator: "; ")
  }

  private var testNames: String {
    let words = [
      "columns": "Kolmogorov-Smirnov over \(columns.count) column\(columns.count == 1 ? "" : "s")",
      "energy": "energy distance", "mmd": "MMD", "classifier": "classifier",
    ]
    return tests.compactMap { words[$0.name] }.joined(separator: ", ")
  }

  /// How large the differences are: the worst column, and the classifier's accuracy.
  private var sizes: [String] {
    var parts: [String] = []
    if let worst = columns.max(by: { ($0.ksPHolm, -$0.ks) > ($1.ksPHolm, -$1.ks) }) {
      let count = columns.count { $0.ksPHolm <= 0.05 }
      let many = isFitted || columns.count == 1 ? "" : "\(count) of \(columns.count) columns differ at 5 %, "
      parts.append(
        "\(many)largest in \(worst.name) (KS \(Self.text(worst.ks)), W1 \(Self.text(worst.w1)) sigma)")
    }
    if let accuracy = joint.c2st, let error = joint.c2stError {
      parts.append(
        "a classifier tells rows apart with accuracy \(Self.text(accuracy)) +- \(Self.text(error)) (0.5 is chance)")
    }
    return parts
  }

  /// A number with three significant digits.
  static func text(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
    var (digits, size) = (2, abs(value))
    guard size >= 1e-4 else { return scientific(value) }
    while size < 1 { (digits, size) = (digits + 1, size * 10) }
    while size >= 10, digits > 0 { (digits, size) = (digits - 1, size / 10) }
    let scale = Double.pow(10, Double(digits))
    let rounded = (value * scale).rounded() / scale
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
  }

  private static func scientific(_ value: Double) -> String {
    var (mantissa, exponent) = (value, 0)
    while abs(mantissa) < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    return "\((mantissa * 10).rounded() / 10)e\(exponent)"
  }
}
