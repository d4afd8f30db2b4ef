/// How events are preprocessed before the flow's layers see them: whole numbers are dequantized, then bounded columns led
/// to the whole line and periodic ones to angles, then all but these angles are scaled.
public struct PreprocessingOptions: Sendable, Equatable {
  /// The last step, fitted to the training events.
  public enum Scaling: String, Sendable, CaseIterable {
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

  public init() {}

  /// The maps that the declarations make, without scaling; independent of the data.
  ///
  /// - Throws: where a declaration names no column of `columns`, or contradicts another.
  func declared(for columns: [String], seed: UInt64) throws(FlowError) -> [any Preprocessing] {
    let whole = try Set(indices(dequantized, "--dequantize", in: columns))
    let bounded = try indices(bounds.map(\.column), "--bounds", in: columns)
    let periodic = try indices(circular.map(\.column), "--circular", in: columns)
    if let both = periodic.first(where: bounded.contains) {
      throw FlowError(
        .architecture, "the column '\(columns[both])' is given to --bounds and to --circular; give it to one of them")
    }
    var layers: [any Preprocessing] = []
    if !whole.isEmpty { layers.append(Dequantize(dimension: columns.count, features: whole.sorted(), seed: seed)) }
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
            .architecture, "--circular \(interval.column)=\(interval.range) has one end; a period has two")
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
        .architecture, "--bounds \(interval.column)=\(interval.range): a dequantized column has whole bounds")
    }
    return (interval.lower, interval.upper.map { $0 + 1 })
  }

  private func indices(_ names: [String], _ option: String, in columns: [String]) throws(FlowError) -> [Int] {
    var found: [Int] = []
    for name in names {
      guard let index = columns.firstIndex(of: name) else {
        throw FlowError(
          .data, "\(option) names '\(name)', but the event columns are \(columns.joined(separator: ", "))")
      }
      guard !found.contains(index) else {
        throw FlowError(.architecture, "\(option) names the column '\(name)' twice")
      }
      found.append(index)
    }
    return found
  }
}

// MARK: - Fitted to events

extension PreprocessingOptions {
  /// Throws where events have values that the declared maps are not defined for: outside bounds, or no whole numbers.
  /// Rows are counted as in `events`.
  public func check(_ events: EventSet) throws(FlowError) {
    var rows = events.events.events
    // The noise of a dequantization never crosses a bound, whatever the seed.
    do throws(FlowError) {
      _ = try mapped(&rows, events, seed: 0)
    } catch {
      throw FlowError(error.kind, "\(events.location): \(error.message)", detail: error.detail)
    }
  }

  /// All maps, fitted to `events`, which are the training events; what has a limited `domain` behind them is not scaled.
  func fitted(to events: EventSet, domain: [Interval], seed: UInt64) throws(FlowError) -> [any Preprocessing] {
    let (columns, weights) = (events.columns, events.events.weights)
    var rows = events.events.events
    let raw = ColumnStatistics(rows, columns: columns, weights: weights)
    try raw.checkVariation()
    try raw.checkCount()
    let layers = try mapped(&rows, events, seed: seed)
    // Columns that depend on each other linearly need not do so when they are mapped; but whole numbers no longer depend
    // on each other when each gets noise of its own.
    if !layers.isEmpty, dequantized.isEmpty, !ignoresOutliers { try raw.checkDensityExists() }
    let statistics = layers.isEmpty ? raw : ColumnStatistics(rows, columns: columns, weights: weights)
    let isLeft = columns.indices.map { index in
      domain[index] != .real || circular.contains { $0.column == columns[index] }
    }
    return layers + (try scalingLayer(statistics, rows, weights, isLeft))
  }

  private var ignoresOutliers: Bool { scaling == .robust || scaling == .arcsinh }

  private func mapped(_ rows: inout [Double], _ events: EventSet, seed: UInt64) throws(FlowError) -> [any Preprocessing]
  {
    let layers = try declared(for: events.columns, seed: seed)
    guard !layers.isEmpty else { return layers }
    var found: (event: Int, feature: Int, layer: any Preprocessing, rows: Int)?
    var logDeterminants = [Double](repeating: 0, count: events.rows)
    layers.forward(rows: &rows, addingTo: &logDeterminants) { event, feature, layer in
      if found == nil { found = (event, feature, layer, 0) }
      if found!.feature == feature, type(of: found!.layer) == type(of: layer) { found!.rows += 1 }
    }
    guard let found else { return layers }
    let name = events.columns[found.feature]
    let value = events.events.events[found.event * events.columns.count + found.feature]
    let count = "\(found.rows) row\(found.rows == 1 ? "" : "s")"
    let place = "the first \(value) in row \(found.event)"
    guard let interval = bounds.first(where: { $0.column == name }), !(found.layer is Dequantize) else {
      throw FlowError(
        .data, "the column '\(name)' holds no whole number in \(count), \(place); leave it out of --dequantize")
    }
    let isWhole = dequantized.contains(name)
    throw FlowError(
      .data,
      "the column '\(name)' is not \(isWhole ? "within" : "strictly inside") its bounds \(interval.range) in \(count), "
        + "\(place); repair the data, or give other --bounds")
  }

  private func scalingLayer(
    _ statistics: ColumnStatistics, _ rows: [Double], _ weights: [Double]?, _ isLeft: [Bool]
  ) throws(FlowError) -> [any Preprocessing] {
    let columns = statistics.columns
    try statistics.checkVariation()
    if ignoresOutliers { return [try robustLayer(rows, columns, weights, isLeft)] }
    var factor = try statistics.correlationFactor()
    let means = columns.indices.map { isLeft[$0] ? 0 : statistics.means[$0] }
    let deviations = columns.indices.map { isLeft[$0] ? 1 : statistics.standardDeviations[$0] }
    switch scaling {
    case .standardize: return [Standardize(means: means, standardDeviations: deviations)]
    case .whiten:
      if isLeft.contains(true) { factor = try statistics.correlationFactor(ignoring: isLeft) }
      return [Whiten(means: means, standardDeviations: deviations, factor: factor)]
    case .none, .robust, .arcsinh: return []
    }
  }

  private func robustLayer(
    _ rows: [Double], _ columns: [String], _ weights: [Double]?, _ isLeft: [Bool]
  ) throws(FlowError) -> any Preprocessing {
    let quantiles = ColumnQuantiles(rows, columns: columns, weights: weights)
    let scales = try quantiles.scales { !isLeft[$0] }
    let medians = columns.indices.map { isLeft[$0] ? 0 : quantiles.medians[$0] }
    // One row far away makes any columns look dependent: those beyond 100 scales are not asked.
    let near = (0..<(rows.count / columns.count)).filter { row in
      columns.indices.allSatisfy { abs(rows[row * columns.count + $0] - medians[$0]) <= 100 * scales[$0] }
    }
    let nearRows = near.flatMap { rows[($0 * columns.count)..<(($0 + 1) * columns.count)] }
    try ColumnStatistics(nearRows, columns: columns, weights: weights.map { weights in near.map { weights[$0] } })
      .checkDensityExists()
    return scaling == .robust
      ? RobustScaling(medians: medians, scales: scales)
      : Arcsinh(medians: medians, scales: columns.indices.map { isLeft[$0] ? nil : scales[$0] })
  }
}
