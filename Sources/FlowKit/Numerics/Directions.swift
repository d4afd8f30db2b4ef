internal import CFlowKernels

// Tiles of directions: a row holds one block of events for each of some directions, side by side, so that one matrix
// product serves them all. D directions of D rows hold a D × D matrix per event, column by column.

extension Tile {
  /// A tile of `count` directions for this tile's events, whose values are undefined until written.
  func directions(features: Int, count: Int) -> Tile {
    Tile(features: features, width: count * width, like: self)
  }

  /// The unit vectors as directions for this tile's events, as many as it has rows.
  func unitDirections() -> Tile {
    var unit = directions(features: features, count: features)
    unit.fill(0)
    for feature in 0..<features { unit.fillDirection(feature, ofRow: feature, with: 1, of: features) }
    return unit
  }

  /// One row: Σₖ ⟨xₖ, yₖ⟩ over the directions of each of `events` events.
  func directionDots(with other: Tile, events: Int) -> Tile {
    checkShape(other)
    var result = Tile(features: 1, width: events, like: self)
    flowkit_direction_dots(base, other.base, result.mutableBase(), count / events, events)
    return result
  }

  /// Sets direction `direction` of one row, of `count`.
  mutating func fillDirection(_ direction: Int, ofRow row: Int, with value: Scalar, of count: Int) {
    let events = width / count
    (mutableBase() + row * width + direction * events).update(repeating: value, count: events)
  }

  /// Each direction of each row times that row of `scale`.
  func scalingDirections(by scale: Tile) -> Tile {
    precondition(
      features == scale.features && width % scale.width == 0,
      "directions of \(features) × \(width), scales of \(scale.features) × \(scale.width)")
    var result = Tile(features: features, like: self)
    flowkit_scale_directions(base, scale.base, result.mutableBase(), features, width / scale.width, scale.width)
    return result
  }

  /// Each direction of every row times the one row `scale`.
  mutating func scaleAllDirections(by scale: Tile) {
    precondition(scale.features == 1 && width % scale.width == 0, "one row of scales")
    let base = mutableBase()
    flowkit_scale_directions(base, scale.base, base, 1, count / scale.width, scale.width)
  }

  /// log det(I + J) of each event, where this holds J and ‖J‖ < 1.
  func logDeterminantNearIdentity() -> Tile { eliminated(inverting: false).logDeterminant }

  /// (I + J)⁻ᵀ and log det(I + J) of each event.
  func invertedNearIdentity() -> (inverse: Tile, logDeterminant: Tile) { eliminated(inverting: true) }

  private func eliminated(inverting: Bool) -> (inverse: Tile, logDeterminant: Tile) {
    let events = width / features
    var work = Tile(features: features, like: self)
    var logDeterminant = Tile(features: 1, width: events, like: self)
    flowkit_log_det_near_identity(
      base, work.mutableBase(), logDeterminant.mutableBase(), features, events, inverting ? 1 : 0)
    return (work, logDeterminant)
  }

  /// A x of each event, where this holds A; Aᵀ x on request.
  func multiplyingDirections(_ x: Tile, transposed: Bool = false) -> Tile {
    precondition(
      features == x.features && width == features * x.width, "A is square, as large as x has features")
    var result = Tile(features: features, like: x)
    flowkit_multiply_directions(base, x.base, result.mutableBase(), features, x.width, transposed ? 1 : 0)
    return result
  }

  mutating func negate() { add(self, scaledBy: -2) }
}
