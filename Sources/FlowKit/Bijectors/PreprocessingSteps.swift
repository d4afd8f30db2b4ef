/// Turns the cotangents of rows that came out of a preprocessing (N × D) into those of the rows that went in, in place.
/// `logDeterminants` are the cotangents of the log-determinants, one per event. May be called again.
public typealias RowPullback = (_ cotangents: inout [Double], _ logDeterminants: [Double]) -> Void

/// The steps of a flow's preprocessing, the first nearest the data.
extension [any Preprocessing] {
  /// Applies the maps one after the other; `undefined` hears of each event that a map is not defined for.
  package func forward(
    rows: inout [Double], firstEvent: Int = 0, addingTo logDeterminants: inout [Double],
    undefined: (_ event: Int, _ feature: Int, _ layer: any Preprocessing) -> Void = { _, _, _ in }
  ) {
    for layer in self {
      layer.forward(rows: &rows, firstEvent: firstEvent, addingTo: &logDeterminants, undefined: undefined)
    }
  }

  /// The same, and the map back from the cotangents.
  package func forwardWithPullback(
    rows: inout [Double], firstEvent: Int = 0, addingTo logDeterminants: inout [Double],
    undefined: (_ event: Int, _ feature: Int, _ layer: any Preprocessing) -> Void = { _, _, _ in }
  ) -> RowPullback {
    var inputs: [[Double]] = []
    for layer in self {
      inputs.append(rows)
      layer.forward(rows: &rows, firstEvent: firstEvent, addingTo: &logDeterminants, undefined: undefined)
    }
    return { [self, inputs] cotangents, weights in
      for (layer, x) in zip(self, inputs).reversed() {
        layer.pullBack(&cotangents, at: x, logDeterminants: weights)
      }
    }
  }

  /// Undoes the maps, the last one first.
  package func inverse(rows: inout [Double], addingTo logDeterminants: inout [Double]) {
    for layer in reversed() { layer.inverse(rows: &rows, addingTo: &logDeterminants) }
  }

  /// The same, and the map back from the cotangents.
  ///
  /// - Throws: where the inverse of a step has no derivative, naming it.
  package func inverseWithPullback(
    rows: inout [Double], addingTo logDeterminants: inout [Double]
  ) throws(FlowError) -> RowPullback {
    for layer in self where !layer.hasDifferentiableInverse {
      throw FlowError(
        .architecture,
        "the preprocessing '\(type(of: layer).layerName)' has no derivative of its inverse: a flow with it trains by "
          + "likelihood only")
    }
    var outputs: [[Double]] = []
    for layer in reversed() {
      layer.inverse(rows: &rows, addingTo: &logDeterminants)
      outputs.append(rows)
    }
    return { [self, outputs] cotangents, weights in
      for (layer, x) in zip(self, outputs.reversed()) {
        layer.pullBackInverse(&cotangents, at: x, logDeterminants: weights)
      }
    }
  }

  /// What they do, in words; `none` where there are none.
  func summary(columns: [String]) -> String {
    isEmpty ? "none" : map { $0.summary(columns: columns) }.joined(separator: "; ")
  }
}

extension Preprocessing {
  fileprivate func forward(
    rows: inout [Double], firstEvent: Int, addingTo logDeterminants: inout [Double],
    undefined: (_ event: Int, _ feature: Int, _ layer: any Preprocessing) -> Void
  ) {
    for (event, feature) in undefinedEvents(in: rows) { undefined(event, feature, self) }
    forward(rows: &rows, firstEvent: firstEvent, addingTo: &logDeterminants)
  }
}
