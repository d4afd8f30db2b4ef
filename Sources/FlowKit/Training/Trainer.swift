/// Fits a flow to events by maximum likelihood with Adam.
///
/// The same seed and events give the same parameters, bit for bit, for any number of threads.
public final class Trainer {
  public let options: TrainingOptions
  let architecture: Architecture
  let engine: Engine
  let events: EventWindows
  let validation: EventWindows?
  let objective: MaximumLikelihood
  let gradient: BatchGradient
  var state: TrainingState
  /// The number of steps in one pass over the training events.
  public let stepsPerEpoch: Int

  /// - Parameters:
  ///   - train: N × D events in the data's units, all finite, with N × C values of context and N weights ≥ 0, if any.
  ///   - validation: events that decide when training ends; none trains to the end.
  public convenience init(
    _ flow: Flow, train: LabelledEvents, validation: LabelledEvents? = nil, options: TrainingOptions,
    threads: Int? = nil
  ) {
    let architecture = flow.architecture
    self.init(
      flow, EventWindows(train, architecture, seed: options.seed),
      validation.map { EventWindows($0, architecture, seed: nil) }, options, threads)
  }

  /// Trains on the events of tables. Training events beyond `options.buffer`, and validation events beyond a quarter of
  /// it, are read again in every epoch, by threads of their own.
  ///
  /// - Throws: where a table cannot be read.
  public convenience init(
    _ flow: Flow, train: EventSet, validation: EventSet? = nil, options: TrainingOptions, threads: Int? = nil
  ) throws(FlowError) {
    let architecture = flow.architecture
    let windows = try EventWindows(
      train, architecture, buffer: options.buffer, batchSize: options.batchSize, seed: options.seed)
    let validation = try validation.map { events throws(FlowError) in
      try EventWindows(events, architecture, buffer: options.buffer / 4, batchSize: 1, seed: nil)
    }
    self.init(flow, windows, validation, options, threads)
  }

  private init(
    _ flow: Flow, _ events: EventWindows, _ validation: EventWindows?, _ options: TrainingOptions, _ threads: Int?
  ) {
    (self.options, self.events, self.validation) = (options, events, validation)
    architecture = flow.architecture
    engine = Engine(flow, threads: threads, isTraining: true)
    objective = MaximumLikelihood(data: events.data)
    stepsPerEpoch = (events.count + options.batchSize - 1) / options.batchSize
    gradient = BatchGradient(engine, batchSize: (events.count + stepsPerEpoch - 1) / stepsPerEpoch)
    state = TrainingState(engine.parameters)
  }

  /// Whether the training events are read again in every epoch, because they do not fit into the buffer.
  public var isStreaming: Bool { events.areStreamed }

  /// The flow as it is now.
  public var flow: Flow { Flow(architecture: architecture, parameters: engine.parameters.values) }

  /// One step on the events of `batch`. Where the loss or the gradient is not finite, nothing changes but the returned
  /// loss, which is NaN.
  @discardableResult
  public func step(_ batch: ArraySlice<Int32>, rate: Double) -> Double {
    let loss = gradient.compute(objective, batch)
    let norm = gradient.squaredNorm().squareRoot()
    guard loss.isFinite, norm.isFinite else { return .nan }
    let clip = norm > options.gradientClip ? options.gradientClip / norm : 1
    state.adam.step(engine, gradient.gradient, clip: clip, rate: rate)
    engine.prepare(afterStep: true)
    return loss
  }

  /// Batch `index` of an epoch, for `step`, before the next batch is asked for. The order in which an epoch visits the
  /// events is a function of (seed, epoch); all batches have nearly the same size, so that none is a noisy remainder.
  ///
  /// - Throws: where events that do not fit into memory cannot be read.
  public func batch(_ index: Int, ofEpoch epoch: Int) throws(FlowError) -> ArraySlice<Int32> {
    let count = events.count
    return try events.batch(
      (index * count / stepsPerEpoch)..<((index + 1) * count / stepsPerEpoch), ofEpoch: epoch)
  }
}

/// Events with what belongs to each: context and weight.
public struct LabelledEvents: Sendable {
  /// N × D, row-major.
  public var events: [Double]
  /// N × C, row-major.
  public var context: [Double]
  public var weights: [Double]?

  public init(_ events: [Double], context: [Double] = [], weights: [Double]? = nil) {
    (self.events, self.context, self.weights) = (events, context, weights)
  }

  /// The first events, at most `count`.
  func prefix(_ count: Int, dimension: Int, contextDimension: Int) -> LabelledEvents {
    LabelledEvents(
      Array(events.prefix(count * dimension)), context: Array(context.prefix(count * contextDimension)),
      weights: weights.map { Array($0.prefix(count)) })
  }
}

/// What a training step changes, and a copy of it from when all was well.
final class TrainingState {
  typealias Copy = TrainingCheckpoint.Optimizer
  let parameters: ParameterBuffer
  let adam: Adam
  /// The start of this epoch, and the last start from which a step was finite: the last step of an epoch can leave
  /// parameters that nothing has been computed with yet.
  private var start: Copy
  private(set) var good: Copy

  init(_ parameters: ParameterBuffer) {
    self.parameters = parameters
    adam = Adam(count: parameters.count)
    start = Copy(
      parameters: parameters.values, firstMoment: adam.firstMoment.values, secondMoment: adam.secondMoment.values,
      steps: 0)
    good = start
  }

  var current: Copy {
    Copy(
      parameters: parameters.values, firstMoment: adam.firstMoment.values, secondMoment: adam.secondMoment.values,
      steps: adam.steps)
  }

  func markStart() { start = current }

  func confirmStart() { good = start }

  func restoreGood() { restore(good) }

  /// Goes on from a checkpoint.
  func restore(_ checkpoint: TrainingCheckpoint) {
    (start, good) = (checkpoint.good, checkpoint.good)
    restore(checkpoint.current)
  }

  private func restore(_ copy: Copy) {
    parameters.copy(copy.parameters)
    adam.firstMoment.copy(copy.firstMoment)
    adam.secondMoment.copy(copy.secondMoment)
    adam.steps = copy.steps
  }
}
