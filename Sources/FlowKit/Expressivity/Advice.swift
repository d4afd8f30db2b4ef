// The smallest change that repairs each finding: candidates, analyzed one after the other.

extension Expressivity {
  mutating func addRepairs(_ chain: Chain, _ base: any BaseDistribution) {
    guard !findings.isEmpty else { return }
    let advice = Advice(chain, self)
    for index in findings.indices where findings[index].repair == nil {
      let kind = findings[index].kind
      findings[index].repair =
        advice.candidates(for: findings[index]).lazy.compactMap { list in
          Self.repaired(kind, list, chain, base)
        }.first
    }
  }

  /// The list, if the finding is gone in it and no other limit has taken its place.
  private static func repaired(
    _ kind: Finding.Kind, _ list: String, _ chain: Chain, _ base: any BaseDistribution
  ) -> String? {
    guard let other = Expressivity.analyzing(list, like: chain, base) else { return nil }
    guard !other.findings.contains(where: { $0.kind == kind }) else { return nil }
    if kind.limitsDensity, other.density.kind != .universal { return nil }
    return other.layers
  }

  /// The analysis of another list for the same dimensions, nil where it makes no chain.
  public static func analyzing(_ list: String, like chain: Chain, _ base: any BaseDistribution) -> Expressivity? {
    var random = RandomStream(seed: 0, purpose: .architecture)
    guard
      let other = try? LayerList(list).chain(
        dimension: chain.dimension, contextDimension: chain.contextDimension,
        registry: .standard.adding(kindsOf: chain), using: &random)
    else { return nil }
    return analyze(other, base: base, repairing: false)
  }
}

struct Advice {
  private let declared: [DeclaredLayer]
  /// The layers as texts.
  private let layers: [String]
  private let dimension: Int
  private let collapsible: [CollapsibleRun]

  init(_ chain: Chain, _ result: Expressivity) {
    declared = chain.layers.flattened.map(DeclaredLayer.init)
    layers = declared.map(\.bijector.layerList)
    dimension = chain.dimension
    collapsible = result.collapsible
  }

  /// Layer lists to try, the smallest change first.
  func candidates(for finding: Finding) -> [String] {
    switch finding.kind {
    case .onlyAffine: bent
    case .independent, .conditionallyIndependent, .affineConditionals, .untransformed, .unconditioned: mixed + bent
    case .convexConditionals, .homogeneous:
      [replacing("lower", by: "lower,upper"), replacing("upper", by: "upper,lower")] + bent
    case .constantVolume: [replacing("coupling-additive", by: "coupling-affine")] + bent
    case .couplingOfOneFeature: [universalScalar]
    case .sameMask: mixed
    case .undonePermutation: [without(finding.layers)]
    case .tooShallow: [2, 4, 8].map { repeated(layers, $0) }
    case .fixedPermutation: [replacing("plu", by: "qr")]
    case .collapsible: collapsed(finding)
    case .numericInverse, .unusedContext, .tornCircle, .outsideBox, .fewEvents, .onlyDensities, .repeatedValues,
      .notInvertible:
      []
    }
  }

  private func repeated(_ layers: [String], _ count: Int) -> String {
    count == 1 ? layers.joined(separator: ",") : "\(count)*[\(layers.joined(separator: ","))]"
  }

  /// Permutations between the layers that transform some features given others, and more of the same.
  private var mixed: [String] {
    var orders = ["permute(reverse)"]
    if 3...64 ~= dimension {
      orders.append("permute(\((1...dimension).map { String($0 % dimension) }.joined(separator: ",")))")
    }
    guard dimension > 1, declared.contains(where: \.isConditional) else { return [] }
    return orders.flatMap { order in
      let list = layers.indices.flatMap { index in
        let isLast = index + 1 == layers.count
        let isFollowed = !isLast && declared[index + 1].isPermutation
        return declared[index].isConditional && !isFollowed ? [layers[index], order] : [layers[index]]
      }
      let replaced = zip(layers, declared).map { $1.isPermutation ? order : $0 }
      return [1, 2, 4, 8].flatMap { [repeated(list, $0), repeated(replaced, $0)] }
    }
  }

  /// Nonlinear layers, and linear ones that mix.
  private var bent: [String] {
    guard dimension > 1 else { return [universalScalar] }
    let kink = SmoothLeakyReLU.name
    let linear = zip(layers, declared).filter { !$1.isKink }.map(\.0)
    let kinked = linear.flatMap { [$0, kink] }
    return [
      repeated(kinked, max(1, 8 / max(1, kinked.count))), repeated(["lower", "upper", kink], 8),
      repeated(["coupling-rqs", "permute(reverse)"], 8), repeated(["coupling-rqs", "permute(random)"], 8),
    ]
  }

  private var universalScalar: String { dimension == 1 ? "autoregressive-rqs" : "" }

  private func replacing(_ name: String, by other: String) -> String {
    layers.map { layer in
      guard layer == name || layer.hasPrefix(name + "(") else { return layer }
      return other + (other.contains(",") ? "" : arguments(layer, name, other))
    }.joined(separator: ",")
  }

  private func arguments(_ layer: String, _ name: String, _ other: String) -> String {
    other.hasPrefix("coupling") ? String(layer.dropFirst(name.count)) : ""
  }

  private func without(_ indices: [Int]) -> String {
    layers.enumerated().filter { !indices.contains($0.offset) }.map(\.element).joined(separator: ",")
  }

  private func collapsed(_ finding: Finding) -> [String] {
    collapsible.filter { $0.from == finding.layers.first }.map { run in
      (layers[..<run.from] + [run.equivalent] + layers[(run.to + 1)...]).joined(separator: ",")
    }
  }
}
