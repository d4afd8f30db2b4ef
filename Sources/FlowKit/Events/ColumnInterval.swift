/// What is declared of a column's values: bounds or a period, as `column=lower..upper`.
public struct ColumnInterval: Sendable, Equatable {
  public var column: String
  public var lower: Double?
  public var upper: Double?

  public init(_ column: String, lower: Double? = nil, upper: Double? = nil) {
    (self.column, self.lower, self.upper) = (column, lower, upper)
  }

  /// Reads `column=lower..upper`, where either number may be missing.
  ///
  /// - Parameter option: what the text is given to, for the message.
  public init(parsing text: some StringProtocol, option: String) throws(FlowError) {
    let error = FlowError(
      .architecture, "\(option) takes column=lower..upper with lower < upper, such as x=0..1; got '\(text)'")
    guard let equals = text.lastIndex(of: "="), equals > text.startIndex,
      let interval = Self.ends(text[text.index(after: equals)...])
    else { throw error }
    (column, lower, upper) = (String(text[..<equals]), interval.lower, interval.upper)
    guard lower != nil || upper != nil, lower ?? -.infinity < upper ?? .infinity else { throw error }
  }

  /// The numbers before and after `..`; nil if one cannot be read, or if there are three points.
  private static func ends(_ text: some StringProtocol) -> (lower: Double?, upper: Double?)? {
    guard let first = text.indices.first(where: { text[$0...].hasPrefix("..") }) else { return nil }
    let (before, after) = (text[..<first], text[text.index(first, offsetBy: 2)...])
    guard !after.hasPrefix(".") else { return nil }
    func number(_ part: some StringProtocol) -> Double?? {
      if part.isEmpty { return .some(nil) }
      guard let value = Double(String(part)), value.isFinite else { return nil }
      return value
    }
    guard let lower = number(before), let upper = number(after) else { return nil }
    return (lower, upper)
  }

  /// `lower..upper`.
  var range: String { rangeText(lower, upper) ?? ".." }
}
