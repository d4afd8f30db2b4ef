extension Flow {
  /// Throws where the base has bounds and the flow carries events, of a random choice of 4,096, out of them: their density
  /// is 0, and a loss infinite. Of layers that keep within the bounds nothing is asked.
  func checkBounds(of events: some EventSource, seed: UInt64) throws(FlowError) {
    let (support, base) = (architecture.base.support, architecture.base.text)
    guard !support.isEverything else { return }
    let sample = try events.sample(4_096, seed: seed)
    let latents = latent(of: sample.events.events, context: sample.events.context)
    // Bounds are those of Scalars: a value just below π may be the number above it.
    let rounded = support.map { interval in
      Interval(Double(Scalar(interval.lower)).nextDown, Double(Scalar(interval.upper)).nextUp)
    }
    let outside = rounded.eventsOutside(latents)
    guard let first = outside.first else { return }
    let count = latents.count / dimension
    let value = latents[first.event * dimension + first.feature]
    throw FlowError(
      .architecture,
      "the layers carry \(outside.count) of \(count) events out of the support of the base \(base), where the density is 0 "
        + "(first \(value) in feature \(first.feature), row \(sample.row(of: first.event))); take a base without bounds, such as "
        + "normal, or end the layers with one that maps into them, such as monotone(sigmoid)")
  }
}
