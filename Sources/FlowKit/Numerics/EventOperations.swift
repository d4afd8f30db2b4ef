internal import CFlowKernels

// Operations with one number per event: rows of factors and sums over features.

extension Tile {
  /// One row: Σᵢ xᵢ yᵢ of each event.
  public func eventDots(with other: Tile) -> Tile {
    checkShape(other)
    var result = Tile(features: 1, like: self, filledWith: 0)
    result.withMutableRow(0) { sum in
      for feature in 0..<features {
        withRow(feature) { x in
          other.withRow(feature) { y in for event in sum.indices { sum[event] += x[event] * y[event] } }
        }
      }
    }
    return result
  }

  /// Multiplies every row by the row `factors`.
  public mutating func scaleEvents(by factors: Tile) {
    checkRow(factors)
    factors.withRow(0) { factors in
      for feature in 0..<features {
        withMutableRow(feature) { row in for event in row.indices { row[event] *= factors[event] } }
      }
    }
  }

  /// Adds to every row that of `x` times the row `factors`.
  public mutating func add(_ x: Tile, scaledByEvents factors: Tile) {
    checkShape(x)
    checkRow(factors)
    factors.withRow(0) { factors in
      for feature in 0..<features {
        x.withRow(feature) { x in
          withMutableRow(feature) { row in for event in row.indices { row[event] += factors[event] * x[event] } }
        }
      }
    }
  }

  private func checkRow(_ factors: Tile) {
    precondition(
      factors.features == 1 && factors.width == width,
      "one row of \(width) factors, got \(factors.features) of \(factors.width)")
  }

  /// A tile of f of each value.
  @inline(__always)
  public func mapped(_ f: (Scalar) -> Scalar) -> Tile {
    var result = self
    for feature in 0..<features {
      result.withMutableRow(feature) { row in for event in row.indices { row[event] = f(row[event]) } }
    }
    return result
  }

  /// The same values with the other sign.
  public var negated: Tile { mapped { -$0 } }

  /// The logarithm of each value.
  public var logarithms: Tile {
    var result = Tile(features: features, like: self)
    flowkit_log(base, result.mutableBase(), count)
    return result
  }
}
