extension TrainingOptions {
  /// The defaults but for what `change` sets: `TrainingOptions { $0.epochs = 10 }`.
  public init(_ change: (inout TrainingOptions) -> Void) {
    self.init()
    change(&self)
  }

  /// Throws where a number means nothing, such as a batch of no events.
  public func check() throws(FlowError) {
    try Self.check(epochs, "the number of epochs", atMost: 1_000_000_000)
    try Self.check(minutes ?? 1, "the number of minutes", atMost: 10_000_000)
    try Self.check(batchSize, "the batch size", atMost: 1_000_000_000)
    try Self.check(learningRate, "the learning rate", atMost: .greatestFiniteMagnitude)
    try Self.check(gradientClip, "the limit of the gradient's norm", atMost: .infinity)
    try Self.check(patience, "the patience", atMost: .max)
    try Self.check(buffer, "the buffer", atMost: .max)
    let noise = noise?.start(events: 1, columns: 1) ?? 0
    guard noise >= 0, noise.isFinite else {
      throw FlowError(.architecture, "the noise is a finite number from 0 on, got \(noise)")
    }
  }

  private static func check<Number: Comparable & Numeric>(
    _ value: Number, _ name: String, atMost limit: Number
  ) throws(FlowError) {
    guard value > 0 else { throw FlowError(.architecture, "\(name) is a number above 0, got \(value)") }
    guard value <= limit else { throw FlowError(.architecture, "\(name) is at most \(limit), got \(value)") }
  }
}
