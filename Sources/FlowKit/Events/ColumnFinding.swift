/// What a column's values show that a density does not describe, for whoever fits one.
public struct ColumnFinding: Sendable, Equatable, CustomStringConvertible {
  public enum Kind: Sendable, Equatable {
    /// Whole numbers that repeat, and how many different ones there are.
    case wholeNumbers(distinct: Int)
    /// Multiples of a step.
    case rounded(step: Double, distinct: Int)
    /// Few different values.
    case fewValues(distinct: Int)
    /// One value in a part of the rows, others in the rest.
    case spike(value: Double, part: Double)
    /// A value that repeats far from all others.
    case farOut(value: Double, part: Double)
    /// Each row has one more than the row before it.
    case rowNumbers
  }

  public let column: String
  public let kind: Kind

  /// What was met.
  public var message: String {
    let name = "the column '\(column)'"
    switch kind {
    case .wholeNumbers(let distinct): return "\(name) holds whole numbers, \(distinct) different values; \(Self.why)"
    case .rounded(let step, let distinct):
      return "\(name) holds values rounded to \(Self.text(step)), \(distinct) different values; \(Self.why)"
    case .fewValues(let distinct): return "\(name) holds \(distinct) different values only; \(Self.why)"
    case .spike(let value, let part):
      return "\(name) has the same value \(Self.text(value)) in \(Self.percent(part)) of the rows; \(Self.why) there"
    case .farOut(let value, let part):
      return
        "\(name) has the same value \(Self.text(value)) in \(Self.percent(part)) of the rows, far from all others: it may "
        + "stand for a missing one"
    case .rowNumbers: return "\(name) counts the rows"
    }
  }

  /// What to do about it.
  public var fix: Remedy {
    switch kind {
    case .wholeNumbers: .dequantize(column)
    case .rounded: .unround
    case .fewValues, .rowNumbers: .leaveOut(of: .columns)
    case .spike: .fitApart
    case .farOut(let value, _): .declareMissing(value)
    }
  }

  public var description: String { "\(message); \(fix)" }

  private static let why = "the likelihood grows without bound"

  private static func text(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return "\(Int(value))" }
    // A step is known to a few digits.
    let digits = (value.magnitude).exponent
    let unit = Double.pow(10, Double(6 - Int((Double(digits) * 0.301).rounded(.down))))
    let rounded = (value * unit).rounded() / unit
    return rounded.isFinite && rounded != 0 ? "\(rounded)" : "\(value)"
  }

  private static func percent(_ part: Double) -> String {
    let percent = 100 * part
    return percent >= 10 ? "\(Int(percent.rounded())) %" : "\((percent * 100).rounded() / 100) %"
  }

  /// - Parameters:
  ///   - sample: some of the column's values.
  ///   - isCounting: whether each row has one more than the row before it.
  ///   - rowsRepeat: whether values repeat because whole rows do.
  static func all(_ column: String, _ sample: ColumnValues, count: Int, isCounting: Bool, rowsRepeat: Bool)
    -> [ColumnFinding]
  {
    if isCounting { return [ColumnFinding(column: column, kind: .rowNumbers)] }
    let farOut = sample.farOut
    var found = farOut.map { Kind.farOut(value: $0.value, part: Double($0.count) / Double(count)) }
    if sample.areFew {
      // A constant column is refused by itself.
      if sample.distinct == 1 { return [] }
      if sample.areWhole {
        found.append(.wholeNumbers(distinct: sample.distinct))
      } else if let step = sample.step {
        found.append(.rounded(step: step, distinct: sample.distinct))
      } else if !rowsRepeat {
        found.append(.fewValues(distinct: sample.distinct))
      }
    }
    for (value, number) in sample.spikes where !farOut.contains(where: { $0.value == value }) {
      found.append(.spike(value: value, part: Double(number) / Double(count)))
    }
    return found.map { ColumnFinding(column: column, kind: $0) }
  }
}
