/// An ensemble made ready for scoring and sampling: its members' parameters prepared, their common threads running.
///
/// Results are the same bits for any number of threads and however the events are divided into calls. One evaluator
/// serves one thread at a time. Where the flows are conditional, `context` holds N × C values, or C that all events share.
public final class EnsembleEvaluator {
  let members: [FlowEvaluator]
  public let dimension: Int
  public let contextDimension: Int

  /// - Parameter threads: the number of threads; by default one per processor that this process may use.
  public init(_ ensemble: FlowEnsemble, threads: Int? = nil) {
    let pool = WorkerPool(threads: threads ?? Processors.count)
    members = ensemble.members.map {
      FlowEvaluator($0.architecture, ParameterBuffer($0.parameters), threads: threads, pool: pool)
    }
    (dimension, contextDimension) = (ensemble.dimension, ensemble.contextDimension)
  }

  /// log p(x | c) in nats of each event: −∞ where it is that for all members, NaN where it is that for one.
  ///
  /// - Parameters:
  ///   - events: N × D values, row-major, in the data's own units.
  ///   - first: the number of the first event in its data, which decides the noise of columns that are dequantized.
  public func logDensity(_ events: [Double], first: Int = 0, context: [Double] = []) -> [Double] {
    Self.logMeans(of: members.map { $0.logDensity(events, first: first, context: context) })
  }

  /// ∂ log p(x | c)/∂x of each event, N × D row-major, in the data's own units; NaN where log p is not finite.
  public func gradient(ofLogDensity events: [Double], first: Int = 0, context: [Double] = []) -> [Double] {
    logDensityWithGradient(of: events, first: first, context: context).gradients
  }

  /// log p(x | c) of each event, and ∂ log p/∂x = Σₖ wₖ ∂ log pₖ/∂x with wₖ = pₖ/Σⱼ pⱼ, N × D row-major; NaN where log p is not
  /// finite.
  public func logDensityWithGradient(
    of events: [Double], first: Int = 0, context: [Double] = []
  ) -> (values: [Double], gradients: [Double]) {
    let parts = members.map { $0.logDensityWithGradient(of: events, first: first, context: context) }
    let values = Self.logMeans(of: parts.map(\.values))
    var gradients = [Double](repeating: 0, count: events.count)
    for event in values.indices {
      let features = (event * dimension)..<((event + 1) * dimension)
      guard values[event].isFinite else {
        for index in features { gradients[index] = .nan }
        continue
      }
      // A member without mass there has no derivative, and no weight.
      for part in parts where part.values[event] > -.infinity {
        let weight = Double.exp(part.values[event] - values[event]) / Double(members.count)
        for index in features { gradients[index] += weight * part.gradients[index] }
      }
    }
    return (values, gradients)
  }

  /// log Σₖ exp(lₖ)/K of each event, given the lₖ of each member: from the largest of them, so that nothing overflows.
  private static func logMeans(of terms: [[Double]]) -> [Double] {
    terms[0].indices.map { event in
      var largest = -Double.infinity
      for term in terms {
        guard !term[event].isNaN else { return .nan }
        largest = max(largest, term[event])
      }
      guard largest.isFinite else { return largest }
      let sum = terms.reduce(0) { $0 + Double.exp($1[event] - largest) }
      return largest + Double.log(sum / Double(terms.count))
    }
  }

  /// What some events, at most 128, cost in the first member.
  package func solverEffort(of events: [Double], first: Int, context: [Double]) -> SolverEffort? {
    members[0].solverEffort(of: events, first: first, context: context)
  }

  /// Where the log-density of one event first leaves the finite numbers, for a message.
  package func nonFinitePlace(of event: [Double], first: Int, context: [Double]) -> String {
    func hasNumber(_ member: FlowEvaluator) -> Bool {
      !member.logDensity(event, first: first, context: context)[0].isNaN
    }
    let index = members.firstIndex { !hasNumber($0) } ?? 0
    let place = members[index].nonFinitePlace(of: event, first: first, context: context)
    return members.count > 1 ? "in member \(index), \(place)" : place
  }
}
