import FlowKit
import FlowKitTestSupport
import Foundation
import Synchronization
import Testing

@Suite struct AutomaticFitTests {
  /// Choices of a fit that takes a second.
  private func choices(_ change: (inout FitChoices) -> Void = { _ in }) -> FitChoices {
    var choices = FitChoices()
    choices.layers = "lu,2*[coupling-affine(hidden=16),permute(reverse)]"
    choices.minutes = 0.05
    choices.seed = 3
    change(&choices)
    return choices
  }

  /// The same, far within their limit, so that no clock decides.
  private func untimed(members: Int) -> FitChoices {
    choices { ($0.minutes, $0.members) = (nil, members) }
  }

  private func moons(_ count: Int, seed: UInt64 = 0) throws -> EventArray {
    try EventArray(PlanarSet.moons.events(count, seed: seed), dimension: 2, columns: ["x", "y"])
  }

  private func fit(_ events: EventArray, _ choices: FitChoices, threads: Int? = nil) throws -> AutomaticFitResult {
    try AutomaticFit(events, choices: choices, threads: threads).fit()
  }

  // MARK: Decisions

  @Test func tailsAskForArcsinh() throws {
    // The exponential distribution's kurtosis is 9.
    let count = 4_000
    var values: [Double] = []
    for index in 0..<count {
      values.append(-log((Double(index) + 0.5) / Double(count)))
      values.append(Double(index * 7_919 % count) / Double(count))
    }
    let plan = try AutomaticFit(EventArray(values, dimension: 2, columns: ["e", "u"]), choices: choices()).plan
    #expect(plan.scalings == [PreprocessingOptions.Scaling.arcsinh])
    let decision = try #require(plan.decisions.first { $0.what == "preprocessing" })
    #expect(decision.reason.contains("'e'"))
    #expect(plan.layers == choices().layers)
    let given = choices {
      $0.preprocessing.scaling = .robust
      $0.isScalingGiven = true
    }
    #expect(
      try AutomaticFit(EventArray(values, dimension: 2), choices: given).plan.scalings == [
        PreprocessingOptions.Scaling.robust
      ])
  }

  @Test func nearCopiesAskForWhitening() throws {
    let pairs = PlanarSet.moons.events(2_000)
    var values: [Double] = []
    for index in stride(from: 0, to: pairs.count, by: 2) {
      values += [pairs[index], pairs[index] + 0.02 * pairs[index + 1]]
    }
    let fit = try AutomaticFit(EventArray(values, dimension: 2), choices: choices())
    #expect(fit.plan.scalings == [PreprocessingOptions.Scaling.whiten, .standardize])
    #expect(fit.profile.smallestEigenvalue < 0.01)
  }

  @Test func theSmallestEigenvalueIsThatOfThePair() throws {
    // Of two columns with correlation r it is 1 − |r|.
    let values = PlanarSet.moons.events(2_000)
    let fit = try AutomaticFit(EventArray(values, dimension: 2), validation: .none, choices: choices())
    let n = Double(values.count / 2)
    let x = stride(from: 0, to: values.count, by: 2).map { values[$0] }
    let y = stride(from: 1, to: values.count, by: 2).map { values[$0] }
    let (mx, my) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
    var (xx, xy, yy) = (0.0, 0.0, 0.0)
    for (x, y) in zip(x, y) {
      xx += (x - mx) * (x - mx)
      xy += (x - mx) * (y - my)
      yy += (y - my) * (y - my)
    }
    let correlation = xy / (xx * yy).squareRoot()
    #expect(abs(fit.profile.smallestEigenvalue - (1 - abs(correlation))) < 1e-9)
  }

  @Test func oneColumnIsNoNormalDensity() throws {
    let values: [Double] = (0..<3_000).map { index in (index % 2 == 0 ? -3.0 : 3.0) + sin(Double(index)) }
    let fit = try AutomaticFit(
      EventArray(values, dimension: 1, columns: ["x"]), choices: choices { $0.layers = nil })
    #expect(fit.plan.layers.contains("elementwise-rqs"))
    let result = try fit.fit()
    let scores = try #require(result.scores)
    let review = try #require(result.review)
    #expect(scores.mean.value > review.normal! + 0.5)
    #expect(abs(review.training! - scores.mean.value) < 0.5)
  }

  // MARK: Training

  @Test func theSameFlowsForAnyNumberOfThreads() throws {
    let choices = untimed(members: 2)
    let events = try moons(300)
    let (one, two) = (try fit(events, choices, threads: 1), try fit(events, choices, threads: 3))
    #expect(one.members.map(\.parameters) == two.members.map(\.parameters))
    #expect(one.members.count == 2)
    #expect(one.rounds.map(\.logDensity) == two.rounds.map(\.logDensity))
  }

  @Test func aMixtureScoresAsTheMeanOfItsDensities() throws {
    let (events, valid) = (try moons(600), try moons(200, seed: 9))
    let fit = try AutomaticFit(events, validation: .events(valid), choices: choices { $0.members = 2 })
    let result = try fit.fit()
    let points = PlanarSet.moons.events(200, seed: 9)
    let each = result.members.map { $0.logDensity(points) }
    let mixture: [Double] = (0..<200).map { event in
      let sum: Double = each.reduce(0) { $0 + exp($1[event]) }
      return log(sum / Double(each.count))
    }
    expectClose(result.scores!.logDensities, mixture, within: 1e-12, "scores")
    let mean = mixture.reduce(0, +) / 200
    #expect(abs(result.scores!.mean.value - mean) < 1e-12)
    let squares = mixture.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    #expect(abs(result.scores!.mean.error - squares.squareRoot() / 200) < 1e-12)
  }

  @Test func outliersDoNotDecide() throws {
    // A base that is given, so that both have the same.
    var choices = untimed(members: 2)
    choices.base = "product(2*normal)"
    var values = PlanarSet.moons.events(3_000)
    for row in 0..<3 { values[2 * row] = 1e6 }
    let clean = PlanarSet.moons.events(1_000, seed: 5)
    func reached(_ values: [Double]) throws -> Double {
      let result = try fit(EventArray(values, dimension: 2), choices)
      return FlowEnsemble(result.members).logDensity(clean).reduce(0, +) / 1_000
    }
    let (got, wanted) = (try reached(values), try reached(PlanarSet.moons.events(3_000)))
    #expect(got > wanted - 0.3)
  }

  /// Stopped after each round in turn, and gone on with.
  @Test func anInterruptedFitComesToTheSameEnd() throws {
    let choices = untimed(members: 2)
    let events = try moons(500)
    let whole = try fit(events, choices)
    var result: AutomaticFitResult?
    var runs = 0
    repeat {
      let rounds = Atomic(0)
      let before = result?.rounds.count ?? 0
      result = try AutomaticFit(events, choices: choices).fit(
        from: result?.state,
        observe: { event in
          if case .ended = event { rounds.add(1, ordering: .relaxed) }
        }, shouldStop: { rounds.load(ordering: .relaxed) > before })
      runs += 1
    } while result?.state != nil && runs < 20
    #expect(runs > 1)
    #expect(result?.members.map(\.parameters) == whole.members.map(\.parameters))
    #expect(result?.rounds.map(\.logDensity) == whole.rounds.map(\.logDensity))
  }

  /// Stopped again and again in the midst of two flows that are trained side by side.
  @Test func interruptedFlowsAreNotTrainedAgain() throws {
    let choices = untimed(members: 2)
    let events = try moons(500)
    let whole = try fit(events, choices, threads: 1)
    var result: AutomaticFitResult?
    var runs = 0
    repeat {
      let steps = Atomic(0)
      result = try AutomaticFit(events, choices: choices, threads: 2).fit(
        from: result?.state, shouldStop: { steps.add(1, ordering: .relaxed).newValue > 300 })
      runs += 1
    } while result?.state != nil && runs < 50
    #expect(runs > 3)
    #expect(result?.members.map(\.parameters) == whole.members.map(\.parameters))
    #expect(result?.rounds.map(\.logDensity) == whole.rounds.map(\.logDensity))
  }

  @Test func clustersAreTriedOnAMixture() throws {
    var random = RandomStream(seed: 4, purpose: .samples)
    // Nearly normal.
    func number() -> Double { (0..<12).reduce(-6) { sum, _ in sum + random.uniform() } }
    var values: [Double] = []
    for row in 0..<2_000 {
      let centre = 6 * Double(row % 4)
      values += [centre + number(), (row % 2 == 0 ? centre : -centre) + number()]
    }
    let result = try fit(EventArray(values, dimension: 2), untimed(members: 2))
    let race = result.rounds.first { $0.base != nil }
    #expect(race?.base == "t-mixture(8)" && race?.isBest == true)
    #expect(result.members.allSatisfy { $0.architecture.base is StudentTMixture })
  }

  /// Where a density without layers is best, there are none.
  @Test func anEllipticalDensityNeedsNoLayers() throws {
    var random = RandomStream(seed: 4, purpose: .samples)
    // Nearly normal.
    func number() -> Double { (0..<12).reduce(-6) { sum, _ in sum + random.uniform() } }
    let values = (0..<1_500).flatMap { _ -> [Double] in
      let square = (0..<3).reduce(0.0) { sum, _ in
        let number = number()
        return sum + number * number
      }
      let numbers = (0..<5).map { _ in number() / square.squareRoot() }
      return numbers.indices.map { numbers[$0] - 0.5 * numbers[($0 + 1) % 5] }
    }
    let result = try fit(
      EventArray(values, dimension: 5),
      choices { ($0.minutes, $0.layers, $0.members, $0.effort) = (nil, nil, 1, .quick) })
    let alone = try #require(result.rounds.first { $0.layers != nil })
    #expect(alone.layers == "diagonal" && alone.base?.hasPrefix("t-mixture") == true)
    #expect(result.scores!.mean.value >= alone.logDensity!)
  }

  @Test func flowsOfManyRowsShareTheTime() throws {
    let choices = choices {
      ($0.layers, $0.members, $0.minutes) = ("lower", 2, 0.1)
      // A base that is given: no other is tried.
      $0.base = "product(2*normal)"
    }
    let result = try fit(moons(23_000), choices)
    #expect(result.rounds.last?.purpose == .long)
    #expect(result.rounds.last?.members == 2)
    #expect(result.members.count == 2)
  }

  @Test func aRefitSeesAllRows() throws {
    let choices = choices {
      $0.members = 2
      $0.refits = true
    }
    let result = try fit(moons(400), choices)
    #expect(result.rounds.last?.purpose == .refit)
    #expect(result.trainings.allSatisfy { $0.setup.train.count == 400 && $0.setup.validation == nil })
  }

  @Test func withoutValidationThereIsAFitAllTheSame() throws {
    let result = try AutomaticFit(moons(300), validation: .none, choices: choices()).fit()
    #expect(result.scores == nil)
    #expect(result.members.allSatisfy { $0.logDensity([0, 0])[0].isFinite })
  }
}
