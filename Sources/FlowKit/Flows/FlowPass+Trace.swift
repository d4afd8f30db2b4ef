// Where numbers leave the finite range.

extension FlowPass {
  /// The first place, from the data, whose output is not finite, for a message; nil where all are.
  func firstNonFinite(_ x: Tile) -> String? {
    let given = embedded
    if given.context?.isFinite == false { return "the context's embedding is not finite" }
    return trace(x, given).first { !$0.value.isFinite }.map { "the output of layer \($0.layer) is not finite" }
  }

  /// The events of preprocessed `rows` without a number for a log-density whose values outgrow the numbers on their way:
  /// they, or their context, are so far from all others that their density is 0. Where a layer makes no number of moderate values, as an
  /// iteration that does not converge, it stays none.
  func overflowing(_ rows: [Double], _ logDensities: [Double], _ pool: TilePool) -> [Int] {
    let x = tile(rows, pool)
    let steps = trace(x, embedded)
    return logDensities.indices.filter { event in
      guard logDensities[event].isNaN, (0..<x.features).allSatisfy({ x[$0, event].isFinite }) else { return false }
      // A context beyond the numbers leads a network there, too.
      if let context = pass.context, context.largestMagnitude(event) > Self.moderate { return true }
      var input = x
      for step in steps {
        guard step.value.isFinite(event) else { return input.largestMagnitude(event) > Self.moderate }
        input = step.value.values
      }
      return input.largestMagnitude(event) > Self.moderate
    }
  }

  /// Products and exponentials of what exceeds this may overflow.
  private static var moderate: Scalar { 0x1p20 }

  private func trace(_ x: Tile, _ given: Pass) -> [(layer: String, value: Transformed)] {
    let chain = architecture.chain
    var steps: [(layer: String, value: Transformed)] = []
    for (index, layer) in chain.layers.enumerated() {
      let input = steps.last?.value.values ?? x
      let value = layer.forward(input, given.part(index, chain.layout.prepared[index]))
      steps.append((chain.name(of: index), value))
    }
    return steps
  }
}

extension Transformed {
  fileprivate var isFinite: Bool {
    values.isFinite && logDeterminant.constant.isFinite && logDeterminant.perEvent?.isFinite != false
  }

  fileprivate func isFinite(_ event: Int) -> Bool {
    (0..<values.features).allSatisfy { values[$0, event].isFinite } && logDeterminant.value(of: event).isFinite
  }
}

extension Tile {
  fileprivate func largestMagnitude(_ event: Int) -> Scalar {
    (0..<features).reduce(0) { max($0, self[$1, event].magnitude) }
  }
}
