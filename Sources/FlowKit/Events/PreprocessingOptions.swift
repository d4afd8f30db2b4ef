/// How events are preprocessed before the flow's layers see them: whole numbers are dequantized, then bounded columns led
/// to the whole line and periodic ones to angles, then all but these angles are scaled.
public struct PreprocessingOptions: Sendable, Equatable {
  /// The last step, fitted to the training events.
  public enum Scaling: String, Sendable, Codable, CaseIterable {
    case standardize, robust, arcsinh, whiten, none
  }

  public var scaling = Scaling.standardize
  /// Columns with a lower bound, an upper one, or both: `Bounded`. For a dequantized column, the smallest and the largest
  /// value that it may have.
  public var bounds: [ColumnInterval] = []
  /// Columns of whole numbers: `Dequantize`.
  public var dequantized: [String] = []
  /// Columns with a period from `lower` to `upper`: `Circular`.
  public var circular: [ColumnInterval] = []
  /// Columns of few values, whose order means nothing: `CategoryIndex`.
  public var categories: [String] = []
  /// The values of these, ascending, once they were found in the events.
  var categoryValues: [String: [Double]] = [:]

  public init() {}

  /// The columns of which anything is declared.
  var declaredColumns: Set<String> { Set(bounds.map(\.column) + dequantized + circular.map(\.column) + categories) }

  /// What the features are behind the maps that the declarations make.
  func kinds(for columns: [String]) throws(FlowError) -> [FeatureKind] {
    let lines = columns.map { _ in FeatureKind.line }
    return try declared(for: columns, seed: 0).reduce(lines) { $1.kinds(of: $0) }
  }

  /// The maps that the declarations make, without scaling; independent of the data.
  ///
  /// - Throws: where a declaration names no column of `columns`, or contradicts another.
  func declared(for columns: [String], seed: UInt64) throws(FlowError) -> [any Preprocessing] {
    let whole = try Set(indices(dequantized, .dequantized, in: columns))
    let bounded = try indices(bounds.map(\.column), .bounds, in: columns)
    let periodic = try indices(circular.map(\.column), .circular, in: columns)
    if let both = periodic.first(where: bounded.contains) {
      throw FlowError(
        .architecture, "the column '\(columns[both])' is given bounds and a period", fix: .chooseOne(.bounds, .circular)
      )
    }
    let isCategory = try Set(indices(categories, .categories, in: columns))
    if let both = isCategory.first(where: { whole.contains($0) || bounded.contains($0) || periodic.contains($0) }) {
      throw FlowError(
        .architecture,
        "the column '\(columns[both])' is given categories and bounds, a period or whole numbers as well",
        fix: .correct(.categories))
    }
    var layers: [any Preprocessing] = []
    if !isCategory.isEmpty {
      layers.append(
        CategoryIndex(values: columns.indices.map { isCategory.contains($0) ? categoryValues[columns[$0]] : nil }))
    }
    let noisy = whole.union(isCategory)
    if !noisy.isEmpty { layers.append(Dequantize(dimension: columns.count, features: noisy.sorted(), seed: seed)) }
    if !bounds.isEmpty {
      var (lower, upper) = ([Double?](repeating: nil, count: columns.count), columns.map { _ in Double?.none })
      for (index, interval) in zip(bounded, bounds) {
        (lower[index], upper[index]) =
          try whole.contains(index) ? wholeEnds(interval) : (interval.lower, interval.upper)
      }
      layers.append(Bounded(lower: lower, upper: upper))
    }
    if !circular.isEmpty {
      var periods = [Interval?](repeating: nil, count: columns.count)
      for (index, interval) in zip(periodic, circular) {
        guard let lower = interval.lower, let upper = interval.upper else {
          throw FlowError(
            .architecture, "the period \(interval.column)=\(interval.range) has one end in place of two",
            fix: .correct(.circular))
        }
        periods[index] = Interval(lower, upper)
      }
      layers.append(Circular(periods: periods))
    }
    return layers
  }

  /// The smallest and the largest whole number, for k + u: from k to k + 1.
  private func wholeEnds(_ interval: ColumnInterval) throws(FlowError) -> (lower: Double?, upper: Double?) {
    for end in [interval.lower, interval.upper].compactMap(\.self) where end != end.rounded() {
      throw FlowError(
        .architecture, "the bounds \(interval.column)=\(interval.range) of a dequantized column are not whole",
        fix: .correct(.bounds))
    }
    return (interval.lower, interval.upper.map { $0 + 1 })
  }

  private func indices(
    _ names: [String], _ setting: Remedy.Setting, in columns: [String]
  ) throws(FlowError) -> [Int] {
    var found: [Int] = []
    for name in names {
      guard let index = columns.firstIndex(of: name) else {
        throw FlowError(
          .data, "there is no event column '\(name)'; the columns are \(columns.joined(separator: ", "))",
          fix: .correct(setting))
      }
      guard !found.contains(index) else {
        throw FlowError(.architecture, "the column '\(name)' is named twice", fix: .correct(setting))
      }
      found.append(index)
    }
    return found
  }
}
