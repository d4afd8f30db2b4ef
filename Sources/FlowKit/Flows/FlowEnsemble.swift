/// An equal-weight mixture of K flows: p(x | c) = Σₖ pₖ(x | c)/K.
///
/// A density like that of one flow, and a value like one: exact log-densities, samples, derivatives. Its members may have
/// different architectures, but the same features and context features. An ensemble of one is that flow, to the bit. Flows
/// that differ by the random choices of their fits alone err in different places, so that their mixture is nearly always
/// better than each (Lakshminarayanan et al. 2017, arXiv:1612.01474, section 2.4).
public struct FlowEnsemble: Sendable {
  /// The K flows, each of weight 1/K.
  public let members: [Flow]
  private let shared = SharedEvaluator<EnsembleEvaluator>()

  /// - Parameter members: at least one, all of one dimension and of one context dimension.
  public init(_ members: [Flow]) {
    precondition(!members.isEmpty, "an ensemble has members")
    for (index, member) in members.enumerated() {
      precondition(
        member.dimension == members[0].dimension && member.contextDimension == members[0].contextDimension,
        "member \(index) has \(member.dimension) features and \(member.contextDimension) of context, the first "
          + "\(members[0].dimension) and \(members[0].contextDimension)")
    }
    self.members = members
  }

  public var dimension: Int { members[0].dimension }
  public var contextDimension: Int { members[0].contextDimension }

  /// log p(x | c) in nats of each event, in the data's own units: −∞ outside the domains of all members, NaN for a NaN and
  /// where a member has no number.
  public func logDensity(_ events: [Double], context: [Double] = []) -> [Double] {
    shared.evaluate(self) { $0.logDensity(events, context: context) }
  }

  /// ∂ log p(x | c)/∂x of each event, N × D row-major; NaN where log p is not finite.
  public func gradient(ofLogDensity events: [Double], context: [Double] = []) -> [Double] {
    shared.evaluate(self) { $0.gradient(ofLogDensity: events, context: context) }
  }

  /// `count` events. The same seed gives the same events, and fewer events are a prefix of more.
  ///
  /// - Throws: where a numeric inverse does not converge.
  public func sample(_ count: Int, context: [Double] = [], seed: UInt64 = 0) throws(FlowError) -> [Double] {
    try shared.evaluate(self) { evaluator throws(FlowError) in
      try evaluator.sample(count, context: context, seed: seed)
    }
  }

  /// The events, in the data's own units, that no member is defined for: the log-density there is −∞.
  public func eventsOutsideDomain(_ events: [Double]) -> [OutsideEvent] {
    let outside = members.map { $0.architecture.eventsOutsideDomain(events) }
    let others = outside.dropFirst().map { Set($0.map(\.event)) }
    return outside[0].filter { each in others.allSatisfy { $0.contains(each.event) } }
  }

  /// This ensemble made ready for many calls, by one thread at a time.
  public func evaluator(threads: Int? = nil) -> EnsembleEvaluator { EnsembleEvaluator(self, threads: threads) }
}
