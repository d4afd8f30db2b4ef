// Which base an automatic fit takes, and whether any layers.

extension AutomaticFit.Run {
  /// Where one or eight elliptical densities by EM are better than what was trained, the events lie in clusters, between which a flow
  /// on one normal density must leave bridges, or have tails that no box holds: then such a density is tried, trained on from
  /// where EM left it, without layers and as the base of the same ones.
  ///
  /// - Parameter isLast: whether the time is over: then only what EM left is compared.
  mutating func chooseBase(isLast: Bool = false) throws(FlowError) {
    guard racesBase, mayGoOn, let before = scores, let references = try simpleDensities() else { return }
    racesBase = false
    let simple = references.heavy.map { ($0.base, before.withLogDensities($0.logDensities)) }
      .max { $0.1.mean.value < $1.1.mean.value }!
    isSimple = before.gain(over: simple.1).value < 0
    guard isSimple else { return }
    let seconds = best.map(\.seconds).max()!
    let own = subject
    var winner = own
    // Such a density is one of columns, not of what a map of each makes of them.
    let alone = FitCandidate.Subject(
      scaling: fit.choices.isScalingGiven ? own.scaling : .standardize, layers: Self.noLayers, base: simple.0.text)
    let layered = FitCandidate.Subject(scaling: own.scaling, layers: nil, base: simple.0.text)
    for subject in isLast ? [alone] : [alone, layered] {
      guard isLast || hasTime(for: 2 * seconds), subject.layers == nil || fit.choices.layers == nil else { continue }
      self.subject = subject
      let isShort = plan.isLarge && fit.choices.minutes != nil
      let fitted = try trained(.race, epochs, members: 0..<best.count, part: isShort ? 0.25 : 1)
      guard !isStopped(), let scores = Self.mixed(fitted, nil) else { break }
      let gain = scores.gain(over: self.scores!)
      let isBest = gain.value > gain.error
      end(.race, epochs, fitted, scores, isBest: isBest)
      if isBest { (best, self.scores, winner) = (fitted, scores, subject) }
    }
    subject = winner
    isSimple = winner.layers != nil || scores!.gain(over: simple.1).value < 0
  }

  /// What stands for no layers at all.
  private static let noLayers = "diagonal"
}
