extension TrainingResult {
  /// Where an objective on samples has ruined the likelihood.
  public func ruinedLikelihood(beyond nats: Double = 1) -> (best: EpochReport, likeliest: EpochReport)? {
    history.ruinedLikelihood(best: bestEpoch, beyond: nats)
  }
}

extension [EpochReport] {
  /// The best epoch by an objective on samples, and the one of the best likelihood, where the mean negative log-density of the first
  /// is higher by more than `nats`, or no number; nil where that is not so.
  package func ruinedLikelihood(
    best bestEpoch: Int, beyond nats: Double = 1
  ) -> (best: EpochReport, likeliest: EpochReport)? {
    guard let best = first(where: { $0.epoch == bestEpoch }), let loss = best.companion,
      let likeliest = filter({ $0.companion?.isFinite == true }).min(by: { $0.companion! < $1.companion! }),
      !(loss <= likeliest.companion! + nats)
    else {
      return nil
    }
    return (best, likeliest)
  }
}
