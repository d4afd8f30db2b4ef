import FlowKit
import Testing

/// Rows that are copies of others, and how a fit keeps them apart from its validation.
@Suite struct RepeatedRowTests {
  private let columns = ["a", "b"]

  /// Rows each of which is there as often as `copies` says, one behind the other.
  private func events(_ distinct: Int, copies: (Int) -> Int, weights: Bool = false) throws -> EventArray {
    let values = uniformNumbers(2 * distinct, in: 0...1, seed: 5)
    var (rows, all) = ([[Double]](), [Double]())
    for row in 0..<distinct {
      for _ in 0..<copies(row) {
        rows.append([values[2 * row], values[2 * row + 1]])
        all.append(Double(row % 3))
      }
    }
    return try EventArray(rows, weights: weights ? all : nil, columns: columns)
  }

  private func rows(_ source: some EventSource) throws -> [[Double]] {
    let events = try source.contents().events
    return stride(from: 0, to: events.count, by: 2).map { Array(events[$0..<($0 + 2)]) }
  }

  @Test func distinctEventsWeighTheirCopies() throws {
    let source = try events(100) { $0 % 4 + 1 }
    let distinct = try DistinctEvents(source)
    #expect(distinct.count == 100 && source.count == 250)
    let contents = try distinct.contents()
    #expect(contents.weights == (0..<100).map { Double($0 % 4 + 1) })
    #expect(Set(try rows(distinct)) == Set(try rows(source)))
    // Rows are numbered as the source has them.
    let read = distinct.reader()
    #expect(try read(0).rows?.prefix(5) == [0, 1, 3, 6, 10])
    let weighted = try DistinctEvents(try events(100, copies: { $0 % 4 + 1 }, weights: true))
    #expect(try weighted.contents().weights == (0..<100).map { Double(($0 % 4 + 1) * ($0 % 3)) })
  }

  /// Σ w log p over distinct rows is that over all: so are means and deviations.
  @Test func statisticsAreThoseOfAllRows() throws {
    let source = try events(200) { $0 % 5 + 1 }
    let (all, distinct) = (try source.contents(), try DistinctEvents(source).contents())
    let expected = ColumnStatistics(all.events, columns: columns)
    let found = ColumnStatistics(distinct.events, columns: columns, weights: distinct.weights)
    expectClose(found.means, expected.means, within: 1e-14, "means")
    expectClose(found.standardDeviations, expected.standardDeviations, within: 1e-14, "deviations")
  }

  @Test func aSurveyFindsCopies() throws {
    let chain = try TrainingSetup(fitting: try events(500) { _ in 3 }, layers: "lower")
    #expect(chain.survey?.rows == 1_500 && chain.survey?.distinctRows == 500 && chain.survey?.hasCopies == true)
    #expect(chain.repeats != nil && chain.survey?.findings == [])
    let (train, valid) = (Set(try rows(chain.train)), Set(try rows(chain.validation!)))
    #expect(train.isDisjoint(with: valid) && train.count == 450 && valid.count == 50)
    #expect(chain.train.hasWeights)
    // Without copies nothing changes.
    let source = try events(500) { _ in 1 }
    let plain = try TrainingSetup(fitting: source, layers: "lower")
    let split = try source.split(validFraction: 0.1, seed: 0)
    #expect(plain.survey?.hasCopies == false && plain.repeats == nil && !plain.train.hasWeights)
    #expect(try plain.train.contents() == split.train.contents())
    #expect(try plain.validation!.contents() == split.valid.contents())
  }

  /// Rows of whole numbers are equal by chance.
  @Test func equalRowsOfWholeNumbersAreNoCopies() throws {
    let numbers = uniformNumbers(4_000, in: 0...10, seed: 6).map { $0.rounded(.down) }
    let counts = try EventArray(numbers, dimension: 2, columns: columns)
    let setup = try TrainingSetup(fitting: counts, layers: "lower")
    #expect(setup.survey?.hasCopies == false && setup.survey?.distinctRows == 100 && setup.train.count == 1_800)
    #expect(setup.survey?.findings.map(\.kind) == [.wholeNumbers(distinct: 10), .wholeNumbers(distinct: 10)])
    // But a table of them that is joined with itself is.
    let fine = uniformNumbers(4_000, in: 0...1, seed: 7).map { ($0 * 1_000).rounded() / 1_000 }
    let twice = try TrainingSetup(
      fitting: try EventArray(fine + fine, dimension: 4, columns: ["a", "b", "c", "d"]), layers: "lower")
    #expect(twice.survey?.hasCopies == true && twice.survey?.distinctRows == 1_000)
  }

  @Test func aSplitByContentsKeepsCopiesTogether() throws {
    let source = try events(2_000) { _ in 3 }
    let split = try source.splitKeepingCopies(validFraction: 0.2, seed: 9)
    let (train, valid) = (try rows(split.train), try rows(split.valid))
    #expect(train.count + valid.count == 6_000 && valid.count.isMultiple(of: 3))
    #expect(Set(train).isDisjoint(with: Set(valid)))
    // Binomial: 400 ± 18.
    #expect(abs(valid.count / 3 - 400) < 80)
    let again = try source.splitKeepingCopies(validFraction: 0.2, seed: 9)
    #expect(try rows(again.valid) == valid)
    #expect(try rows(try source.splitKeepingCopies(validFraction: 0.2, seed: 10).valid) != valid)
    #expect(try split.train.fingerprint() != split.valid.fingerprint())
  }

  @Test func aPartWithoutWeightIsRefused() throws {
    let values = uniformNumbers(400, in: 0...1, seed: 8)
    var weights = [Double](repeating: 0, count: 200)
    weights[7] = 1
    let source = try EventArray(values, dimension: 2, weights: weights)
    let complaint = message { () throws(FlowError) in _ = try source.split(validFraction: 0.1, seed: 0) }
    #expect(
      complaint?.hasSuffix("part (20 of 200 rows) are 0") == true
        || complaint?.hasSuffix("part (180 of 200 rows) are 0") == true)
  }

  // MARK: Moments in units of their own

  @Test(arguments: [1e300, 1e-300, 1e160, 1e-160]) func statisticsOfValuesAndWeightsOfAnySize(scale: Double) {
    let values = uniformNumbers(6_000, in: -1...2, seed: 4)
    let weights = uniformNumbers(3_000, in: 0...1, seed: 3)
    let expected = ColumnStatistics(values, columns: columns, weights: weights)
    let scaled = ColumnStatistics(
      values.enumerated().map { $0 % 2 == 0 ? $1 * scale : $1 }, columns: columns, weights: weights.map { $0 / scale })
    let (means, deviations) = (scaled.means, scaled.standardDeviations)
    expectClose([means[0] / scale, means[1]], expected.means, within: 1e-12, "means")
    expectClose([deviations[0] / scale, deviations[1]], expected.standardDeviations, within: 1e-12, "deviations")
    #expect(throws: Never.self) { try scaled.checkDensityExists() }
  }

  /// Values that grow beyond the unit of those before them.
  @Test func unitsGrow() {
    var statistics = ColumnStatistics(columns: ["a"])
    statistics.add((0..<2_048).map { Double($0 % 2) * 1e-200 })
    statistics.add((0..<2_048).map { Double($0 % 2) * 1e200 })
    #expect(abs(statistics.means[0] / 0.25e200 - 1) < 1e-12)
    #expect(abs(statistics.standardDeviations[0] / (3.0.squareRoot() / 4 * 1e200) - 1) < 1e-12)
  }
}
