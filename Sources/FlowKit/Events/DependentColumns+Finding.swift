extension DependentColumns {
  /// Finds the columns of events that are constant, or a linear combination of others in every row, as far as rounding to 24 bits
  /// tells. Of columns that determine each other the later ones are dependent.
  ///
  /// - Parameters:
  ///   - others: events in which the relations must hold, too, such as those of validation.
  ///   - sparing: names of columns that are kept in any case.
  /// - Throws: where the events cannot be read.
  public init(
    in events: some EventSource, and others: (any EventSource)? = nil, sparing: Set<String> = []
  ) throws(FlowError) {
    var statistics = ColumnStatistics(columns: events.columns)
    var first: [Double]?
    try events.forEachBlock { block in
      statistics.add(block.events.events, weights: block.events.weights)
      let counted = block.events.weights.map { weights in weights.firstIndex { $0 > 0 } } ?? 0
      guard first == nil, let event = counted else { return }
      first = Array(block.events.events[(event * events.dimension)..<((event + 1) * events.dimension)])
    }
    var spared = Set(events.columns.indices.filter { sparing.contains(events.columns[$0]) })
    // A relation that does not hold is none, and what it was thought to determine may determine others.
    while true {
      let found = Self.relations(statistics, first ?? [], events.units, spared: spared)
      guard !found.isEmpty else { break }
      var broken = try found.broken(in: events)
      if let others { broken.formUnion(try found.broken(in: others)) }
      guard !broken.isEmpty else {
        self = found
        return
      }
      spared.formUnion(broken)
    }
    self = .none
  }

  /// What the correlations say: exact relations have no residual variance.
  private static func relations(
    _ statistics: ColumnStatistics, _ first: [Double], _ units: [String?], spared: Set<Int>
  ) -> DependentColumns {
    let (kept, regressions) = statistics.regressions(sparing: spared)
    let (means, deviations) = (statistics.means, statistics.standardDeviations)
    return DependentColumns(
      regressions.map { column, standardized in
        var coefficients = [Double](repeating: 0, count: kept.count)
        for (other, value) in standardized where abs(value) > 1e-8 {
          coefficients[kept.firstIndex(of: other)!] = (value * deviations[column] / deviations[other]).rounded(
            toDigits: 9)
        }
        let rest = zip(coefficients, kept).reduce(means[column]) { $0 - $1.0 * means[$1.1] }
        let size = zip(coefficients, kept).reduce(abs(means[column])) { $0 + abs($1.0 * means[$1.1]) }
        // The mean of equal numbers is rounded; a number is not.
        let constant = standardized.isEmpty ? first[column] : abs(rest) < 1e-9 * size ? 0 : rest.rounded(toDigits: 9)
        return Column(
          name: statistics.columns[column], unit: units[column], place: column, constant: constant,
          coefficients: coefficients)
      })
  }

  /// The places of the columns that some event has otherwise, unless its weight is 0.
  private func broken(in events: some EventSource) throws(FlowError) -> Set<Int> {
    let (width, places) = (events.dimension, kept(of: events.dimension))
    var broken: Set<Int> = []
    try events.forEachBlock { block in
      for event in 0..<(block.events.events.count / width) where block.events.weights?[event] ?? 1 > 0 {
        let row = block.events.events[(event * width)..<((event + 1) * width)]
        let kept = places.map { row[row.startIndex + $0] }[...]
        for column in columns where !column.agrees(row[row.startIndex + column.place], with: kept) {
          broken.insert(column.place)
        }
      }
    }
    return broken
  }
}
