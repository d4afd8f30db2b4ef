/// What the square of a column counts in the metric by which events are compared: |x|² = Σ mⱼ xⱼ². A column of weight 4 counts like one in half
/// the unit.
public struct ColumnWeight: Sendable, Equatable {
  public let column: String
  /// mⱼ > 0.
  public let weight: Double

  public init(_ column: String, _ weight: Double) {
    precondition(weight > 0 && weight.isFinite, "the weight of a column is a number above 0, got \(weight)")
    (self.column, self.weight) = (column, weight)
  }

  /// Those that a text names, such as `u:4;g:0.5`.
  ///
  /// - Throws: where a weight is no number above 0, or a column has two.
  static func list(_ text: String) throws(FlowError) -> [ColumnWeight] {
    var weights: [ColumnWeight] = []
    for part in text.split(separator: ";", omittingEmptySubsequences: false) {
      guard let colon = part.lastIndex(of: ":"), colon > part.startIndex,
        let weight = Double(part[part.index(after: colon)...]), weight > 0, weight.isFinite
      else {
        throw FlowError(
          .architecture,
          "'\(part)' is no weight of a column: write its name and a number above 0, such as weights=u:4;g:0.5")
      }
      let column = String(part[..<colon])
      guard !weights.contains(where: { $0.column == column }) else {
        throw FlowError(.architecture, "the column '\(column)' has two weights")
      }
      weights.append(ColumnWeight(column, weight))
    }
    return weights
  }

  /// The weight of each column; empty where none is named.
  ///
  /// - Throws: where a name is that of no column.
  static func ofColumns(
    _ columns: [String], _ weights: [ColumnWeight], _ place: String
  ) throws(FlowError) -> [Double] {
    guard !weights.isEmpty else { return [] }
    if let unknown = weights.first(where: { !columns.contains($0.column) }) {
      throw FlowError(
        .data,
        "\(place): a weight is given to '\(unknown.column)', but the columns are \(columns.joined(separator: ", "))")
    }
    return columns.map { column in weights.first { $0.column == column }?.weight ?? 1 }
  }
}
