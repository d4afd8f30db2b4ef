/// What training minimises: a loss of the events of a batch, for something trainable.
///
/// A conforming type is a `SumObjective`, whose loss is a sum over events and needs one pass, or a `BatchObjective`, whose loss
/// looks at the outputs of all events at once and needs two. Either may use the subject in the direction from data to base,
/// or draw samples from `Pass/random` and lead them from base to data.
public protocol Objective: Sendable {
  /// What is trained.
  var subject: any Trainable { get }
  /// The same objective for another worker, with the subject `copied()`.
  func copied() -> Self
  /// Which of the two it is: given by `SumObjective` and `BatchObjective`.
  var form: ObjectiveForm { get }
  /// A loss that is reported beside it, over the validation events after each epoch, such as the likelihood of a flow that
  /// learns by its samples; none by default. It decides nothing.
  var companion: (any SumObjective)? { get }
  /// What a step of training does, in turn, each on the same events with random numbers of its own: by default it lowers the objective
  /// itself and changes all parameters. Where players of a game alternate, such as a critic and a flow, the last turn is the
  /// objective's own: its loss is that of the step.
  var turns: [Turn] { get }
  /// Told before each step how much of the training is done, from 0 to 1, for what changes with it; nothing by default. Copies are not
  /// told: they share what changes (``TrainingProgress``).
  func begin(progress: Double)
  /// Whether the losses of different epochs say which is better; true by default. Otherwise the last epoch counts as the best.
  var comparesEpochs: Bool { get }
  /// What users should know of the losses since this was last asked, such as that an iteration did not converge; nothing
  /// by default.
  func takeNotes() -> [String]
  /// Where the computation on a tile leaves the finite numbers first, for a message; nil (the default) where it does not say.
  func nonFinitePlace(_ tile: EventTile, _ pass: Pass) -> String?
}

/// The two forms of an objective.
public enum ObjectiveForm: Sendable {
  case sum(any SumObjective)
  case batch(any BatchObjective)
}

/// A loss that is a sum over events: L = Σᵢ wᵢ ℓ(xᵢ; θ), with the weights that the tile gives.
public protocol SumObjective: Objective {
  /// The part of the sum that the events of a tile make.
  ///
  /// - Parameter pass: what tiles see of θ, the tile's context, and in training random numbers.
  func loss(of tile: EventTile, _ pass: Pass) throws(FlowError) -> Double

  /// The same; adds its gradient.
  func loss(
    of tile: EventTile, _ pass: Pass, addingGradientTo gradient: inout Gradient
  ) throws(FlowError) -> Double
}

/// A loss of the outputs of a whole batch: all tiles forward, one loss with its cotangents, all tiles back.
public protocol BatchObjective: Objective {
  /// The number of outputs per event.
  var outputCount: Int { get }

  /// The outputs of a tile's events, row-major, `outputCount` each, in Double, and what adds the gradient of θ for their
  /// cotangents. The pullback is called on the thread that made it.
  func outputsWithPullback(of tile: EventTile, _ pass: Pass) throws(FlowError) -> (
    values: [Double], pullback: OutputPullback
  )

  /// The outputs alone, for validation; by default those of `outputsWithPullback`.
  func outputs(of tile: EventTile, _ pass: Pass) throws(FlowError) -> [Double]

  /// How many validation events a loss sees at most, where training steps see `batchSize`; as many by default.
  func evaluationSize(batchSize: Int) -> Int

  /// The loss of a batch, and the cotangents of its outputs, laid out as they are.
  func loss(of batch: OutputBatch) throws(FlowError) -> (value: Double, cotangents: [Double])
}

/// Takes ∂L/∂outputs of a tile's events, row-major, and adds to the gradient of θ. Called at most once.
public typealias OutputPullback = (_ cotangents: [Double], _ gradient: inout Gradient) -> Void

/// What all events of a batch came to.
public struct OutputBatch: Sendable {
  /// N × `outputCount`, row-major, in the order of the batch.
  public let outputs: [Double]
  /// wᵢ / (w̄ N): they add up to 1 on average.
  public let weights: [Double]
  /// Random numbers of this step; nil in validation.
  public let random: EventRandom?
  /// For work of the loss: they are idle until it is known.
  let workers: WorkerPool

  init(outputs: [Double], weights: [Double], random: EventRandom?, workers: WorkerPool) {
    (self.outputs, self.weights, self.random, self.workers) = (outputs, weights, random, workers)
  }

  /// A batch for which a loss is computed outside of training.
  public init(outputs: [Double], weights: [Double], random: EventRandom? = nil, threads: Int = 1) {
    self.init(outputs: outputs, weights: weights, random: random, workers: WorkerPool(threads: threads))
  }
}

extension Objective {
  public var companion: (any SumObjective)? { nil }
  public var turns: [Turn] { [Turn(self)] }
  public func begin(progress: Double) {}
  public var comparesEpochs: Bool { true }
  public func takeNotes() -> [String] { [] }
  public func nonFinitePlace(_ tile: EventTile, _ pass: Pass) -> String? { nil }
}

extension SumObjective {
  public var form: ObjectiveForm { .sum(self) }
}

extension BatchObjective {
  public var form: ObjectiveForm { .batch(self) }
  public func evaluationSize(batchSize: Int) -> Int { batchSize }

  public func outputs(of tile: EventTile, _ pass: Pass) throws(FlowError) -> [Double] {
    try outputsWithPullback(of: tile, pass).values
  }
}
