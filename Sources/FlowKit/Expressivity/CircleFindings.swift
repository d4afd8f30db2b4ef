extension Finding {
  /// Angles that a layer takes for numbers.
  static func tornCircle(_ chain: Chain, _ preprocessing: [any Preprocessing]) -> Finding? {
    let lines = Array(repeating: FeatureKind.line, count: chain.dimension)
    let before = preprocessing.reduce(lines) { $1.kinds(of: $0) }
    let angles = before.indices.filter { before[$0] == .circle }
    var kinds = before
    let torn = chain.layers.indices.first { index in
      kinds = chain.layers[index].kinds(of: kinds)
      return kinds.count { $0 == .circle } < angles.count
    }
    guard let torn else { return nil }
    return Finding(
      .tornCircle, layers: [torn],
      says:
        "\(names(angles)) \(angles.count == 1 ? "has a period" : "have periods"), but this layer takes an angle for a number",
      because:
        "the density may jump at the ends of the period, and what lies beyond them is lost to it; couplings, autoregressive and "
        + "element-wise layers and permutations keep angles, lu and other linear layers do not",
      source: "Rezende et al. 2020, arXiv:2002.02428")
  }
}
