extension Comparison {
  /// Compares two samples of the same columns, by their names.
  ///
  /// Rows of weighted samples are kept at random, each with a probability proportional to its weight: what is compared are
  /// independent draws. Context columns, where both samples have them, count in all that is measured jointly.
  ///
  /// - Throws: where columns differ, a sample has no rows, or rows in pairs are not as many in both.
  public init(
    _ first: some EventSource, _ second: some EventSource, options: ComparisonOptions = ComparisonOptions()
  ) throws(FlowError) {
    try self.init(SamplePair(first, second, options))
  }

  init(_ pair: SamplePair) throws(FlowError) {
    let (joint, _) = try pair.joint()
    try self.init(pair, joint: joint)
  }

  /// Also log p_A/p_B of each event of both samples, by classifiers that had not seen it; nil for few rows.
  public static func withLogRatios(
    _ first: some EventSource, _ second: some EventSource, options: ComparisonOptions = ComparisonOptions()
  ) throws(FlowError) -> (comparison: Comparison, logRatios: (first: [Double], second: [Double])?) {
    let pair = try SamplePair(first, second, options)
    let (joint, fit) = try pair.joint()
    return (try Comparison(pair, joint: joint), fit.map { pair.logRatios($0) })
  }

  private init(_ pair: SamplePair, joint: Joint) throws(FlowError) {
    var (first, second) = (pair.first.name, pair.second.name)
    if first == second { (first, second) = ("A", "B") }
    self.init(
      first: Sample(name: first, rows: pair.first.kept.count),
      second: Sample(name: second, rows: pair.second.kept.count),
      columns: try pair.comparedColumns(), joint: joint, permutations: pair.options.permutations, notes: pair.notes,
      isFitted: pair.options.isFitted)
  }
}

/// Two samples, and how they are compared.
struct SamplePair {
  let first, second: ComparedRows
  let options: ComparisonOptions
  let pool: WorkerPool

  init(
    _ first: some EventSource, _ second: some EventSource, _ options: ComparisonOptions
  ) throws(FlowError) {
    try options.check()
    self.options = options
    self.first = try ComparedRows(first, seed: Self.seed(options, ofSecond: false))
    self.second = try ComparedRows(second, columns: first.columns, seed: Self.seed(options, ofSecond: true))
    guard self.first.width == self.second.width else {
      throw FlowError(.data, "one of \(first.place) and \(second.place) has other columns of context")
    }
    guard !options.isPaired || self.first.kept == self.second.kept else {
      throw FlowError(.data, "rows in pairs are as many in both samples, and of equal weights")
    }
    pool = WorkerPool(threads: options.threads ?? Processors.count)
  }

  /// Of what is chosen at random in a sample: the rows of pairs together.
  static func seed(_ options: ComparisonOptions, ofSecond isSecond: Bool) -> UInt64 {
    EventRandom(seed: options.seed).child(isSecond && !options.isPaired ? 1 : 0).seed
  }

  /// The numbers of at most so many rows of each sample.
  func chosen(atMost most: Int) -> (first: [Int], second: [Int]) {
    (
      first.chosen(atMost: most, seed: Self.seed(options, ofSecond: false)),
      second.chosen(atMost: most, seed: Self.seed(options, ofSecond: true))
    )
  }

  var rows: Int { max(first.kept.count, second.kept.count) }

  var notes: [String] {
    var notes = first.notes + second.notes
    let limits = [
      ("energy distance and MMD", options.rowsForPairs), ("sliced distances", options.rowsForDirections),
      ("classifier", options.rowsForClassifier),
    ]
    let reached = limits.filter { $0.1 < rows }.map { "\($0.0) of at most \($0.1) rows of each" }
    if !reached.isEmpty { notes.append("chosen at random: \(reached.joined(separator: ", "))") }
    if let copies = copies() { notes.append(copies) }
    return notes
  }

  /// Says that rows of one sample are also in the other, unless rows repeat within them, as whole numbers do.
  private func copies() -> String? {
    guard !options.isPaired else { return nil }
    let limit = 100_000
    let (a, b) = (chosen(atMost: limit), max(first.kept.count, second.kept.count))
    guard b <= limit else { return nil }
    func hashes(_ sample: ComparedRows, _ rows: [Int]) -> [UInt64] {
      RowHash.hashes(of: LabelledEvents(sample.rows(rows)), dimension: sample.width, contextDimension: 0)
    }
    let (own, others) = (hashes(first, a.first), hashes(second, a.second))
    let (ownSet, otherSet) = (Set(own), Set(others))
    guard Double(ownSet.count) > 0.9 * Double(own.count), Double(otherSet.count) > 0.9 * Double(others.count) else {
      return nil
    }
    let shared = own.count { otherSet.contains($0) }
    guard shared > 0, Double(shared) >= 0.01 * Double(min(own.count, others.count)) else { return nil }
    return "\(shared) rows of one sample are also in the other: p-values are those of independent rows"
  }
}

// MARK: - Column by column

extension SamplePair {
  func comparedColumns() throws(FlowError) -> [Comparison.Column] {
    let count = first.columns.count
    var columns = UnitResults.collect(count, startingWith: Comparison.Column?.none) { results in
      pool.run(units: count) { _, index in results[index] = column(index) }
    }.map { $0! }
    let permuted = columns.indices.filter { columns[$0].ksMethod == .permutation }
    let rows = chosen(atMost: options.rowsForDirections)
    let ways = Relabelling(
      rows.first.count, rows.second.count, isPaired: options.isPaired, permutations: options.permutations,
      seed: EventRandom(seed: options.seed).child(2).seed)
    let values = permuted.map { column in
      rows.first.map { first.values[$0 * first.width + column] }
        + rows.second.map { second.values[$0 * second.width + column] }
    }
    for (index, p) in zip(permuted, KolmogorovSmirnov.permutationP(of: values, ways, pool)) { columns[index].ksP = p }
    for (index, p) in HolmCorrection.corrected(columns.map(\.ksP)).enumerated() { columns[index].ksPHolm = p }
    return columns
  }

  /// p-values of permutation are left 0.
  private func column(_ index: Int) -> Comparison.Column {
    let (x, y) = (first.column(index).sorted(), second.column(index).sorted())
    let ks = KolmogorovSmirnov(sorted: x, y)
    let deviation = ColumnScales([x, y], width: 1).deviations[0]
    let distance = Wasserstein.lineCost(x, y)
    // Few values that repeat by chance do no harm: then p is a little too large.
    let repeats = Double(ks.distinct) < 0.99 * Double(x.count + y.count)
    let method: Comparison.KSMethod =
      options.isPaired || repeats && ks.largest > 0 ? .permutation : ks.pathCost <= 2e7 ? .exact : .limit
    return Comparison.Column(
      name: first.columns[index], unit: first.units[index] ?? second.units[index], ks: ks.distance,
      ksP: method == .exact ? ks.exactP : method == .limit ? ks.limitP : 0, ksMethod: method, ksPHolm: 0,
      w1: deviation > 0 ? distance / deviation : 0, deviation: deviation,
      quantiles: options.levels.map { level in
        Comparison.Quantile(level: level, first: Self.quantile(level, x), second: Self.quantile(level, y))
      })
  }

  /// Between the two nearest of sorted values.
  private static func quantile(_ level: Double, _ values: [Double]) -> Double {
    let place = level * Double(values.count - 1)
    let low = Int(place)
    guard low + 1 < values.count else { return values[values.count - 1] }
    return values[low] + (place - Double(low)) * (values[low + 1] - values[low])
  }
}
