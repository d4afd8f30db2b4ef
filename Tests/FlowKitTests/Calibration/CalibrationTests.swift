import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

@Suite struct CalibrationTests {
  /// The acceptance of `Benchmarks` in small: of 100 exact posteriors at most 5 % are refused, within four standard errors.
  @Test func anExactPosteriorPasses() throws {
    let passed = try (0..<100).count {
      try ExactPosterior(draws: 50).calibration(100, seed: UInt64($0), permutations: 199).isCalibrated()
    }
    #expect(passed >= 87, "\(passed) of 100")
  }

  @Test func tooNarrowIsFoundAndMeasured() throws {
    let calibration = try ExactPosterior(scale: 0.9).calibration(1_000, seed: 1)
    #expect(!calibration.isCalibrated() && calibration.pValue < 1e-3)
    for check in calibration.columns {
      // Standard deviations 0.9 times too small: truths scatter 1/0.9 as far.
      #expect(abs(check.width.value - 1 / 0.9) < 4 * check.width.error && check.width.error < 0.03)
    }
    #expect(calibration.verdict.contains("too narrow by about "), "\(calibration.verdict)")
    let density = try #require(calibration.density)
    #expect(density.bias.value > 4 * density.bias.error)
  }

  @Test func tooWideIsFoundAndMeasured() throws {
    let calibration = try ExactPosterior(scale: 1.3).calibration(1_000, seed: 2)
    #expect(calibration.verdict.contains("too wide by about "), "\(calibration.verdict)")
    for check in calibration.columns { #expect(abs(check.width.value - 1 / 1.3) < 4 * check.width.error) }
  }

  /// Events beyond all draws are no reason to measure less than there is.
  @Test func farTooNarrowIsMeasuredAllTheSame() throws {
    let check = try ExactPosterior(scale: 0.4).calibration(1_000, seed: 3).columns[0]
    #expect(abs(check.width.value - 2.5) < 4 * check.width.error)
  }

  @Test func aShiftHasADirection() throws {
    let calibration = try ExactPosterior(shift: -0.2).calibration(1_000, seed: 4)
    // Stated means 0.2 too low, in units of √½.
    let bias = calibration.columns[0].bias
    #expect(abs(bias.value - 0.2 * 2.0.squareRoot()) < 4 * bias.error)
    #expect(calibration.columns[0].pHolm < 0.01 && calibration.columns[1].pHolm > 0.01)
    #expect(calibration.verdict.contains("a too low by 0."), "\(calibration.verdict)")
  }

  /// The prior as posterior: every average is right, and only the context tells.
  @Test func aPosteriorThatIgnoresItsDataIsFoundLocally() throws {
    let calibration = try ExactPosterior(ignoresData: true).calibration(400, seed: 5, permutations: 199)
    #expect(calibration.columns.allSatisfy { $0.pHolm > 0.05 })
    let local = try #require(calibration.local)
    #expect(local.pValue == 1.0 / 200)
    #expect(local.statistics[0].contextColumn == "y1" && local.statistics[1].contextColumn == "y2")
    let biases = local.statistics[0].regions.map(\.bias.value)
    #expect(biases.count == 4 && biases == biases.sorted() && biases[0] < -0.5 && biases[3] > 0.5)
    let all = try ExactPosterior(ignoresData: true).calibration(400, seed: 5)
    #expect(all.verdict.contains("right on average, but not everywhere"), "\(all.verdict)")
  }

  /// Columns right by themselves and drawn independently, but events correlated: only joint statistics tell.
  @Test func missingCorrelationIsFoundByTheDensity() throws {
    var random = NormalNumbers(seed: 6)
    var events: [Double] = []
    for _ in 0..<1_000 {
      let x = random.next()
      events += [x, 0.9 * x + 0.19.squareRoot() * random.next()]
    }
    var levels = CalibrationLevels(events: events, columns: ["x", "y"])
    func logDensity(_ x: Double, _ y: Double) -> Double { -(x * x + y * y) / 2 }
    for event in 0..<1_000 {
      let draws = (0..<100).map { _ in random.next() }
      let densities = (0..<50).map { logDensity(draws[2 * $0], draws[2 * $0 + 1]) }
      levels.add(draws: draws, logDensity: (logDensity(events[2 * event], events[2 * event + 1]), densities))
    }
    let calibration = try Calibration(levels)
    #expect(calibration.columns.allSatisfy { $0.pHolm > 0.05 } && calibration.local == nil)
    let others = [try #require(calibration.density)] + calibration.distances
    #expect(others.map(\.pHolm).min()! < 1e-3)
    #expect(calibration.verdict.contains("joint regions"), "\(calibration.verdict)")
  }

  /// Ranks of whole numbers have ties: levels are uniform all the same.
  @Test func wholeNumbersPass() throws {
    var random = NormalNumbers(seed: 8)
    func draws(_ count: Int) -> [Double] { (0..<count).map { _ in (3 * random.uniform()).rounded(.down) } }
    var levels = CalibrationLevels(events: draws(1_000), columns: ["n"])
    for _ in 0..<1_000 { levels.add(draws: draws(20)) }
    let calibration = try Calibration(levels)
    #expect(calibration.isCalibrated() && calibration.density == nil)
    #expect(calibration.columns[0].histogram.reduce(0, +) == 1_000)
  }

  @Test func fewEventsAreRefused() {
    let error = #expect(throws: FlowError.self) { try ExactPosterior().calibration(49, seed: 1) }
    #expect(error?.message == "49 events say too little of a calibration; give at least 50")
  }

  @Test func isItsOwnTextAndThreadsDoNotMatter() throws {
    let (levels, context) = ExactPosterior(draws: 20).levels(200, seed: 9)
    func made(_ threads: Int) throws -> Calibration {
      try Calibration(levels, context: context, contextColumns: ["y1", "y2"], permutations: 99, threads: threads)
    }
    let one = try made(1)
    #expect(try made(3) == one)
    #expect(try JSONDecoder().decode(Calibration.self, from: JSONEncoder().encode(one)) == one)
  }

  /// A flow whose draws are its own is calibrated; its events stretched are not.
  @Test func aFlowIsJudgedByItsOwnDraws() throws {
    let chain = try Chain([], dimension: 2)
    let flow = Flow(architecture: Architecture(chain: chain, base: StandardNormal(dimension: 2)))
    let events = try flow.sample(300, seed: 3)
    func judged(_ events: [Double], threads: Int = 1) throws -> Calibration {
      try Calibration(
        of: FlowEnsemble([flow]), events: events, columns: ["x", "y"], draws: 40, seed: 5, threads: threads)
    }
    let right = try judged(events)
    #expect(right.isCalibrated() && right.events == 300 && right.draws == 40 && right.local == nil)
    #expect(try judged(events, threads: 2) == right)
    let wrong = try judged(events.map { 1.5 * $0 })
    #expect(wrong.verdict.contains("too narrow by about 3"), "\(wrong.verdict)")
  }
}
