// What the steps of a fit see of their events: noise that falls, easy events first.

extension Trainer {
  /// Makes the lesson of the step at hand; `progress` from 0 to 1.
  func prepareLesson(_ run: inout Run, progress: Double, _ observe: (TrainingEvent) -> Void) throws(FlowError) {
    objective.begin(progress: progress)
    let share = TrainingNoise.share(at: progress)
    lesson.noise = share > 0 ? noise.map { Scalar($0 * share) } : []
    guard options.curriculum else { return }
    guard let stage = Curriculum.stage(at: progress, from: ease == nil ? Curriculum.warmUp : 0) else {
      lesson.factors = nil
      return
    }
    if ease == nil, run.at.warmup == nil { run.at.warmup = engine.parameters.values }
    let curriculum = if let known = run.curriculum { known } else { try self.curriculum(run.at.warmup) }
    run.curriculum = curriculum
    guard run.stage?.number != stage || lesson.factors == nil else { return }
    let next = curriculum.stage(stage)
    if let before = run.stage, before.number < stage {
      precondition(
        next.share >= before.share - 1e-9 && next.entropy >= before.entropy - 1e-9,
        "a curriculum that falls from \(before) to \((next.share, next.entropy))")
    }
    run.stage = (number: stage, share: next.share, entropy: next.entropy)
    lesson.factors = next.factors
    observe(.note(next.note))
  }

  /// How easy all training events are: as it is known, or the log-densities by the flow that the warm-up has made.
  private func curriculum(_ warmup: [Scalar]?) throws(FlowError) -> Curriculum {
    let scores = if let warmup { try logDensities(warmup) } else { ease! }
    return Curriculum(scores: scores, weights: scores.indices.map { events.data.relativeWeight(Int32($0)) })
  }

  private func logDensities(_ parameters: [Scalar]) throws(FlowError) -> [Double] {
    let now = engine.parameters.values
    become(parameters)
    defer { become(now) }
    return try evaluation.logDensities(events, flowArchitecture!)
  }

  /// How easy each event is, of numbers for the rows that the events stand in.
  static func ease(
    _ ofRows: [Double], of events: any EventSource
  ) throws(FlowError) -> [Double] {
    var ease: [Double] = []
    try events.forEachBlock { block throws(FlowError) in
      for event in 0..<(block.events.events.count / events.dimension) {
        let row = block.row(of: event)
        guard ofRows.indices ~= row, ofRows[row].isFinite else {
          throw FlowError(.data, "\(events.place): how easy row \(row) is, is no finite number")
        }
        ease.append(ofRows[row])
      }
    }
    return ease
  }

  /// The flow that is trained, or that something trained begins with.
  private var flowArchitecture: Architecture? {
    objective.subject as? Architecture ?? (objective.subject as? any FlowBearing)?.architecture
  }

  /// Throws where a curriculum has nothing to go by.
  func checkCurriculum() throws(FlowError) {
    guard flowArchitecture != nil || ease != nil else {
      throw FlowError(
        .architecture, "a curriculum goes by log-densities: it needs a flow, not \(type(of: objective.subject))")
    }
    guard !isStreaming else {
      throw FlowError(
        .data,
        "a curriculum weighs all training events against each other: they must fit into the buffer of \(options.buffer) bytes"
      )
    }
  }

  /// The standard deviations of the noise at the start, by preprocessed column; none where none is asked for.
  static func noise(
    _ options: TrainingOptions, _ train: any EventSource, _ subject: any Trainable
  ) throws(FlowError) -> [Double] {
    guard let noise = options.noise else { return [] }
    if let map = subject.firstMap, map.domain.contains(where: { $0 != .real }) {
      throw FlowError(
        .architecture,
        "noise carries events out of where \(map.layerList) is defined; leave the noise out, or preprocess its columns")
    }
    let seen = subject.dimension + (subject.hasLabels ? 0 : subject.contextDimension)
    let start = noise.start(events: train.count, columns: seen)
    let (x, context) = try TrainingData(sampling: 4_096, of: train, subject, seed: options.seed).tiles(TilePool())
    if subject.hasLabels { return deviations(x) + Array(repeating: 0, count: subject.contextDimension) }
    return deviations(x) + (context.map(deviations) ?? [])

    func deviations(_ tile: Tile) -> [Double] {
      (0..<tile.features).map { row -> Double in
        let mean = tile.rowSum(row) / Double(tile.width)
        let squares = tile.withRow(row) { $0.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } }
        return start * (squares / Double(tile.width)).squareRoot()
      }
    }
  }
}
