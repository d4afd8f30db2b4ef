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
    let local =
      contextColumns.isEmpty
      ? nil
      : LocalDependence(
        levels, context: context, contextColumns: contextColumns, permutations: permutations, threads: threads)
    let reference = UniformityReference(count: levels.count)
    var checks = levels.checks(reference)
    let corrected = Self.correct(&checks, local?.pValue)
    let dimension = levels.columns.count
    (events, draws, seed) = (levels.count, levels.draws, levels.seed)
    columns = Array(checks[..<dimension])
    density = checks.first { $0.statistic == .density }
    distances = Array(checks.suffix(2))
    self.local = local
    (band, bins) = (reference.band, reference.bins)
    pValue = corrected.min()!
    verdict =
      CalibrationVerdict(
        columns: columns, density: density, local: local, localP: local == nil ? 1 : corrected.last!,
        events: levels.count, pValue: corrected.min()!
      ).line
  }

  /// Sets the corrected p-values; returns those of all tests, the local one last.
  private static func correct(_ checks: inout [RankCheck], _ localP: Double?) -> [Double] {
    let corrected = HolmCorrection.corrected(checks.flatMap(\.tests) + (localP.map { [$0] } ?? []))
    var first = 0
    for index in checks.indices {
      let own = first..<(first + checks[index].tests.count)
      checks[index].pHolm = corrected[own].min()!
      first = own.upperBound
    }
    let columns = checks.indices.filter { checks[$0].statistic == .column }
    let ofKS = HolmCorrection.corrected(columns.map { checks[$0].ksP })
    let ofChiSquare = HolmCorrection.corrected(columns.map { checks[$0].chiSquareP })
    for (place, index) in columns.enumerated() {
      (checks[index].ksPHolm, checks[index].chiSquarePHolm) = (ofKS[place], ofChiSquare[place])
    }
    return corrected
  }

  static func checkCount(_ count: Int) throws(FlowError) {
    guard count < fewestEvents else { return }
    throw FlowError(.data, "\(count) events say too little of a calibration; give at least \(fewestEvents)")
  }
}

extension CalibrationLevels {
  /// The checks of the columns, of the density where there is one, of the two distances.
  fileprivate func checks(_ reference: UniformityReference) -> [RankCheck] {
    func check(_ values: [Double], _ statistic: RankCheck.Statistic, _ name: String? = nil) -> RankCheck {
      RankCheck(values, draws: draws, statistic, name: name ?? statistic.rawValue, reference)
    }
    return zip(ofColumns, columns).map { check($0, .column, $1) }
      + (ofDensity.isEmpty ? [] : [check(ofDensity, .density)])
      + [check(ofUniformReference, .distanceToUniform), check(ofEventReference, .distanceToEvent)]
  }
}
