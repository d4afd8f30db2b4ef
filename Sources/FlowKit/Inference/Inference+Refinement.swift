extension Inference {
  /// Trains on points of p²/q, with which the flow covers all modes: flow-annealed importance sampling with a buffer (Midgley
  /// et al. 2023, algorithm 2). The buffer begins with points brought to p from a wide normal density.
  func refine(
    from parameters: [Scalar], share: Double, _ observe: (InferenceEvent) -> Void, _ shouldStop: () -> Bool
  ) throws(FlowError) -> [Scalar] {
    let begin = seconds
    var flow = Flow(architecture: architecture, parameters: parameters)
    trainer.become(parameters)
    var buffer = PointBuffer(dimension: architecture.dimension, capacity: 64 * options.batchSize)
    let wide = try widePoints(4 * options.batchSize)
    try buffer.add(
      wide.points, logWeights: squared(wide, flow), flow.evaluator(threads: pool.count).logDensity(wide.points))
    var sampler = AnnealedSampler(dimension: architecture.dimension, seed: options.seed &+ 5)
    (sampler.temperatures, sampler.power) = (4, 2)
    var (steps, rounds, shown) = (0, 0, 0.0)
    while true {
      let done = done(steps, since: begin, share: share)
      if steps > 0, done >= 1 || shouldStop() { return trainer.parameters }
      // The first rounds learn from the wide points alone.
      if done > 0.1 {
        let moved = try moved(from: flow, &sampler, round: rounds)
        buffer.add(moved.points, logWeights: moved.logWeights, moved.values.q.logDensities)
      }
      for _ in 0..<4 {
        flow = trainer.flow
        let batch = buffer.batch(options.batchSize, seed: options.seed, step: steps)
        let values = flow.evaluator(threads: pool.count).logDensity(buffer.points(batch))
        step.become(
          VariationalStep.Contents(
            temper: nil, points: buffer.points(batch), weights: buffer.update(batch, logDensities: values)))
        try trainer.step(trainer.batch(0, ofEpoch: steps), rate: rate(done))
        steps += 1
      }
      rounds += 1
      guard done - shown >= 0.02 else { continue }
      shown = done
      let elbo = try weights(of: trainer.flow, count: 2_048, seed: options.seed &+ 1).elbo
      observe(.progress(step: steps, done: 1 - share + done * share, temper: 1, elbo: elbo))
    }
  }

  /// Draws of the flow, moved towards p²/q.
  private func moved(
    from flow: Flow, _ sampler: inout AnnealedSampler, round: Int
  ) throws(FlowError) -> AnnealedSampler.Outcome {
    let (evaluator, target, pool) = (flow.evaluator(threads: pool.count), target, pool)
    let count = options.batchSize
    let points = try evaluator.sample(count, first: round * count, seed: options.seed &+ 6)
    return try sampler.run(from: points) { points throws(FlowError) in
      let (values, gradients) = evaluator.logDensityWithGradient(of: points)
      return PairValues(
        q: TargetValues(logDensities: values, gradients: gradients), p: try target.evaluate(points, on: pool))
    }
  }

  /// The log-weights of points of p as points of p²/q.
  private func squared(_ outcome: AnnealedSampler.Outcome, _ flow: Flow) throws(FlowError) -> [Double] {
    let ofFlow = flow.evaluator(threads: pool.count).logDensity(outcome.points)
    return outcome.logWeights.indices.map { point in
      // Where the flow has almost no density one point would be worth all others.
      outcome.logWeights[point] + min(20, outcome.values.p.logDensities[point] - ofFlow[point])
    }
  }
}

/// Points with weights, of which the newest are kept, drawn in proportion to their weights.
struct PointBuffer {
  private let dimension: Int
  private let capacity: Int
  private var values: [Double] = []
  private var logWeights: [Double] = []
  /// log q of the flow that the weights are for.
  private var logDensities: [Double] = []

  init(dimension: Int, capacity: Int) { (self.dimension, self.capacity) = (dimension, capacity) }

  mutating func add(_ points: [Double], logWeights: [Double], _ logDensities: [Double]) {
    for point in logWeights.indices where logWeights[point].isFinite && logDensities[point].isFinite {
      values += points[(point * dimension)..<((point + 1) * dimension)]
      self.logWeights.append(logWeights[point])
      self.logDensities.append(logDensities[point])
    }
    let excess = max(0, self.logWeights.count - capacity)
    values.removeFirst(excess * dimension)
    self.logWeights.removeFirst(excess)
    self.logDensities.removeFirst(excess)
  }

  /// The places of points drawn with replacement, by systematic resampling.
  func batch(_ count: Int, seed: UInt64, step: Int) -> [Int] {
    let largest = logWeights.max()!
    let weights = logWeights.map { Double.exp($0 - largest) }
    let total = weights.reduce(0, +)
    var random = RandomStream(seed: seed, purpose: .exploration, index: UInt64(step))
    let offset = random.uniform()
    var (places, sum, place) = ([Int](), weights[0], 0)
    for index in 0..<count {
      let level = (Double(index) + offset) / Double(count) * total
      while sum < level, place < weights.count - 1 {
        place += 1
        sum += weights[place]
      }
      places.append(place)
    }
    return places
  }

  func points(_ places: [Int]) -> [Double] {
    places.flatMap { values[($0 * dimension)..<(($0 + 1) * dimension)] }
  }

  /// Corrects the weights of points for the flow as it is now, whose log q is given; returns the weights of the points drawn,
  /// q_then/q_now cut at 10, over their number.
  mutating func update(_ places: [Int], logDensities now: [Double]) -> [Double] {
    let corrections = zip(places, now).map { logDensities[$0] - $1 }
    for (index, place) in places.enumerated() where now[index].isFinite {
      logWeights[place] += logDensities[place] - now[index]
      logDensities[place] = now[index]
    }
    return corrections.map { $0.isFinite ? min(10, Double.exp($0)) / Double(places.count) : 0 }
  }
}
