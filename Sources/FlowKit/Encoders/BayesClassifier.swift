/// Classes by Bayes' rule, from flows p(z | k) that are conditional on the class k and the shares πₖ of the classes in training:
///
///     p(z) = Σₖ πₖ p(z | k),      P(k | z) = πₖ p(z | k)/p(z)
///
/// Results are the same bits for any number of threads. One classifier serves one thread at a time.
public final class BayesClassifier {
  public let classes: LabelClasses
  private let flows: EnsembleEvaluator

  /// - Throws: where the flows have another context than the classes.
  public init(_ flows: FlowEnsemble, _ classes: LabelClasses, threads: Int? = nil) throws(FlowError) {
    guard flows.contextDimension == classes.classes.count else {
      throw FlowError(
        .architecture,
        "a flow of \(flows.contextDimension) columns of context for \(classes.classes.count) classes of '\(classes.label)'"
      )
    }
    (self.classes, self.flows) = (classes, flows.evaluator(threads: threads))
  }

  /// log p(z) of each event, N, and log P(k | z), N × K row-major. Where p(z) is 0 or no number, the probabilities are NaN.
  ///
  /// - Parameter latents: N × L, row-major.
  public func callAsFunction(_ latents: [Double]) -> (logDensities: [Double], logProbabilities: [Double]) {
    let terms = classes.classes.indices.map { flows.logDensity(latents, context: classes.oneHot($0)) }
    return Self.posterior(terms, logPriors: classes.logPriors)
  }

  /// Bayes' rule, given log p(z | k) of each class.
  static func posterior(
    _ logDensities: [[Double]], logPriors: [Double]
  ) -> (logDensities: [Double], logProbabilities: [Double]) {
    let (count, width) = (logDensities[0].count, logPriors.count)
    var (totals, probabilities) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count * width))
    for event in 0..<count {
      let joint = (0..<width).map { logDensities[$0][event] + logPriors[$0] }
      // From the largest of them: a density may be below the smallest number.
      let top = joint.contains(where: \.isNaN) ? .nan : joint.max()!
      totals[event] = top.isFinite ? top + Double.log(joint.reduce(0) { $0 + Double.exp($1 - top) }) : top
      for place in 0..<width {
        probabilities[event * width + place] = totals[event].isFinite ? joint[place] - totals[event] : .nan
      }
    }
    return (totals, probabilities)
  }
}
