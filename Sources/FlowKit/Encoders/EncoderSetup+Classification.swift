extension EncoderSetup {
  /// How good the probabilities of classes are that flows p(z | label) and Bayes' rule give the validation events, on which neither the encoder
  /// nor the flows were trained; nil without classes or validation events.
  public func classification(
    _ encoder: EventEncoder, _ flows: FlowEnsemble, threads: Int? = nil
  ) throws(FlowError) -> ClassificationScores? {
    guard let classes, let validation else { return nil }
    let classifier = try BayesClassifier(flows, classes, threads: threads)
    let width = classes.classes.count
    var scores = ClassificationScores()
    try EncodedEvents(validation, encoder, classes: classes).forEachBlock { block in
      let probabilities = classifier(block.events.events).logProbabilities
      for start in stride(from: 0, to: probabilities.count, by: width) {
        let truth = block.events.context[start..<(start + width)].firstIndex(of: 1)! - start
        scores.add(probabilities[start..<(start + width)], truth: truth)
      }
    }
    return scores
  }
}
