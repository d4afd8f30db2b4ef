// Fits to many rows, where steps are what is short: what a pass takes, and how many there is time for.

extension AutomaticFit.Run {
  /// A flow that fewer passes than these fill the time of is trained to the end at once.
  private static let fewEpochs = 150.0
  /// More passes than these teach one flow less than another flow adds to it.
  private static let enoughEpochs = 180.0

  /// Trains one flow for a while; if it does not overfit, then one or more for all of the time.
  mutating func trainLong() throws(FlowError) {
    let perEpoch = nominalSecondsPerEpoch
    let possible = secondsLeft / perEpoch
    guard possible > Self.fewEpochs, fit.validation != nil else { return try trainToTheEnd(perEpoch) }
    let first = min(Self.firstEpochs, max(1, Int(possible / 8)))
    let short = try trained(.epochs, first, members: 0..<1, part: fit.choices.minutes == nil ? 1 : 0.25)
    (best, scores, epochs) = (short, short[0].scores, first)
    end(.epochs, first, best, scores, isBest: true)
    try chooseBase()
    guard mayGoOn else { return }
    let (gap, error) = (best[0].gap ?? 0, scores!.mean.error)
    if !isSimple, gap < max(3 * error, 0.03 * Double(fit.profile.dimension)) {
      try trainToTheEnd(fit.choices.minutes == nil ? perEpoch : best[0].seconds / Double(first))
    } else {
      try chooseEpochs(from: first)
    }
  }

  /// One flow for the time that is left, or a mixture of as many as there is time enough for.
  private mutating func trainToTheEnd(_ perEpoch: Double) throws(FlowError) {
    let isTimed = fit.choices.minutes != nil
    let flows = self.flows(perEpoch)
    // Of a time that is not measured, so that the number does not depend on the machine.
    let left = isTimed ? secondsLeft : fit.choices.limitInSeconds - Double(epochs) * perEpoch
    let affordable = Int(0.75 * left / perEpoch / Double(flows))
    let planned = isTimed ? Self.mostEpochs : max(1, min(Self.mostEpochs, affordable))
    guard planned > epochs else { return }
    // Those that there is no processor for wait for the others.
    let turns = (flows + lanes - 1) / lanes
    let fitted = try trained(.long, planned, members: 0..<flows, part: 1 / Double(turns))
    let scores = Self.mixed(fitted, nil)
    let isBest = self.scores.flatMap { before in scores.map { $0.gain(over: before).value > 0 } } ?? true
    let trained = fitted.map(\.result.history.count).max()!
    if isBest { (best, self.scores, epochs) = (fitted, scores, trained) }
    end(.long, trained, fitted, scores, isBest: isBest)
    if !isStopped() { try chooseBase(isLast: true) }
  }

  /// A mixture overfits less than one flow that is trained longer: as many flows as have enough passes each, in pairs.
  private func flows(_ perEpoch: Double) -> Int {
    if let given = fit.choices.members { return given }
    let possible = fit.choices.limitInSeconds * (fit.choices.refits ? 0.5 : 1) / perEpoch
    return max(1, min(plan.members, Int(possible / Self.enoughEpochs)) / 2 * 2)
  }

  var nominalSecondsPerEpoch: Double {
    FitPlan.nominalSeconds(rows: fit.profile.rows, parameters: fit.parameterCount)
  }

  /// Passes for a first look: few where the limit is short.
  var fewRowsEpochs: Int { min(Self.firstEpochs, max(1, Int(secondsLeft / 8 / (2 * nominalSecondsPerEpoch)))) }
}
