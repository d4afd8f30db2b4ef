// The rounds of an automatic fit.

extension AutomaticFit.Run {
  private static let raceEpochs = 12
  private static let leastRaceEpochs = 3
  private static let raceRows = 20_000
  private static let racePart = 0.15
  static let firstEpochs = 25
  static let mostEpochs = 800

  // MARK: Which preprocessing

  /// Trains one flow with each scaling; another than the first is taken where it is better by more than the standard error.
  mutating func chooseScaling() throws(FlowError) {
    guard plan.scalings.count > 1, fit.validation != nil, !isStopped() else { return }
    let rows = plan.isLarge ? Self.raceRows : fit.profile.rows
    // One thread trains each; a race takes a small part of the time, or does not take place.
    let perEpoch = 2 * nominalSecondsPerEpoch * Double(rows) / Double(fit.profile.rows)
    let epochs = min(Self.raceEpochs, Int(Self.racePart * secondsLeft / perEpoch))
    guard epochs >= Self.leastRaceEpochs else { return }
    observe(.begins(.race, epochs: epochs, flows: plan.scalings.count))
    var training = fit.training
    if plan.isLarge {
      training.train = try fit.train.choice(rows, seed: fit.choices.seed)
      training.validation = try training.validation.map { events throws(FlowError) in
        try events.choice(rows / 4, seed: fit.choices.seed)
      }
    }
    let candidates = plan.scalings.map {
      FitCandidate(subject: .init(scaling: $0), epochs: epochs, minutes: nil, member: 0, role: .race)
    }
    training.known = state
    let fitted = try training.fitted(
      sideBySide: candidates, threads: fit.threads, saves: candidateSaves, shouldStop: shouldStop)
    keep(fitted)
    guard !isStopped() else { return }
    var winner = 0
    for index in fitted.indices.dropFirst() {
      let gain = fitted[index].scores!.gain(over: fitted[winner].scores!)
      if gain.value > gain.error { winner = index }
    }
    subject = fitted[winner].candidate.subject
    for (index, each) in fitted.enumerated() {
      end(.race, epochs, [each], each.scores, isBest: index == winner, of: each.candidate.subject)
    }
  }

  // MARK: How many epochs

  /// Two flows trained for so many epochs, and what their mixture is worth.
  private struct Rung {
    let fitted: [FittedCandidate]
    let scores: ValidationScores
    let epochs: Int
    var seconds: Double { fitted.map(\.seconds).max()! }

    /// What a mixture of `members` flows is expected to reach. Of K flows that differ by chance the mean log-density is L − a/K
    /// to first order, so that one and two of them tell L and a.
    func expected(_ members: Int) -> Double {
      let pair = scores.mean.value
      let single = fitted.reduce(0) { $0 + $1.scores!.mean.value } / Double(fitted.count)
      return pair + 2 * max(0, pair - single) * (1 / Double(fitted.count) - 1 / Double(members))
    }
  }

  /// Trains pairs of flows, each time twice as long, until their mixture is no better; then takes the length with which a
  /// mixture gets farthest in the time that is left.
  mutating func chooseEpochs(from first: Int) throws(FlowError) {
    var rungs: [Rung] = []
    var next = first
    while next <= Self.mostEpochs, !isStopped() {
      let fitted = try trained(.epochs, next, members: 0..<min(2, plan.members))
      guard !isStopped() || best.isEmpty else { break }
      guard let scores = Self.mixed(fitted, nil) else {
        // Without validation events nothing tells when to stop.
        (best, epochs) = (fitted, next)
        return end(.epochs, next, fitted, nil, isBest: true)
      }
      let isBest = self.scores.map { scores.gain(over: $0).value > 0 } ?? true
      if isBest { (best, self.scores, epochs) = (fitted, scores, next) }
      end(.epochs, next, fitted, scores, isBest: isBest)
      overfits = !isBest
      if rungs.isEmpty, isBest { try chooseBase() }
      rungs.append(
        isBest
          ? Rung(fitted: best, scores: self.scores!, epochs: next) : Rung(fitted: fitted, scores: scores, epochs: next))
      // What the longer training takes is not to be missing for more flows.
      guard isBest, hasTime(for: 5 * rungs.last!.seconds) else { break }
      next *= 2
    }
    let affordable = rungs.map { rung in
      let more = rounds(of: rung.seconds) * max(1, lanes / rung.fitted.count)
      return rung.expected(min(plan.members, rung.fitted.count * (1 + more)))
    }
    guard let place = affordable.indices.max(by: { affordable[$0] < affordable[$1] }) else { return }
    (best, scores, epochs) = (rungs[place].fitted, rungs[place].scores, rungs[place].epochs)
  }

