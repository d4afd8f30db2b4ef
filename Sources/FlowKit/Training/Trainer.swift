/// Minimises an objective over events with an optimizer: keeps the order of events, the learning rate, stopping, saving, and
/// what to do when numbers leave the finite range.
///
/// The same seed and events give the same parameters, bit for bit, for any number of threads, and of processes that share the steps
/// (``Job``): each of these has all events and parameters, and takes a part of the tiles of every batch.
public final class Trainer {
  public let options: TrainingOptions
  let objective: any Objective
  let turns: [Turn]
  let optimizer: any Optimizer
  let schedule: any Schedule
  let engine: Engine
  /// Who takes a share of each step.
  let processes: any Collective
  let gradient: BatchGradient
  let evaluation: ObjectiveEvaluation
  /// Of what is reported beside the objective.
  let companion: ObjectiveEvaluation?
  let events: EventWindows
  let validation: EventWindows?
  let state: TrainingState
  /// The noise at the start, by preprocessed column.
  let noise: [Double]
  /// How easy each training event is, where a curriculum is not to find that out.
  package let ease: [Double]?
  /// How steps see their events.
  var lesson = Lesson()
  var threads: ThreadChoice
  /// The number of steps in one pass over the training events.
  public let stepsPerEpoch: Int

  /// Trains a flow by maximum likelihood, from the parameters that it has. Training events beyond `options.buffer`, and
  /// validation events beyond a quarter of it, are read again in every epoch, by threads of their own.
  ///
  /// - Parameters:
  ///   - validation: events that decide when training ends; none trains to the end.
  ///   - threads: by default as many as are fastest, which the first steps find out, and others now and then.
  /// - Throws: where the flow cannot be trained on the events, they cannot be read, or an option means nothing.
  public convenience init(
    _ flow: Flow, train: any EventSource, validation: (any EventSource)? = nil, options: TrainingOptions,
    threads: Int? = nil
  ) throws(FlowError) {
    try self.init(
      MaximumLikelihood(flow.architecture), from: flow.parameters, train: train, validation: validation,
      options: options, threads: threads)
  }

  /// Trains the subject of any objective in the same way, from `parameters` on.
  ///
  /// - Parameter ease: how easy each row of the source of the training events is, for a curriculum: the larger, the easier.
  public convenience init(
    _ objective: some Objective, from parameters: [Scalar], train: any EventSource,
    validation: (any EventSource)? = nil, options: TrainingOptions, optimizer: any Optimizer = Adam(),
    schedule: any Schedule = CosineSchedule(), ease: [Double]? = nil, threads: Int? = nil
  ) throws(FlowError) {
    try options.check()
    let subject = objective.subject
    let windows = try EventWindows(
      train, subject, buffer: options.buffer, batchSize: options.batchSize, seed: options.seed)
    let validation = try validation.map { events throws(FlowError) in
      try EventWindows(events, subject, buffer: options.buffer / 4, batchSize: 1, seed: nil)
    }
    let noise = try Self.noise(options, train, subject)
    let easeOfEvents = try ease.map { rows throws(FlowError) in try Self.ease(rows, of: train) }
    self.init(objective, parameters, windows, validation, options, optimizer, schedule, noise, easeOfEvents, threads)
    if options.curriculum { try checkCurriculum() }
  }

  private init(
    _ objective: any Objective, _ parameters: [Scalar], _ events: EventWindows, _ validation: EventWindows?,
    _ options: TrainingOptions, _ optimizer: any Optimizer, _ schedule: any Schedule, _ noise: [Double],
    _ ease: [Double]?, _ threads: Int?
  ) {
    precondition(
      parameters.count == objective.subject.layout.parameterCount,
      "\(parameters.count) parameters for a subject of \(objective.subject.layout.parameterCount)")
    (self.options, self.events, self.validation, self.noise, self.ease) = (options, events, validation, noise, ease)
    (self.objective, self.optimizer, self.schedule) = (objective, optimizer, schedule)
    turns = objective.turns
    precondition(
      turns.allSatisfy { $0.optimizer?.moments ?? optimizer.moments == optimizer.moments },
      "the optimizers of all turns have the moments \(optimizer.moments)")
    processes = Job.processes
    engine = Engine(objective.subject.layout, ParameterBuffer(parameters), threads: threads, isTraining: true)
    stepsPerEpoch = (events.count + options.batchSize - 1) / options.batchSize
    let forms = PerWorker(engine.pool) { worker in
      (worker == 0 ? objective : objective.copied()).turns.map(\.objective.form)
    }
    gradient = BatchGradient(engine, forms, batchSize: (events.count + stepsPerEpoch - 1) / stepsPerEpoch, processes)
    evaluation = ObjectiveEvaluation(engine, forms, batchSize: options.batchSize, processes)
    let (workers, all) = (engine, processes)
    companion = objective.companion.map { companion in
      let forms = PerWorker(workers.pool) { [($0 == 0 ? companion : companion.copied()).form] }
      return ObjectiveEvaluation(workers, forms, batchSize: options.batchSize, all)
    }
    state = TrainingState(engine.parameters, optimizer, gradient.shares)
    self.threads = ThreadChoice(most: engine.pool.count, isFixed: threads != nil)
  }

