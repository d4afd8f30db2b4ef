internal import CFlowKernels

extension Tile {
  /// Of logits, `classes` rows for each row of `targets`: Σ −log softmax(logits)ₖ over the targets' rows, k their whole numbers, of each
  /// event, and its derivative with respect to the logits, softmax − 1ₖ.
  func crossEntropies(with targets: Tile, classes: Int) -> (losses: [Double], slopes: Tile) {
    precondition(
      features == targets.features * classes && width == targets.width,
      "\(features) logits for \(targets.features) rows of \(classes) classes")
    var (losses, slopes) = ([Double](repeating: 0, count: width), self)
    flowkit_cross_entropy(
      slopes.mutableBase(), targets.base, &losses, targets.features, classes, width)
    return (losses, slopes)
  }
}
