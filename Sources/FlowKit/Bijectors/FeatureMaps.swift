/// The maps of a layer's features, each by its kind: the layer's own map for numbers, a circular spline for angles, and, where the layer maps
/// categories, their probabilities.
///
/// Each feature has P rows of φ, P being what the map of the most parameters takes; the others leave their last rows unused.
struct FeatureMaps<Map: ScalarMap> {
  typealias Mapped = (value: Transformed, pullback: ScalarPullback)

  private let map: Map
  /// Of each feature; nil where all are numbers.
  private let kinds: [FeatureKind]?
  /// P.
  let parameterCount: Int

  init(_ map: Map, _ kinds: [FeatureKind]?) {
    (self.map, self.kinds) = (map, kinds)
    let counts = kinds.map { Set($0).map { Self.map(of: $0, map).parameterCount } }
    parameterCount = counts?.max() ?? map.parameterCount
  }

  private init(_ map: Map, _ kinds: [FeatureKind], parameterCount: Int) {
    (self.map, self.kinds, self.parameterCount) = (map, kinds, parameterCount)
  }

  /// Those of one feature alone.
  func of(_ feature: Int) -> FeatureMaps {
    guard let kinds else { return self }
    return FeatureMaps(map, [kinds[feature]], parameterCount: parameterCount)
  }

  private static func map(of kind: FeatureKind, _ map: Map) -> any ScalarMap {
    switch kind {
    case .circle: CircularSpline(bins: map.circularBins)
    case .categories(let count) where Self.mapsCategories: CategoryMap(count: count)
    case .line, .unit, .categories: map
    }
  }

  /// Whether the layer maps categories, and nothing else.
  static var mapsCategories: Bool { Map.self == CategoryMap.self }

  // MARK: The maps, both ways

  func forward(_ x: consuming Tile, _ φ: Tile) -> Transformed {
    guard kinds != nil else { return map.forward(x, φ) }
    return mapped(x, φ) { ($0.forward($1, $2), Self.nothing) }.value
  }

  func inverse(_ y: consuming Tile, _ φ: Tile) throws(FlowError) -> Transformed {
    guard kinds != nil else { return try map.inverse(y, φ) }
    return try mapped(y, φ) { map, y, φ throws(FlowError) in (try map.inverse(y, φ), Self.nothing) }.value
  }

  func forwardWithPullback(_ x: consuming Tile, _ φ: consuming Tile) -> Mapped {
    guard kinds != nil else { return map.forwardWithPullback(x, φ) }
    return mapped(x, φ) { $0.forwardWithPullback($1, $2) }
  }

  func inverseWithPullback(_ y: consuming Tile, _ φ: consuming Tile) throws(FlowError) -> Mapped {
    guard kinds != nil else { return try map.inverseWithPullback(y, φ) }
    return try mapped(y, φ) { map, y, φ throws(FlowError) in try map.inverseWithPullback(y, φ) }
  }

  private static func nothing(_ values: consuming Tile, _ logDeterminant: Tile) -> (input: Tile, φ: Tile) {
    preconditionFailure("a map without a pullback")
  }

  // MARK: Kind by kind

  /// The features of one kind, and where their parameters stand.
  private struct Part {
    let map: any ScalarMap
    let rows: [Int]
    let parameters: [Int]
  }

  private var parts: [Part] {
    let kinds = kinds!
    let different = kinds.indices.filter { kinds.firstIndex(of: kinds[$0]) == $0 }.map { kinds[$0] }
    return different.filter { Self.mapsCategories || !$0.isCategory }.map { kind in
      let rows = kinds.indices.filter { kinds[$0] == kind }
      let map = Self.map(of: kind, map)
      let used = rows.flatMap { row in (0..<map.parameterCount).map { row * parameterCount + $0 } }
      return Part(map: map, rows: rows, parameters: used)
    }
  }

  private func mapped<Failure: Error>(
    _ x: Tile, _ φ: Tile, by apply: (any ScalarMap, Tile, Tile) throws(Failure) -> Mapped
  ) throws(Failure) -> Mapped {
    let (parts, rows) = (parts, φ.features)
    var (values, logDeterminant) = (x, LogDeterminant.zero)
    var pullbacks: [ScalarPullback] = []
    for part in parts {
      let (value, pullback) = try apply(part.map, x.gathering(part.rows), φ.gathering(part.parameters))
      values.scatter(value.values, to: part.rows)
      logDeterminant.add(value.logDeterminant)
      pullbacks.append(pullback)
    }
    return (
      Transformed(values, logDeterminant),
      { [pullbacks] values, logDeterminant in
        var input̄ = values
        var φ̄ = Tile(features: rows, like: values, filledWith: 0)
        for (part, pullback) in zip(parts, pullbacks) {
          let (x̄, own) = pullback(values.gathering(part.rows), logDeterminant)
          input̄.scatter(x̄, to: part.rows)
          φ̄.scatter(own, to: part.parameters)
        }
        return (input̄, φ̄)
      }
    )
  }
}

// MARK: - The kinds of a layer's features

extension [FeatureKind] {
  /// nil where all are numbers, which is what files leave out.
  var unlessLines: [FeatureKind]? { contains { $0 != .line } ? self : nil }
}

extension Optional<[FeatureKind]> {
  /// Those of some features.
  func gathering(_ features: [Int]) -> [FeatureKind]? { flatMap { kinds in features.map { kinds[$0] }.unlessLines } }

  /// Where a feature lies before a layer of `map`.
  func domain<Map: ScalarMap>(of feature: Int, _ map: Map) -> Interval {
    let kind = self?[feature] ?? .line
    return kind != .line || FeatureMaps<Map>.mapsCategories ? kind.domain : map.domain
  }

  /// What a feature is once a layer of `map` has mapped it.
  func kind<Map: ScalarMap>(of feature: Int, after map: Map) -> FeatureKind {
    if let kind = self?[feature], kind.isCategory { return FeatureMaps<Map>.mapsCategories ? .unit : kind }
    return self?[feature] == .circle || map.domain == FeatureKind.circle.domain ? .circle : .line
  }
}

extension FeatureKind {
  /// Where a feature of this kind lies behind a layer of `map`.
  func domain<Map: ScalarMap>(_ map: Map) -> Interval { self == .line ? map.domain : domain }
}
