internal import Synchronization

/// What makes a density ready for many calls, by one thread at a time.
protocol DensityEvaluator: AnyObject {
  associatedtype Density: Sendable
  init(readying density: Density)
}

/// The evaluator behind the methods of a flow or an ensemble, made by the first of them. Calls from several threads wait for
/// each other.
final class SharedEvaluator<Evaluator: DensityEvaluator>: Sendable {
  private let evaluator = Mutex<Evaluator?>(nil)

  func evaluate<Failure: Error>(
    _ density: Evaluator.Density, _ body: (Evaluator) throws(Failure) -> [Double]
  ) throws(Failure) -> [Double] {
    try evaluator.withLock { (evaluator) throws(Failure) in
      let ready = evaluator ?? Evaluator(readying: density)
      evaluator = ready
      return try body(ready)
    }
  }
}

extension FlowEvaluator: DensityEvaluator {
  convenience init(readying density: Flow) { self.init(density) }
}

extension EnsembleEvaluator: DensityEvaluator {
  convenience init(readying density: FlowEnsemble) { self.init(density) }
}
