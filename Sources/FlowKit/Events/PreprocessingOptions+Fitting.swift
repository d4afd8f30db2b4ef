// What the training events decide about a preprocessing, found in one pass over them.

extension PreprocessingOptions {
  /// Throws where events have values that the declared maps are not defined for: outside bounds, or no whole numbers.
  public func check(_ events: some EventSource) throws(FlowError) {
    // The noise of a dequantization never crosses a bound, whatever the seed.
    let layers = try saying(events.place) { () throws(FlowError) in try declared(for: events.columns, seed: 0) }
    guard !layers.isEmpty else { return }
    var undefined = UndefinedEvents(self, events.columns)
    try events.forEachBlock { block in _ = undefined.mapped(block, layers) }
    try saying(events.place) { () throws(FlowError) in try undefined.check() }
  }

  /// All maps, fitted to `events`, which are the training events; what has a limited `domain` behind them is not scaled.
  func fitted(
    to events: some EventSource, domain: [Interval], seed: UInt64
  ) throws(FlowError) -> [any Preprocessing] {
    let columns = events.columns
    let layers = try saying(events.place) { () throws(FlowError) in try declared(for: columns, seed: seed) }
    var undefined = UndefinedEvents(self, columns)
    var raw = ColumnStatistics(columns: columns)
    var statistics = raw
    var sample = ignoresOutliers ? RowSample(of: events, seed: seed) : nil
    try events.forEachBlock { block in
      raw.add(block.events.events, weights: block.events.weights)
      let rows = undefined.mapped(block, layers)
      if !layers.isEmpty { statistics.add(rows, weights: block.events.weights) }
      sample?.add(rows, weights: block.events.weights)
    }
    return try saying(events.place) { () throws(FlowError) in
      try undefined.check(after: raw)
      return layers + (try scalingLayers(statistics, raw, sample, isMapped: !layers.isEmpty, domain))
    }
  }

  private func scalingLayers(
    _ statistics: ColumnStatistics, _ raw: ColumnStatistics, _ sample: RowSample?, isMapped: Bool, _ domain: [Interval]
  ) throws(FlowError) -> [any Preprocessing] {
    // Columns that depend on each other linearly need not do so when they are mapped; but whole numbers no longer depend
    // on each other when each gets noise of its own.
    if isMapped, dequantized.isEmpty, categories.isEmpty, !ignoresOutliers { try raw.checkDensityExists() }
    let (statistics, columns) = (isMapped ? statistics : raw, raw.columns)
    try statistics.checkVariation()
    let isLeft = columns.indices.map { index in
      domain[index] != .real || circular.contains { $0.column == columns[index] } || categories.contains(columns[index])
    }
    if let sample { return [try robustLayer(sample, columns, isLeft)] }
    return try scalingLayer(statistics, isLeft)
  }

  private var ignoresOutliers: Bool { scaling == .robust || scaling == .arcsinh }

  private func scalingLayer(
    _ statistics: ColumnStatistics, _ isLeft: [Bool]
  ) throws(FlowError) -> [any Preprocessing] {
    var factor = try statistics.correlationFactor()
    let (allMeans, allDeviations) = (statistics.means, statistics.standardDeviations)
    let means = isLeft.indices.map { isLeft[$0] ? 0 : allMeans[$0] }
    let deviations = isLeft.indices.map { isLeft[$0] ? 1 : allDeviations[$0] }
    switch scaling {
    case .standardize: return [Standardize(means: means, standardDeviations: deviations)]
    case .whiten:
      if isLeft.contains(true) { factor = try statistics.correlationFactor(ignoring: isLeft) }
      return [Whiten(means: means, standardDeviations: deviations, factor: factor)]
    case .none, .robust, .arcsinh: return []
    }
  }

