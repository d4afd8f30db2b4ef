extension Inference {
  /// Points that annealed importance sampling brings to p from a normal density that is wide enough to meet all modes.
  func widePoints(_ count: Int) throws(FlowError) -> AnnealedSampler.Outcome {
    var sampler = AnnealedSampler(dimension: architecture.dimension, seed: options.seed &+ 3)
    (sampler.temperatures, sampler.spacing, sampler.leapfrogs) = (512, 2, 4)
    let (wide, target, pool) = (wide, target, pool)
    return try sampler.run(from: wide.draws(count, seed: options.seed &+ 4)) { points throws(FlowError) in
      PairValues(q: wide.evaluate(points), p: try target.evaluate(points, on: pool))
    }
  }

  /// What part of the target's mass lies where the flow has less than e⁻⁴ of its density, in words; nil where it is not
  /// clearly more than a twentieth, or the probe knows too little.
  ///
  /// Importance weights cannot show this: no draw of the flow lies there.
  func lostMass(of flow: Flow, logZ: Double) throws(FlowError) -> String? {
    let probe = try widePoints(1_024)
    let weights = ImportanceWeights(probe.logWeights)
    let known = weights.effectiveFraction * Double(probe.logWeights.count)
    guard known >= 30 else { return nil }
    let ofFlow = flow.evaluator(threads: pool.count).logDensity(probe.points)
    let lost = zip(weights.normalized, zip(ofFlow, probe.values.p.logDensities)).reduce(0) { sum, point in
      let ratio = point.1.0 - point.1.1 + logZ
      return point.0 > 0 && !(ratio > -4) ? sum + point.0 : sum
    }
    guard lost > 0.05 + 3 * (lost * (1 - lost) / known).squareRoot() else { return nil }
    return
      "about \(Int((100 * lost).rounded())) % of the target's mass lies where the flow has almost none: it has lost modes"
  }
}
