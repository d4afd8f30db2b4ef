/// One player's part of a training step: what it lowers, and which parameters it changes.
public struct Turn: Sendable {
  /// An objective on the subject of the one that it is a turn of.
  public var objective: any Objective
  /// The parts of the subject's layout that change. The gradient of all others is 0.
  public var parts: Range<Int>
  /// By what rule; nil for the trainer's. No two turns change the same part, and all optimizers have the same moments.
  public var optimizer: (any Optimizer)?
  /// The largest learning rate, which falls with that of the training; nil for that of the training.
  public var learningRate: Double?
  /// How often in succession.
  public var repeats: Int

  /// - Parameter parts: all by default.
  public init(
    _ objective: any Objective, parts: Range<Int>? = nil, optimizer: (any Optimizer)? = nil,
    learningRate: Double? = nil, repeats: Int = 1
  ) {
    let all = objective.subject.layout.parts.indices
    let parts = parts ?? all
    precondition(repeats > 0 && parts.clamped(to: all) == parts, "\(repeats) steps on the parts \(parts) of \(all)")
    (self.objective, self.parts, self.optimizer) = (objective, parts, optimizer)
    (self.learningRate, self.repeats) = (learningRate, repeats)
  }
}
