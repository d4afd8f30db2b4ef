/// What an autoregressive layer does with an order of the features: which it maps, and what its network sees of which.
///
/// A layer of numbers and angles leaves categories as they are, and its network sees all of them before the first feature that is mapped. A
/// layer of categories maps these alone, and sees nothing else.
struct MappedOrder<Map: ScalarMap> {
  /// The features that the network sees, those that are mapped last.
  let features: [Int]
  /// How many of them are not mapped.
  let leading: Int
  let seen: SeenFeatures
  let maps: FeatureMaps<Map>

  init(_ ordering: [Int], _ map: Map, _ kinds: [FeatureKind]?) {
    let isCategory = { (feature: Int) in kinds?[feature].isCategory == true }
    let first = FeatureMaps<Map>.mapsCategories ? [] : ordering.filter(isCategory)
    let mapped = ordering.filter { isCategory($0) == FeatureMaps<Map>.mapsCategories }
    (features, leading) = (first + mapped, first.count)
    seen = SeenFeatures(kinds.gathering(features), count: features.count)
    maps = FeatureMaps(map, kinds.gathering(mapped))
  }

  /// The features that are mapped, in order.
  var positions: [Int] { Array(features[leading...]) }
  /// Their places among `features`.
  var places: Range<Int> { leading..<features.count }

  /// What the network sees before any position is known: the features that are not mapped.
  func points(_ ordered: Tile) -> Tile {
    var points = Tile(features: seen.count, like: ordered)
    for feature in 0..<leading { seen.write(ordered.rows(feature..<(feature + 1)), of: feature, to: &points) }
    return points
  }

  func shape(context: Int) -> NetworkShape {
    NetworkShape(
      inputs: seen.count, context: context, outputs: places.count * maps.parameterCount,
      inputPrefixes: places.map { seen.offsets[$0] })
  }
}
