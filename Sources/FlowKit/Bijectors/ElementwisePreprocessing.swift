/// A preprocessing that maps each feature by itself: zᵢ = fᵢ(xᵢ), strictly increasing. log|det| = Σᵢ log fᵢ′(xᵢ).
///
/// A conforming type states the map of one number and its inverse, in Double; rows of raw events and tiles follow.
public protocol ElementwisePreprocessing: Preprocessing, InvertiblyDifferentiable {
  /// Whether every fᵢ is x ↦ ax + b.
  var isAffine: Bool { get }
  /// z = fᵢ(x) and its derivatives.
  func forward(_ x: Double, feature: Int) -> ElementwiseValue
  /// x = fᵢ⁻¹(z) and its derivatives.
  func inverse(_ z: Double, feature: Int) -> ElementwiseValue
}

/// The value y = f(x) of a map of one number, f′(x), log f′(x), and the derivative of the latter.
public struct ElementwiseValue {
  public var value: Double
  public var slope: Double
  public var logSlope: Double
  public var logSlopeDerivative: Double

  public init(_ value: Double, slope: Double, logSlope: Double, logSlopeDerivative: Double) {
    (self.value, self.slope) = (value, slope)
    (self.logSlope, self.logSlopeDerivative) = (logSlope, logSlopeDerivative)
  }

  /// y = x.
  static func identity(_ x: Double) -> ElementwiseValue { linear(x, slope: 1) }

  /// A value of x ↦ ax + b.
  static func linear(_ value: Double, slope: Double) -> ElementwiseValue {
    ElementwiseValue(value, slope: slope, logSlope: Double.log(slope), logSlopeDerivative: 0)
  }
}

extension ElementwisePreprocessing {
  public var structure: JacobianStructure {
    .diagonal(dimension, isAffine: isAffine, signs: Array(repeating: 1, count: dimension))
  }

  // MARK: Raw events, in Double

  public func forward(rows: inout [Double], firstEvent: Int, addingTo logDeterminants: inout [Double]) {
    for event in logDeterminants.indices {
      for feature in 0..<dimension {
        let mapped = forward(rows[event * dimension + feature], feature: feature)
        rows[event * dimension + feature] = mapped.value
        logDeterminants[event] += mapped.logSlope
      }
    }
  }

  public func inverse(rows: inout [Double]) {
    for start in stride(from: 0, to: rows.count, by: dimension) {
      for feature in 0..<dimension {
        rows[start + feature] = inverse(rows[start + feature], feature: feature).value
      }
    }
  }

  // MARK: Tiles

  public func forwardWithPullback(_ x: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    mapped(x) { forward($0, feature: $1) }
  }

  public func inverse(_ z: consuming Tile, _ pass: Pass) -> Transformed {
    mapped(z) { inverse($0, feature: $1) }.value
  }

  public func inverseWithPullback(_ z: consuming Tile, _ pass: Pass) -> (value: Transformed, pullback: Pullback) {
    mapped(z) { inverse($0, feature: $1) }
  }

  private func mapped(
    _ x: Tile, by map: (_ x: Double, _ feature: Int) -> ElementwiseValue
  ) -> (value: Transformed, pullback: Pullback) {
    var y = Tile(features: dimension, like: x)
    var (slopes, bends) = (y, y)
    var sums = [Double](repeating: 0, count: x.width)
    for feature in 0..<dimension {
      let values = x.withRow(feature) { $0.map { map(Double($0), feature) } }
      y.set(row: feature, to: values.lazy.map(\.value))
      slopes.set(row: feature, to: values.lazy.map(\.slope))
      bends.set(row: feature, to: values.lazy.map(\.logSlopeDerivative))
      for event in sums.indices { sums[event] += values[event].logSlope }
    }
    var logDeterminant = Tile(features: 1, like: x)
    logDeterminant.set(row: 0, to: sums)
    return (
      Transformed(y, LogDeterminant(perEvent: logDeterminant)),
      { [slopes, bends] values, logDeterminant, _ in
        values.multiplied(by: slopes, adding: bends, times: logDeterminant)
      }
    )
  }
}

extension Tile {
  fileprivate mutating func set(row: Int, to values: some Sequence<Double>) {
    withMutableRow(row) { row in
      for (event, value) in values.enumerated() { row[event] = Scalar(value) }
    }
  }

  /// self ∘ slopes + bends ∘ w, with the one row w for all.
  fileprivate func multiplied(by slopes: Tile, adding bends: Tile, times w: Tile) -> Tile {
    checkShape(slopes)
    checkShape(bends)
    var result = self
    for feature in 0..<features {
      slopes.withRow(feature) { slopes in
        bends.withRow(feature) { bends in
          w.withRow(0) { w in
            result.withMutableRow(feature) { row in
              for event in row.indices { row[event] = row[event] * slopes[event] + bends[event] * w[event] }
            }
          }
        }
      }
    }
    return result
  }
}