  static func mixed(_ fitted: [FittedCandidate], _ others: ValidationScores?) -> ValidationScores? {
    fitted.compactMap(\.scores).reduce(others) { $0?.adding($1) ?? $1 }
  }

  mutating func trained(
    _ purpose: FitRound.Purpose, _ epochs: Int, members: Range<Int>, part: Double = 1,
    by given: CandidateTraining? = nil
  ) throws(FlowError) -> [FittedCandidate] {
    observe(.begins(purpose, epochs: epochs, flows: members.count))
    let candidates = members.map { candidate(epochs, member: $0, part: part, purpose == .refit ? .refit : .selection) }
    var training = given ?? fit.training
    training.known = state
    let fitted =
      candidates.count == 1
      ? [
        try training.fitted(
          candidates[0], threads: fit.givenThreads, saves: candidateSaves, observe: { observe(.training($0)) },
          shouldStop: shouldStop)
      ]
      : try training.fitted(
        sideBySide: candidates, threads: fit.threads, saves: candidateSaves, shouldStop: shouldStop)
    keep(fitted)
    return fitted
  }

  private mutating func keep(_ fitted: [FittedCandidate]) {
    state.add(fitted)
    state.seconds = seconds
  }

  /// A schedule that would take longer than a part of what is left is a shorter one.
  func candidate(
    _ epochs: Int, member: Int, part: Double = 1, _ role: FitCandidate.Role = .selection
  ) -> FitCandidate {
    FitCandidate(
      subject: subject, epochs: epochs, minutes: max(1e-3, 0.97 * part * secondsLeft / 60), member: member,
      role: role)
  }

  /// Saves what is being trained with what has been.
  private var candidateSaves: CandidateSaves? {
    saves.map { saves in
      CandidateSaves(every: saves.seconds) { [state, result, secondsBefore, start] running in
        var state = state
        state.note(running)
        state.seconds = secondsBefore + (ContinuousClock.now - start).inSeconds
        saves.save(state, result)
      }
    }
  }

  // MARK: More flows

  /// Doubles the number of flows while that is worth it: the gain of the next doubling is expected to be half that of the last.
  mutating func addMembers() throws(FlowError) {
    guard plan.members > best.count, !plan.isLarge || overfits || isSimple || fit.choices.members != nil else { return }
    // Flows that did not stay finite are not tried again.
    var next = best.count
    while best.count < plan.members, next < 2 * plan.members, !isStopped() {
      let seconds = best.map(\.seconds).max()!
      let more = min(best.count, plan.members - best.count, rounds(of: seconds) * lanes)
      guard more > 0 else { return }
      let fitted = try trained(.flows, epochs, members: next..<(next + more))
      next += more
      guard !isStopped() else { return }
      let before = scores
      scores = Self.mixed(fitted, scores)
      best += fitted
      end(.flows, epochs, best, scores, isBest: true)
      if fit.choices.members == nil, let before, let scores {
        let gain = scores.gain(over: before)
        if gain.value / 2 < gain.error { return }
      }
    }
  }

  // MARK: All rows

  /// Trains the flows of the mixture again, to training and validation events, as long as was found best.
  mutating func refit() throws(FlowError) {
    guard fit.choices.refits, let validation = fit.validation else { return }
    isRefitting = true
    var training = fit.training
    training.train = try JoinedEvents([fit.train, validation]).inMemory()
    training.validation = nil
    let fitted = try trained(.refit, epochs, members: 0..<best.count, by: training)
    guard !isStopped() else { return }
    best = fitted
    end(.refit, epochs, best, nil, isBest: true)
  }

  // MARK: The end

  mutating func end(
    _ purpose: FitRound.Purpose, _ epochs: Int, _ fitted: [FittedCandidate], _ scores: ValidationScores?, isBest: Bool,
    of other: FitCandidate.Subject? = nil
  ) {
    let mean = scores?.mean
    let subject = other ?? subject
    let round = FitRound(
      purpose: purpose, preprocessing: subject.scaling.rawValue, layers: subject.layers, base: subject.base,
      epochs: epochs, members: fitted.count,
      logDensity: mean?.value, error: mean?.error, seconds: seconds, isBest: isBest)
    rounds.append(round)
    observe(.ended(round))
    saves?.save(state, result)
  }

  /// The best so far; nil before there is any.
  var result: AutomaticFitResult? {
    guard !best.isEmpty else { return nil }
    return AutomaticFitResult(
      trainings: best.map { ($0.setup, $0.result) }, rounds: rounds, scores: scores,
      stopped: isInterrupted ? .interrupted : secondsLeft <= 0 ? .minutes : .epochs,
      state: isInterrupted ? state : nil)
  }
}