  private func robustLayer(
    _ sample: RowSample, _ columns: [String], _ isLeft: [Bool]
  ) throws(FlowError) -> any Preprocessing {
    let quantiles = ColumnQuantiles(sample.values, columns: columns, weights: sample.weights)
    let scales = try quantiles.scales { !isLeft[$0] }
    let medians = columns.indices.map { isLeft[$0] ? 0 : quantiles.medians[$0] }
    // One row far away makes any columns look dependent: those beyond 100 scales are not asked.
    var near = ColumnStatistics(columns: columns)
    sample.forEachBlock { rows, weights in
      let isNear = (0..<(rows.count / columns.count)).map { row in
        columns.indices.allSatisfy { abs(rows[row * columns.count + $0] - medians[$0]) <= 100 * scales[$0] }
      }
      near.add(
        rows.indices.filter { isNear[$0 / columns.count] }.map { rows[$0] },
        weights: weights.map { zip($0, isNear).filter(\.1).map(\.0) })
    }
    try near.checkDensityExists()
    return scaling == .robust
      ? RobustScaling(medians: medians, scales: scales)
      : Arcsinh(medians: medians, scales: columns.indices.map { isLeft[$0] ? nil : scales[$0] })
  }
}

/// Rows for quantiles: all, if half of the buffer holds them, else a random choice of as many as it holds.
private struct RowSample {
  private(set) var values: [Double] = []
  private(set) var weights: [Double]?
  private var sampling: SelectionSampling
  private let width: Int

  init(of events: some EventSource, seed: UInt64) {
    width = events.columns.count
    let count = min(events.count, max(1_000, events.buffer / 2 / (width * MemoryLayout<Double>.size)))
    sampling = SelectionSampling(count, of: events.count, seed: seed, purpose: .quantiles)
    weights = events.hasWeights ? [] : nil
    values.reserveCapacity(count * width)
  }

  mutating func add(_ rows: [Double], weights: [Double]?) {
    for row in 0..<(rows.count / width) where sampling.takesNext() {
      values += rows[(row * width)..<((row + 1) * width)]
      if let weights { self.weights?.append(weights[row]) }
    }
  }

  /// Hands out some rows at a time: a copy of all would take the same memory again.
  func forEachBlock(_ body: (_ rows: [Double], _ weights: [Double]?) -> Void) {
    for first in stride(from: 0, to: values.count / width, by: 1_024) {
      let range = first..<min(values.count / width, first + 1_024)
      body(
        Array(values[(range.lowerBound * width)..<(range.upperBound * width)]), weights.map { Array($0[range]) })
    }
  }
}

/// Events with values that declared maps are not defined for: the first, and how many rows are like it.
private struct UndefinedEvents {
  private let options: PreprocessingOptions
  private let columns: [String]
  private var found: (feature: Int, layer: any Preprocessing, value: Double, row: Int, rows: Int)?

  init(_ options: PreprocessingOptions, _ columns: [String]) { (self.options, self.columns) = (options, columns) }

  /// The events of a block as `layers` map them.
  mutating func mapped(_ block: EventBlock, _ layers: [any Preprocessing]) -> [Double] {
    var rows = block.events.events
    guard !layers.isEmpty else { return rows }
    let width = columns.count
    var unused = [Double](repeating: 0, count: block.events.events.count / width)
    layers.forward(rows: &rows, firstEvent: block.first, addingTo: &unused) { event, feature, layer in
      if found == nil {
        found = (feature, layer, block.events.events[event * width + feature], block.row(of: event), 0)
      }
      if found!.feature == feature, type(of: found!.layer) == type(of: layer) { found!.rows += 1 }
    }
    return rows
  }

  /// Throws where the columns' statistics or values allow no fit.
  func check(after statistics: ColumnStatistics) throws(FlowError) {
    try statistics.checkVariation()
    try statistics.checkCount()
    try check()
  }

  func check() throws(FlowError) {
    guard let found else { return }
    let name = columns[found.feature]
    if found.layer is CategoryIndex {
      throw FlowError(
        .data,
        "the column '\(name)' of categories has other values than those of the training events in \(found.rows) rows, the "
          + "first \(found.value) in row \(found.row)", fix: .leaveOut(of: .categories))
    }
    let count = "\(found.rows) row\(found.rows == 1 ? "" : "s")"
    let place = "the first \(found.value) in row \(found.row)"
    guard let interval = options.bounds.first(where: { $0.column == name }), !(found.layer is Dequantize) else {
      throw FlowError(
        .data, "the column '\(name)' holds no whole number in \(count), \(place)", fix: .leaveOut(of: .dequantized))
    }
    let isWhole = options.dequantized.contains(name)
    throw FlowError(
      .data,
      "the column '\(name)' is not \(isWhole ? "within" : "strictly inside") its bounds \(interval.range) in \(count), "
        + place, fix: .repairOrChange(.bounds))
  }
}
