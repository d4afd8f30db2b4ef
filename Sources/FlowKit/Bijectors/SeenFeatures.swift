internal import CFlowKernels

/// What a network sees of features: a number as it is, an angle x as (cos x, sin x), so that its outputs are continuous where x
/// goes once around, a category as one row for each, of which one is 1.
struct SeenFeatures {
  /// Of each feature; nil where all are numbers.
  private let kinds: [FeatureKind]?
  /// The first row of each feature, and the end.
  let offsets: [Int]

  init(_ kinds: [FeatureKind]?, count: Int) {
    self.kinds = kinds
    guard let kinds else {
      offsets = Array(0...count)
      return
    }
    offsets = kinds.reduce(into: [0]) { $0.append($0.last! + $1.seenRows) }
  }

  /// The number of rows.
  var count: Int { offsets.last! }

  /// How many features stand in the first `rows` rows.
  func features(inRows rows: Int) -> Int { offsets.lastIndex { $0 <= rows }! }

  private func rows(of feature: Int) -> Range<Int> { offsets[feature]..<offsets[feature + 1] }

  // MARK: All features

  /// The rows that a network is given of features x.
  func seen(_ x: Tile) -> Tile {
    guard kinds != nil else { return x }
    var result = Tile(features: count, like: x)
    for feature in 0..<x.features { write(x.rows(feature..<(feature + 1)), of: feature, to: &result) }
    return result
  }

  /// ∂L/∂x for the cotangent of what was seen.
  func pulledBack(_ cotangent: consuming Tile, at seen: Tile) -> Tile {
    guard let kinds else { return cotangent }
    var result = Tile(features: kinds.count, like: seen)
    for feature in kinds.indices { result.write(pulledBack(cotangent, at: seen, of: feature), toRow: feature) }
    return result
  }

  // MARK: One feature

  /// Writes what is seen of one feature, the only row of `x`.
  func write(_ x: Tile, of feature: Int, to seen: inout Tile) {
    let rows =
      switch kinds?[feature] {
      case .circle: x.circlePoints
      case .categories(let count): x.oneHot(count)
      case .line, .unit, nil: x
      }
    seen.write(rows, toRow: offsets[feature])
  }

  /// ∂L/∂x of one feature, a row.
  func pulledBack(_ cotangent: Tile, at seen: Tile, of feature: Int) -> Tile {
    let rows = rows(of: feature)
    switch kinds?[feature] {
    case .circle: return cotangent.rows(rows).pulledBackCirclePoints(seen.rows(rows))
    // Steps have no slope.
    case .categories: return Tile(features: 1, like: cotangent, filledWith: 0)
    case .line, .unit, nil: return cotangent.copy(ofRows: rows)
    }
  }
}

extension Tile {
  /// (cos x, sin x) of the only row.
  fileprivate var circlePoints: Tile {
    var result = Tile(features: 2, like: self)
    flowkit_circle_points(base, result.mutableBase(), width)
    return result
  }

  /// A row for each category, 1 where the only row holds it.
  fileprivate func oneHot(_ count: Int) -> Tile {
    var result = Tile(features: count, like: self)
    flowkit_one_hot(base, result.mutableBase(), width, count)
    return result
  }

  /// x̄ = cos x s̄ − sin x c̄ for the cotangents (c̄, s̄).
  fileprivate func pulledBackCirclePoints(_ points: Tile) -> Tile {
    checkShape(points)
    var result = Tile(features: 1, like: self)
    flowkit_circle_points_pullback(base, points.base, result.mutableBase(), width)
    return result
  }
}
