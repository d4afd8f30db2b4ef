// A preprocessing as a layer among others: its maps of tiles are those of rows, computed in Double.

extension Preprocessing {
  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    let x = x
    let input = x.rows(count: x.width)
    var (rows, logDeterminants) = (input, [Double](repeating: 0, count: x.width))
    forward(rows: &rows, addingTo: &logDeterminants)
    return (
      transformed(rows, logDeterminants, like: x),
      { values, weights, _ in
        var cotangents = values.rows(count: values.width)
        pullBack(&cotangents, at: input, logDeterminants: weights.rows(count: weights.width))
        return Tile(rows: cotangents, features: dimension, like: values)
      }
    )
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed {
    inverted(z).value
  }

  fileprivate func inverted(_ z: Tile) -> (value: Transformed, output: [Double]) {
    var (rows, logDeterminants) = (z.rows(count: z.width), [Double](repeating: 0, count: z.width))
    inverse(rows: &rows, addingTo: &logDeterminants)
    return (transformed(rows, logDeterminants, like: z), rows)
  }

  /// An affine map has one log-determinant for all events, which stays in Double.
  private func transformed(_ rows: [Double], _ logDeterminants: [Double], like x: Tile) -> Transformed {
    let values = Tile(rows: rows, features: dimension, like: x)
    if structure.isAffine { return Transformed(values, LogDeterminant(constant: logDeterminants[0])) }
    return Transformed(
      values, LogDeterminant(perEvent: Tile(rows: logDeterminants, features: 1, like: x)))
  }
}

extension Preprocessing where Self: InvertiblyDifferentiable {
  public func inverse(_ z: consuming Tile, _ pass: Pass) throws(FlowError) -> Transformed { inverted(z).value }

  public func inverseWithPullback(
    _ z: consuming Tile, _ pass: Pass
  ) throws(FlowError) -> (value: Transformed, pullback: Pullback) {
    let (value, output) = inverted(z)
    return (
      value,
      { values, weights, _ in
        var cotangents = values.rows(count: values.width)
        pullBackInverse(&cotangents, at: output, logDeterminants: weights.rows(count: weights.width))
        return Tile(rows: cotangents, features: dimension, like: values)
      }
    )
  }
}

extension Tile {
  /// The tile of rows that is as wide as `other`.
  fileprivate init(rows: [Double], features: Int, like other: Tile) {
    precondition(rows.count == features * other.width, "\(rows.count) values for \(features) × \(other.width)")
    self.init(features: features, like: other)
    fill { feature, event in Scalar(rows[event * features + feature]) }
  }
}
