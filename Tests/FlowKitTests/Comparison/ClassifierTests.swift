import Testing

@testable import FlowKit

@Suite struct ClassifierTests {
  private let pool = WorkerPool(threads: 2)

  private func fit(_ x: [Double], _ y: [Double], width: Int, isPaired: Bool = false, seed: UInt64 = 1) -> CrossFit {
    CrossFit(x, y, width: width, folds: 5, isPaired: isPaired, isTested: true, seed: seed, pool)
  }

  /// N(0, I₄) against N(0.7, I₄): the best accuracy is Φ(0.7), the log-ratio Σ (0.245 − 0.7 x).
  @Test func findsTheRatioOfNormals() throws {
    let (x, y) = (try normals(1_500 * 4, seed: 1), try normals(1_500 * 4, shift: 0.7, seed: 2))
    let fit = fit(x, y, width: 4)
    let test = try ClassifierTest(fit, quickOptions(), pool)
    let best = 0.758
    #expect(test.accuracy < best + 3 * test.accuracyError && test.accuracy > best - 0.03)
    // Φ(0.7 √2).
    #expect(abs(test.area - 0.839) < 0.03)
    #expect(test.p == 0.01)
    let rows = try normals(400, shift: 0.35, seed: 3)
    let ratios = CrossFit.meanLogRatios(rows, by: fit.classifiers, pool)
    let truth = (0..<100).map { row in (0..<4).reduce(0) { $0 + 0.245 - 0.7 * rows[row * 4 + $1] } }
    let error = zip(ratios, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 100
    #expect(error < 0.15)
  }

  /// Rows are judged by classifiers that have not seen them: labels that mean nothing are not learned.
  @Test func noRowIsSeenBefore() throws {
    let values = try normals(2 * 200 * 6, seed: 4)
    let fit = fit(Array(values[..<1_200]), Array(values[1_200...]), width: 6)
    let test = try ClassifierTest(fit, quickOptions(), pool)
    #expect(abs(test.accuracy - 0.5) < 0.1)
    let firsts = fit.parts.flatMap(\.first).sorted()
    #expect(firsts == Array(0..<200))
    // A training row is remembered where it is seen.
    let copies = self.fit(Array(values[..<1_200]), Array(values[..<1_200]), width: 6)
    let own = try ClassifierTest(copies, quickOptions(), pool)
    #expect(own.accuracy < 0.55)
  }

  @Test func equalBitsForAnyThreads() throws {
    let (x, y) = (try normals(300, seed: 1), try normals(240, shift: 0.3, seed: 2))
    let results = [1, 2].map { threads in
      CrossFit(
        x, y, width: 3, folds: 5, isPaired: false, isTested: true, seed: 1, WorkerPool(threads: threads)
      ).classifiers.map(\.parameters)
    }
    #expect(results[0] == results[1])
  }

  /// p-values of equal distributions are uniform: all of 14 or none are at most 0.5 once in 8,000 times.
  @Test(arguments: [false, true]) func underTheNullHypothesisThatIsRare(isPaired: Bool) throws {
    var options = quickOptions(permutations: 49)
    options.isPaired = isPaired
    var found = 0
    for trial in 0..<14 as Range<UInt64> {
      options.seed = trial
      let noise = try normals(160, seed: 500 + trial)
      // In pairs most of a value is that of both rows.
      let common = try normals(80, seed: 900 + trial).map { isPaired ? 10 * $0 : 0 }
      let values = noise.indices.map { noise[$0] + common[$0 % 80] }
      let fit = fit(Array(values[..<80]), Array(values[80...]), width: 2, isPaired: isPaired, seed: trial)
      found += try ClassifierTest(fit, options, pool).p <= 0.5 ? 1 : 0
    }
    #expect(1...13 ~= found)
  }

  @Test func constantsAndOutliersAreNumbers() throws {
    var (x, y) = ([Double](), [Double]())
    for value in try normals(60, seed: 1) { x += [value, 3] }
    for value in try normals(60, seed: 2) { y += [value, 3] }
    y[0] = 1e200
    let test = try ClassifierTest(fit(x, y, width: 2), quickOptions(), pool)
    #expect(test.accuracy.isFinite && test.area.isFinite)
  }
}
