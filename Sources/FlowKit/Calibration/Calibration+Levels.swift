extension Calibration {
  /// The fewest events of which anything can be said.
  public static let fewestEvents = 50

  /// Judges the levels of events among draws.
  ///
  /// - Parameters:
  ///   - levels: of all events they were made for.
  ///   - context: N × C, row-major; empty for none.
  ///   - permutations: of the local test.
  ///   - threads: the result does not depend on them.
  /// - Throws: an error where there are fewer than ``fewestEvents``.
  public init(
    _ levels: CalibrationLevels, context: [Double] = [], contextColumns: [String] = [], permutations: Int = 1_999,
    threads: Int? = nil
  ) throws(FlowError) {
    precondition(
      levels.count * levels.columns.count == levels.events.count, "levels of \(levels.count) events, not of all")
    precondition(
      context.count == levels.count * contextColumns.count,
      "\(context.count) context values for \(levels.count) events of \(contextColumns.count) context columns")
    try Self.checkCount(levels.count)
    let reference = UniformityReference(count: levels.count)
    func check(_ values: [Double], _ statistic: RankCheck.Statistic, _ name: String? = nil) -> RankCheck {
      RankCheck(values, draws: levels.draws, statistic, name: name ?? statistic.rawValue, reference)
    }
    var columns = zip(levels.ofColumns, levels.columns).map { check($0, .column, $1) }
    var density = levels.ofDensity.isEmpty ? nil : check(levels.ofDensity, .density)
    var distances = [
      check(levels.ofUniformReference, .distanceToUniform), check(levels.ofEventReference, .distanceToEvent),
    ]
    let local: LocalDependence? =
      contextColumns.isEmpty
      ? nil
      : LocalDependence(
        levels.ofColumns + (density == nil ? [] : [levels.ofDensity]),
        names: levels.columns + (density.map { [$0.name] } ?? []), context: context, contextColumns: contextColumns,
        draws: levels.draws, permutations: permutations, seed: levels.seed, threads: threads)
    let all = columns + (density.map { [$0] } ?? []) + distances
    let corrected = HolmCorrection.corrected(
      all.flatMap { [$0.shapeP, $0.biasP, $0.widthP] } + (local.map { [$0.pValue] } ?? []))
    func smallest(_ index: Int) -> Double { corrected[(3 * index)..<(3 * index + 3)].min()! }
    let ofKS = HolmCorrection.corrected(columns.map(\.ksP))
    let ofChiSquare = HolmCorrection.corrected(columns.map(\.chiSquareP))
    for index in columns.indices {
      (columns[index].ksPHolm, columns[index].chiSquarePHolm) = (ofKS[index], ofChiSquare[index])
      columns[index].pHolm = smallest(index)
    }
    density?.pHolm = smallest(columns.count)
    for index in distances.indices { distances[index].pHolm = smallest(all.count - distances.count + index) }
    (events, draws, seed) = (levels.count, levels.draws, levels.seed)
    (self.columns, self.density, self.distances, self.local) = (columns, density, distances, local)
    (band, bins) = (reference.band, reference.bins)
    pValue = corrected.min()!
    verdict =
      CalibrationVerdict(
        columns: columns, density: density, distances: distances, local: local,
        localP: local == nil ? 1 : corrected.last!,
        events: levels.count, pValue: corrected.min()!
      ).line
  }
}
