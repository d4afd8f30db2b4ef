/// What an architecture can and cannot represent: proven from what its layers declare, or said to be unknown.
///
///     let result = Expressivity.analyze(architecture)
///     print(result.density.kind.rawValue, result.findings.map(\.kind))
///
/// The guide "Expressivity" explains the notions and derives the rules.
public struct Expressivity: Sendable {
  /// D, and the layers as a list.
  public let dimension: Int
  public let layers: String
  public let base: String
  public let mixing: Mixing
  public let isAffine: Bool
  /// The group of an affine map; nil for others.
  public let group: AffineGroup.Name?
  /// The features that no layer changes.
  public let untransformed: [Int]
  public let support: Support
  public let density: DensityFamily
  public let collapsible: [CollapsibleRun]
  public internal(set) var findings: [Finding]

  /// Analyzes a chain of layers on a base.
  ///
  /// - Parameter repairing: whether findings come with a repaired layer list, which takes an analysis of each candidate.
  public static func analyze(_ architecture: Architecture, repairing: Bool = true) -> Expressivity {
    analyze(
      architecture.chain, base: architecture.base, preprocessing: architecture.preprocessing, repairing: repairing)
  }

  static func analyze(
    _ chain: Chain, base: any BaseDistribution, preprocessing: [any Preprocessing] = [], repairing: Bool
  ) -> Expressivity {
    let layers = chain.layers.flattened.map(DeclaredLayer.init)
    let lanes = Lanes(layers, dimension: chain.dimension)
    var result = Expressivity(chain, layers, lanes, base, preprocessing)
    result.findings = Finding.all(result, layers, lanes, chain)
    result.findings += [Finding.tornCircle(chain, preprocessing)].compactMap { $0 }
    if repairing { result.addRepairs(chain, base) }
    return result
  }

  private init(
    _ chain: Chain, _ layers: [DeclaredLayer], _ lanes: Lanes, _ base: any BaseDistribution,
    _ preprocessing: [any Preprocessing]
  ) {
    dimension = chain.dimension
    self.layers = LayerList.describing(chain.layers)
    self.base = base.text
    mixing = Mixing(layers, dimension: chain.dimension)
    isAffine = layers.allSatisfy { $0.structure.isAffine }
    let groups = layers.compactMap { $0.affineGroup }
    let name = groups.count == layers.count ? AffineGroup.name(of: groups, dimension: chain.dimension) : .other
    group = isAffine ? name : nil
    untransformed = (0..<chain.dimension).filter { !lanes.touched[$0] }
    density = DensityFamily(lanes, base: base.traits)
    support = Support(layers, mixing, base.traits, preprocessing: preprocessing)
    collapsible = AffineRuns.collapsible(layers, dimension: chain.dimension)
    findings = []
  }
}

/// A bijector with what it declares, which is computed once.
struct DeclaredLayer {
  let bijector: any Bijector
  let structure: JacobianStructure
  let traits: LayerTraits

  init(_ bijector: any Bijector) {
    (self.bijector, structure, traits) = (bijector, bijector.structure, bijector.traits)
  }

  /// The matrices of an affine layer.
  var affineGroup: AffineGroup? {
    switch traits.kind {
    case .affine(let group, _): group
    case .scalar(.shift, _, _) where structure.isAffine: .identity
    case .scalar(.affine, _, _) where structure.isAffine:
      .diagonal(signs: Array(repeating: 1, count: bijector.dimension))
    default: nil
    }
  }
}

// MARK: - Families of layers, by what they declare

extension DeclaredLayer {
  /// Whether it transforms some features given others.
  var isConditional: Bool {
    if case .scalar = traits.kind { !structure.pattern.withoutDiagonal.isEmpty } else { false }
  }

  var isPermutation: Bool {
    if case .affine(.permutation, _) = traits.kind { true } else { false }
  }

  var isKink: Bool {
    switch traits.kind {
    case .kink, .trainableKink, .trainableBend: true
    default: false
    }
  }
}

extension [any Bijector] {
  /// The layers of chains in place of the chains.
  var flattened: [any Bijector] { flatMap { ($0 as? Chain)?.layers.flattened ?? [$0] } }
}
