import FlowKit

// The law of what is drawn in training.

extension Examination {
  mutating func examineRandomness(_ direction: BijectorProbe.Direction) throws {
    let random = EventRandom(seed: laws.seed, purpose: .passes, first: 1 << 32)
    let cotangents = Cotangents(values: normals(events.count), logDeterminants: normals(count))
    let drawn = results(direction, cotangents, random: random, of: 0..<count)
    for (event, again) in results(direction, cotangents, random: random, of: 0..<count).enumerated() {
      expectSameBits(again, drawn[event], part: "\(direction.rawValue), a second time")
    }
    // The rest is known of a map that draws nothing.
    guard drawn != results(direction, cotangents, random: nil, of: 0..<count) else { return }
    for event in Set([1, count / 2, count - 1]) where event < count {
      let own = EventRandom(seed: laws.seed, purpose: .passes, first: random.first + event)
      let alone = results(direction, cotangents, random: own, of: event..<(event + 1))
      expectSameBits(alone[0], drawn[event], part: "\(direction.rawValue), alone")
    }
    let (values, slopes) = (cotangents.values, cotangents.logDeterminants)
    try compareAlongOneDirection(direction, cotangents, random: random) { probe, x, context in
      probe.pullBack(direction, at: x, context: context, values: values, logDeterminants: slopes).value
    }
  }

  /// Everything that belongs to each of some events, when they alone are in the tile.
  private func results(
    _ direction: BijectorProbe.Direction, _ cotangents: Cotangents, random: EventRandom?, of events: Range<Int>
  ) -> [[Double]] {
    func rows(_ all: [Scalar], _ width: Int) -> [Scalar] {
      Array(all[(events.lowerBound * width)..<(events.upperBound * width)])
    }
    var probe = probe
    probe.random = random
    let (value, gradients) = probe.pullBack(
      direction, at: rows(inputs(of: direction), dimension), context: rows(context, contextDimension),
      values: rows(cotangents.values, dimension), logDeterminants: rows(cotangents.logDeterminants, 1))
    return (0..<events.count).map { event in
      func row(_ rows: [Scalar], _ width: Int) -> [Double] {
        rows[(event * width)..<((event + 1) * width)].map { Double($0) }
      }
      return row(value.values, dimension) + [value.logDeterminants[event]] + row(gradients.input, dimension)
        + row(gradients.context, contextDimension)
    }
  }
}