  /// Whether the training events are read again in every epoch, because they do not fit into the buffer.
  public var isStreaming: Bool { events.areStreamed }

  /// θ as it is now.
  public var parameters: [Scalar] { engine.parameters.values }

  /// Goes on from other parameters; the optimizer keeps what it knows.
  func become(_ parameters: [Scalar]) {
    engine.parameters.copy(parameters)
    engine.prepare()
  }

  /// The flow as it is now, where a flow is trained.
  public var flow: Flow { Flow(objective.subject, parameters: parameters) }

  /// Events for one step.
  public struct Batch: Sendable {
    let places: ArraySlice<Int32>
    fileprivate let owner: ObjectIdentifier
    /// The number of events.
    public var count: Int { places.count }
  }

  /// Batch `index` of an epoch, for `step`, before the next batch is asked for. The order in which an epoch visits the
  /// events is a function of (seed, epoch); all batches have nearly the same size, so that none is a noisy remainder.
  ///
  /// - Throws: where events that do not fit into memory cannot be read.
  public func batch(_ index: Int, ofEpoch epoch: Int) throws(FlowError) -> Batch {
    precondition(0..<stepsPerEpoch ~= index && epoch >= 0, "batch \(index) of \(stepsPerEpoch), epoch \(epoch)")
    let count = events.count
    return Batch(
      places: try events.batch(
        (index * count / stepsPerEpoch)..<((index + 1) * count / stepsPerEpoch), ofEpoch: epoch),
      owner: ObjectIdentifier(self))
  }

  /// The first events in memory, whatever the size of batches.
  package func batch(ofFirst count: Int) -> Batch {
    precondition(0...events.data.capacity ~= count, "\(count) of \(events.data.capacity) events")
    return Batch(places: Array(0..<Int32(count))[...], owner: ObjectIdentifier(self))
  }

  /// One step on the events of `batch`: all turns of the objective, mostly one. Where a loss or a gradient is not finite, that turn
  /// changes nothing, none follows, and the returned loss is NaN.
  ///
  /// - Returns: the loss of the last turn, before it.
  /// - Throws: what the objective throws.
  @discardableResult
  public func step(_ batch: Batch, rate: Double) throws(FlowError) -> Double {
    precondition(batch.owner == ObjectIdentifier(self), "a batch of another trainer")
    var (last, draws) = (0.0, 0)
    for (number, turn) in turns.enumerated() {
      let rate = turn.learningRate.map { rate * $0 / options.learningRate } ?? rate
      for count in 0..<turn.repeats {
        let (loss, squaredNorm) = try gradient.compute(
          events.data, batch.places, turn: (number, turn.parts), lesson: lesson, random: random(ofDraw: draws))
        let norm = squaredNorm.squareRoot()
        guard loss.isFinite, norm.isFinite else { return .nan }
        state.update(
          engine, gradient.gradient, engine.layout.parameters(ofParts: turn.parts), by: turn.optimizer ?? optimizer,
          number: state.steps * turn.repeats + count + 1,
          scale: norm > options.gradientClip ? options.gradientClip / norm : 1, rate: rate)
        engine.prepare(afterStep: gradient.shares == nil, parts: turn.parts)
        (last, draws) = (loss, draws + 1)
      }
    }
    state.finishStep()
    return last
  }

  /// The loss on the events of `batch` and its gradient with respect to θ, for a step of one's own: those of the last turn.
  ///
  /// - Throws: what the objective throws.
  public func lossAndGradient(_ batch: Batch) throws(FlowError) -> (loss: Double, gradient: [Scalar]) {
    precondition(batch.owner == ObjectIdentifier(self), "a batch of another trainer")
    let loss = try gradient.compute(
      events.data, batch.places, turn: (turns.count - 1, turns.last!.parts), lesson: lesson,
      random: random(ofDraw: 0)
    ).loss
    return (loss, gradient.whole().values)
  }

  /// The mean loss over the validation events, as it is reported after an epoch; nil without any.
  public func validationLoss() throws(FlowError) -> Double? {
    try validation.map { events throws(FlowError) in try evaluation.meanLoss(events) }
  }

  /// The mean loss of the objective's companion over the validation events; nil without either.
  public func companionLoss() throws(FlowError) -> Double? {
    guard let companion, let validation else { return nil }
    return try companion.meanLoss(validation)
  }

  /// The random numbers of the next step: event i of its batch has number i.
  var random: EventRandom { EventRandom(seed: options.seed, purpose: .passes, first: state.steps << 32) }

  /// Those of each gradient in it.
  private func random(ofDraw draw: Int) -> EventRandom { draw == 0 ? random : random.child(draw) }
}
